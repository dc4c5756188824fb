"""What a page says of each failing clause, and of what was looked at and not decided."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from milvus_tck.reporting.clause_table import SEVERITY, anchor
from milvus_tck.reporting.evidence import Evidence, Place
from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.reporting.text import clip
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.states import State

__all__ = ["FailingCheck", "FailingClause", "OpenReason", "beyond", "failing_clauses", "open_reasons", "proven"]

#: Checks that have a card of their own; what is beyond them opens in the table of clauses.
_CARDS = 300
#: Characters that all expected and actual texts of a page may take together, and one of them.
_TEXTS, _SHORTEST, _LONGEST = 300_000, 120, 2_000
_LEVELS = list(Level)
#: States whose exchanges are shown: these were looked at, and did not come out well.
_SHOWN = {State.FAIL, State.TARGET_CRASH, State.HARNESS_ERROR, State.INCONCLUSIVE}


@dataclass(frozen=True, slots=True)
class FailingCheck:
    """One check that failed, crashed the target, or could not be decided."""

    check: str
    rpc: str
    state: State
    level: Level
    expected: str
    actual: str
    signature: str
    #: Whether the baseline lists it.
    known: bool
    exchanges: int
    #: Where they are; `None` where there are none, or they did not fit the page.
    place: Place | None
    repro: str


@dataclass(frozen=True, slots=True)
class FailingClause:
    """A clause with its failing checks."""

    clause: str
    text: str
    level: Level
    rpcs: tuple[str, ...]
    #: Checks that could not be made because of it.
    blocks: int
    checks: tuple[FailingCheck, ...]

    @property
    def anchor(self) -> str:
        """Where the page shows it."""
        return anchor(self.clause)


@dataclass(frozen=True, slots=True)
class OpenReason:
    """Why some checks are not verified."""

    state: State
    reason: str
    level: Level
    checks: tuple[CheckEvent, ...]

    @property
    def example(self) -> str:
        """What was seen in one of them, where the reason does not say it."""
        return "" if self.checks[0].blocked_by else self.checks[0].actual


def proven(run: JudgedRun) -> list[CheckEvent]:
    """Return the checks to be shown with their exchanges: unexpected before known, binding before loose."""
    shown = [check for check in run.results.checks if State(check.state) in _SHOWN]
    return sorted(shown, key=lambda check: (check.check in run.known, _rank(check), check.clause, check.check))


def _rank(check: CheckEvent) -> tuple[int, int]:
    return _LEVELS.index(Level(check.level)), SEVERITY.index(State(check.state))


def failing_clauses(run: JudgedRun, evidence: Evidence) -> list[FailingClause]:
    """Group the checks that need proof by clause, in the order of `proven`; only the first ones."""
    checks = proven(run)[:_CARDS]
    limit = min(_LONGEST, max(_SHORTEST, _TEXTS // (2 * len(checks) or 1)))
    blocked = _blocked(run.results.checks)
    groups: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    for check in checks:
        groups[check.clause].append(check)
    return [
        FailingClause(
            clause=clause,
            text=members[0].text,
            level=min((Level(check.level) for check in members), key=_LEVELS.index),
            rpcs=tuple(sorted({check.rpc for check in members})),
            blocks=blocked.get(clause, 0),
            checks=tuple(_shown(check, run, evidence, limit) for check in members),
        )
        for clause, members in groups.items()
    ]


def beyond(run: JudgedRun, evidence: Evidence) -> dict[tuple[str, str, str], list[FailingCheck]]:
    """Return the checks that have no card, by clause, RPC and level, as the table of clauses has its rows."""
    groups: defaultdict[tuple[str, str, str], list[FailingCheck]] = defaultdict(list)
    for check in proven(run)[_CARDS:]:
        groups[check.clause, check.rpc, check.level].append(_shown(check, run, evidence, 0))
    return dict(groups)


def _blocked(checks: Iterable[CheckEvent]) -> dict[str, int]:
    counts: defaultdict[str, int] = defaultdict(int)
    for check in checks:
        counts[check.blocked_by] += 1
    return counts


def _shown(check: CheckEvent, run: JudgedRun, evidence: Evidence, limit: int) -> FailingCheck:
    return FailingCheck(
        check=check.check,
        rpc=check.rpc,
        state=State(check.state),
        level=Level(check.level),
        expected=clip(check.expected, limit),
        actual=clip(check.actual, limit),
        signature=check.signature,
        known=check.check in run.known,
        exchanges=len(check.exchanges),
        place=evidence.places.get(check.check),
        repro=run.repro(check),
    )


def open_reasons(checks: Iterable[CheckEvent]) -> list[OpenReason]:
    """Group what is not verified by its reason: the most binding and most frequent first."""
    groups: defaultdict[tuple[State, str], list[CheckEvent]] = defaultdict(list)
    for check in checks:
        if State(check.state).unverified:
            groups[State(check.state), _reason(check)].append(check)
    reasons = [_open_reason(state, reason, members) for (state, reason), members in groups.items()]
    return sorted(reasons, key=lambda each: (_LEVELS.index(each.level), -len(each.checks), each.reason))


def _reason(check: CheckEvent) -> str:
    if check.blocked_by:
        return f"needs {check.blocked_by}, which does not hold"
    return check.signature or check.actual


def _open_reason(state: State, reason: str, members: list[CheckEvent]) -> OpenReason:
    level = min((Level(check.level) for check in members), key=_LEVELS.index)
    return OpenReason(state, reason, level, tuple(members))
