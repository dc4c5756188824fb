"""What backs a failure: who says that its clause is true, and whether the check was seen to fail on a defect."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from milvus_tck.spec.clause_witnesses import witness_words

if TYPE_CHECKING:  # events bring numpy and protobuf, which `explain` does not need for the words
    from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["NEVER", "backing", "backing_line", "seen_words"]

#: Said of a check that nothing was ever seen to break: it may be the check that is wrong.
NEVER = "never; read the exchange with care"


def backing(check: "CheckEvent") -> dict[str, str]:
    """Say in words what backs a failure, by what it is; nothing of what older files do not tell."""
    told = {"promised by": f"{check.origin}, and by no profile" if check.origin else ""}
    told["witness"] = witness_words(check.witness)
    if check.mutants is not None:
        told["seen to fail on a defect"] = seen_words(check.mutants, check.binding)
    return {name: words for name, words in told.items() if words}


def backing_line(check: "CheckEvent") -> str:
    """Say the same in a line."""
    return "; ".join(f"{name}: {words}" for name, words in backing(check).items())


def seen_words(mutants: Mapping[str, int], binding: str) -> str:
    """Say by how many mutants a check was made to fail: over its own binding, else over those where it was."""
    if binding in mutants:
        return f"yes, by {_mutants(mutants[binding])}"
    if mutants:
        return f"over {' and '.join(f'{name}, by {_mutants(number)}' for name, number in mutants.items())}"
    return NEVER


def _mutants(number: int) -> str:
    return f"{number} mutant{'s' * (number != 1)}"
