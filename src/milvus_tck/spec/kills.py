"""Which checks were seen to fail on a defect: the reader of `proto/kills.toml`.

`milvus-tck mutants --write-seen` writes that file: it puts defects (mutants) into a good server, one at
a time, and notes which checks fail that pass without. A mutant is tried on further tests only until the
checks of its own clause notice it, so the numbers are the least there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from milvus_tck.spec.data import SpecError, read_toml

__all__ = ["Kills", "kills", "kills_of", "parse_kills", "seen_to_fail"]

_KEYS = {"suite", "target", "version", "profile", "mutants", "checks"}


@dataclass(frozen=True, slots=True)
class Kills:
    """What a campaign of mutants came to, check by check."""

    #: Release of the suite, and the good server with what it says of its version.
    suite: str
    target: str
    version: str
    profile: str
    #: How many mutants were tried.
    mutants: int
    #: How many mutants made a check fail, by binding and by the name of the check without its binding.
    checks: Mapping[str, Mapping[str, int]]


@cache
def kills() -> Kills:
    """Return what is shipped with the suite."""
    return parse_kills(read_toml("kills.toml"))


def kills_of(check: str) -> dict[str, int] | None:
    """Return by how many mutants a check was made to fail, by binding; empty where it never was.

    `None` where no campaign was written down, so that nobody knows. `check` is
    `clause[.case]:aspect@binding`; the same check over other bindings stands beside it.
    """
    if not kills().mutants:
        return None
    condition, _, aspect = check.rpartition("@")[0].rpartition(":")
    if condition.startswith("wire/"):  # what holds for every answer is proven for all RPCs at once
        condition = condition.partition(".")[0]
    return dict(kills().checks.get(f"{condition}:{aspect}", {}))


def seen_to_fail(clause: str) -> dict[str, int]:
    """Return the checks of a clause that were seen to fail, each with its number of mutants."""
    rows = kills().checks.items()
    return {
        f"{name}@{binding}": number
        for name, counts in rows
        if name.rpartition(":")[0].partition(".")[0] == clause
        for binding, number in counts.items()
    }


def parse_kills(raw: Mapping[str, Any]) -> Kills:
    """Turn the parsed file into a value; raises `SpecError` where it contradicts the form."""
    if raw.keys() != _KEYS:
        raise SpecError(f"kills.toml: the keys are {', '.join(sorted(_KEYS))}; got {', '.join(sorted(raw))}")
    checks: dict[str, dict[str, int]] = {}
    for condition, counts in raw["checks"].items():
        for name, number in counts.items():
            aspect, _, binding = name.partition("@")
            if not (aspect and binding and isinstance(number, int) and number > 0):
                raise SpecError(f"kills.toml: {condition}: write aspect@binding = number, not {name} = {number!r}")
            checks.setdefault(f"{condition}:{aspect}", {})[binding] = number
    return Kills(**{**raw, "checks": checks})
