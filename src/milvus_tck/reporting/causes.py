"""Root causes: what to look at first.

Failures are one cause where one fix would cure them all: the same RPC is refused in the same
way, the same promise of the wire contract is broken, the same clause fails in the same way over
its cases and bindings, the same RPC tells its refusals in the same wrong way. Others that merely look
alike are counted beside it, and explained by nothing. What is blocked counts for its root, be it
a failing clause or a call that was refused on the way.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from milvus_tck.reporting.blocked_checks import Blocking
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.roots import Root

__all__ = ["Cause", "root_causes", "start_here"]

_ORDER = list(Level)
#: Aspects of how a refusal is told.
_TELLING = {"in-band", "legacy", "agree", "reason", "reason-text"}
#: Causes that are shown first, and roots of what was not judged that are shown beside them.
_FIRST, _ROOTS = 5, 2


@dataclass(frozen=True)
class Cause:
    """One kind of failure, or a call that was refused on the way."""

    signature: str
    aspect: str
    level: Level
    checks: tuple[CheckEvent, ...]
    #: Checks that could not be made because of it.
    blocks: int
    #: Failures of other causes with the same signature in the same aspect.
    alike: int = 0
    #: What is at the root, where that is no failing check.
    root: str = ""
    #: The RPC of that root.
    called: str = ""

    @property
    def title(self) -> str:
        """What to look at."""
        return self.root or self.example.check

    @property
    def rpc(self) -> str:
        """The RPC, where all its failures are of one, or one was called at its root."""
        if self.called:
            return self.called
        rpcs = {event.rpc for event in self.checks}
        return rpcs.pop() if len(rpcs) == 1 else ""

    @property
    def unsafe(self) -> bool:
        """Whether data is at stake, or an error hidden: of an SDK."""
        return not self.root and any(event.unsafe for event in self.checks)

    @property
    def example(self) -> CheckEvent:
        """The failure that shows it best: of a clause that blocks most, else the first."""
        return self.checks[0]

    @property
    def weight(self) -> str:
        """What it comes to, in words."""
        failing = 0 if self.root else len(self.checks)
        parts = [f"{failing} checks" if failing > 1 else "", f"blocks {self.blocks}" if self.blocks else ""]
        return ", ".join(filter(None, parts))


def root_causes(checks: Iterable[CheckEvent], blocking: Blocking) -> list[Cause]:
    """Group failures and add the roots of what was not judged, the most binding and most explaining first."""
    groups: defaultdict[tuple[str, ...], list[CheckEvent]] = defaultdict(list)
    for event in checks:
        if State(event.state).failed:
            groups[_fix(event)].append(event)
    failing = [_cause(members, blocking) for members in groups.values()]
    looks = Counter(cause.signature + cause.aspect for cause in failing for _ in cause.checks)
    failing = [replace(each, alike=looks[each.signature + each.aspect] - len(each.checks)) for each in failing]
    opened = [_open(root) for root in blocking.roots.open if any(each.state == State.BLOCKED for each in root.blocked)]
    return sorted([*failing, *opened], key=_rank)


def start_here(causes: Sequence[Cause]) -> list[Cause]:
    """Choose what is shown first: of failures that look alike the gravest, and the roots of blocked trees."""
    looks: dict[str, Cause] = {}
    for cause in causes:
        looks.setdefault(cause.root or cause.signature + cause.aspect, cause)
    distinct = list(looks.values())
    first = [*distinct, *(cause for cause in causes if cause not in distinct)][:_FIRST]
    roots = [cause for cause in causes if cause.root and cause not in first][:_ROOTS]
    return [*first, *roots]


def _rank(cause: Cause) -> tuple[bool, int, int, str, str]:
    weight = cause.blocks + (0 if cause.root else len(cause.checks))
    return not cause.unsafe, _ORDER.index(cause.level), -weight, cause.signature, cause.title


def _fix(event: CheckEvent) -> tuple[str, ...]:
    """Name what one fix would cure together with an event."""
    aspect = _aspect(event)
    if event.family == "wire":
        return event.clause, event.signature
    if event.signature.startswith("refused:") or aspect in _TELLING:
        return event.rpc, aspect, event.signature
    return event.clause, aspect, event.signature


def _cause(members: list[CheckEvent], blocking: Blocking) -> Cause:
    def weight(event: CheckEvent) -> tuple[int, int, str]:
        return _ORDER.index(Level(event.level)), -blocking.blocked([event]), event.check

    ranked = sorted(members, key=weight)
    first = ranked[0]
    return Cause(first.signature, _aspect(first), Level(first.level), tuple(ranked), blocking.blocked(members))


def _open(root: Root) -> Cause:
    example = root.example
    return Cause(
        example.signature,
        _aspect(example),
        root.level,
        (example,),
        len(root.blocked),
        root=root.what,
        called=root.called,
    )


def _aspect(event: CheckEvent) -> str:
    return CheckId.parse(event.check).aspect
