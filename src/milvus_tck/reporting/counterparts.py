"""Counterparts: the same promise over several bindings: one finding, with what was said over each.

A check that fails over one binding and passes over another is no other finding there: it is
shown with the exchange that decided it where it holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milvus_tck.verdict.model.judgement import over
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results

__all__ = ["Counterpart", "counterparts", "holds_over"]


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The same check over another binding, where it passes."""

    binding: str
    #: What decided it there; empty where nobody kept that.
    exchanges: Sequence[Mapping[str, Any]]


def counterparts(results: Results) -> dict[str, list[Counterpart]]:
    """Return, for each failing check, where the same check passes."""
    passed = {check.check: check for check in results.checks if check.state == State.PASS}
    bindings = sorted({check.binding for check in results.checks})
    kept = results.footer.counterparts if results.footer is not None else {}
    found = {
        check.check: [
            Counterpart(binding, kept.get(over(check.check, binding), ()))
            for binding in bindings
            if over(check.check, binding) in passed
        ]
        for check in results.checks
        if State(check.state).broken and len(bindings) > 1
    }
    return {check: each for check, each in found.items() if each}


def holds_over(check: CheckEvent, found: Mapping[str, Sequence[Counterpart]]) -> str:
    """Name the bindings over which a failing check passes; empty where it passes over none."""
    return ", ".join(each.binding for each in found.get(check.check, ()))
