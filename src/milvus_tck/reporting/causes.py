"""Root causes: failures that look alike, and what they keep from being judged.

Failures with the same signature in the same aspect are one cause. What is blocked by a
failing clause counts for its cause, so that the cause which explains most comes first.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.states import State

__all__ = ["Cause", "root_causes"]


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
    def example(self) -> CheckEvent:
        """The failure that shows it best: of a clause that blocks most, else the first."""
        return self.checks[0]


def root_causes(checks: Iterable[CheckEvent]) -> list[Cause]:
    """Group failures, the most binding and most explaining first."""
    events = list(checks)
    blocked: defaultdict[str, int] = defaultdict(int)
    for event in events:
        if event.blocked_by:
            blocked[event.blocked_by] += 1
    groups: defaultdict[tuple[str, str], list[CheckEvent]] = defaultdict(list)
    for event in events:
        if State(event.state).failed:
            groups[event.signature, _aspect(event)].append(event)
    causes = [_cause(key, members, blocked) for key, members in groups.items()]
    order = list(Level)
    return sorted(
        causes, key=lambda cause: (order.index(cause.level), -(cause.blocks + len(cause.checks)), cause.signature)
    )


def _cause(key: tuple[str, str], members: list[CheckEvent], blocked: dict[str, int]) -> Cause:
    order = list(Level)
    level = min((Level(event.level) for event in members), key=order.index)
    blocks = sum(blocked[clause] for clause in {event.clause for event in members})
    ranked = sorted(members, key=lambda event: (order.index(Level(event.level)), -blocked[event.clause], event.check))
    return Cause(*key, level, tuple(ranked), blocks)


def _aspect(event: CheckEvent) -> str:
    return event.check.rpartition(":")[2].partition("@")[0]
