"""A judgement: one check with what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.verdict.model.answer_summary import Answered
from milvus_tck.verdict.model.check import GRPC, HOLDS, Check, key_of, over
from milvus_tck.verdict.model.differences import Difference, contrast
from milvus_tck.verdict.model.obligations import UNTOUCHED
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.skip_rules import HOSTILE

__all__ = ["GRPC", "HOLDS", "HOSTILE", "Check", "Judgement", "key_of", "members_of", "over"]

#: Aspects in which values are compared; of the others the texts say it all.
_COMPARED = {HOLDS, UNTOUCHED}


def members_of(aspect: str, differences: Iterable[Difference]) -> list[Difference]:
    """Return the members that are not as expected; none where the texts of the whole say it better."""
    return [each for each in differences if each.path] if aspect in _COMPARED else []


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a check, with the evidence."""

    check: Check
    state: State
    #: Stable fingerprint of a state that is no pass: no ids, no messages.
    signature: str = ""
    expected: str = ""
    actual: str = ""
    seconds: float = 0.0
    #: The exchanges that prove it; empty for a pass.
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    #: What it was blocked by: a clause, or a dataset that could not be prepared.
    blocked_by: str = ""
    #: How often its test ran for a judgement, and in how many of these runs it failed: a failure is confirmed alone.
    runs: int = 1
    failed: int = 0
    #: How many of its runs a fault of transport ended: they carry no judgement.
    faults: int = 0
    #: Where expected and actual differ, member by member; empty where the texts say it all.
    differences: tuple[Difference, ...] = ()
    #: What released servers break just so, as a sentence; empty where it is no deviation of theirs.
    deviation: str = ""
    #: The exchange that decided it: of a pass only where the same is judged over another binding.
    deciding: Exchange | None = field(default=None, repr=False)
    #: What the RPC of the clause answered in its condition; `None` where that was not come to.
    answered: Answered | None = None

    @property
    def contrast(self) -> str:
        """Say in a line what was expected and what came, member by member."""
        return contrast(self.expected, self.actual, members_of(self.check.aspect, self.differences))

    def timed(self, seconds: float) -> Self:
        """Return the same judgement with the time its test took."""
        return replace(self, seconds=seconds)
