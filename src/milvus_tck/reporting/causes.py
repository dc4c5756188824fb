"""Root causes: failures that look alike, and what they keep from being judged.

Failures with the same signature in the same aspect are one cause, as far as the signature
tells what the mistake is. What is blocked by a failing clause counts for its cause, so
that the cause which explains most comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from milvus_tck.reporting.blocking import Blocking
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.states import State

__all__ = ["Cause", "root_causes"]

_ORDER = list(Level)
#: Aspects of how a refusal is told.
_TELLING = {"in-band", "code", "legacy", "agree", "reason", "reason-text"}


@dataclass(frozen=True)
class Cause:
    """One kind of failure."""

    signature: str
    aspect: str
    level: Level
    checks: tuple[CheckEvent, ...]
    #: Checks that could not be made because of it.
    blocks: int

    @property
    def rpc(self) -> str:
        """The RPC, where all its failures are of one."""
        rpcs = {event.rpc for event in self.checks}
        return rpcs.pop() if len(rpcs) == 1 else ""

    @property
    def example(self) -> CheckEvent:
        """The failure that shows it best: of a clause that blocks most, else the first."""
        return self.checks[0]


def root_causes(checks: Iterable[CheckEvent], blocking: Blocking) -> list[Cause]:
    """Group failures, the most binding and most explaining first."""
    groups: defaultdict[tuple[str, str], list[CheckEvent]] = defaultdict(list)
    for event in checks:
        if State(event.state).failed:
            groups[event.signature, _aspect(event)].append(event)
    causes = [_cause(key, part, blocking) for key, members in groups.items() for part in _parts(key[1], members)]
    return sorted(
        causes, key=lambda cause: (_ORDER.index(cause.level), -(cause.blocks + len(cause.checks)), cause.signature)
    )


def _parts(aspect: str, members: list[CheckEvent]) -> Iterator[list[CheckEvent]]:
    """Split failures that have more than one cause, although they look alike.

    How a refusal is told is one piece of a server: the same mistake there has one cause.
    That something is accepted, or has no effect, has one cause only where the condition is
    the same for many RPCs, or the RPC for many conditions; the larger group goes first.
    """
    if aspect in _TELLING:
        yield members
        return
    left = members
    while left:
        groups: defaultdict[str, list[CheckEvent]] = defaultdict(list)
        for event in left:
            groups[event.rpc].append(event)
            groups[event.clause.partition("/")[2]].append(event)
        found = max(groups.values(), key=len)
        yield found
        taken = {event.check for event in found}
        left = [event for event in left if event.check not in taken]


def _cause(key: tuple[str, str], members: list[CheckEvent], blocking: Blocking) -> Cause:
    def weight(event: CheckEvent) -> tuple[int, int, str]:
        return _ORDER.index(Level(event.level)), -blocking.blocked([event]), event.check

    ranked = sorted(members, key=weight)
    return Cause(*key, Level(ranked[0].level), tuple(ranked), blocking.blocked(members))


def _aspect(event: CheckEvent) -> str:
    return event.check.rpartition(":")[2].partition("@")[0]
