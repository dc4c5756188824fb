"""Failures: what a page says of each failing clause, and of what was looked at and not decided."""

from collections import defaultdict
from dataclasses import dataclass

from milvus_tck.reporting.blocked_checks import Blocking
from milvus_tck.reporting.clause_table import SEVERITY, anchor
from milvus_tck.reporting.deciding_exchange import decided_by
from milvus_tck.reporting.evidence import Evidence, EvidencePlace
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.provenance import backing
from milvus_tck.reporting.text import clip
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["FailingCheck", "FailingClause", "OpenReason", "beyond", "failing_clauses", "open_reasons", "proven"]

#: Checks that have a card of their own; what is beyond them opens in the table of clauses.
_CARDS = 300
#: Characters that all expected and actual texts of a page may take together, and one of them.
_TEXTS, _SHORTEST, _LONGEST = 300_000, 120, 2_000
_LEVELS = list(Level)
#: States whose exchanges are shown: these were looked at, and did not come out well.
_SHOWN = {State.FAIL, State.TARGET_CRASH, State.DEVIATION, State.HARNESS_ERROR, State.FLAKY, State.INCONCLUSIVE}


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
    #: Members that differ: what they are, what was expected, what came. Where there are none, the texts say it all.
    members: tuple[Difference, ...]
    #: The answer that decided it, in a line.
    decided_by: str
    #: Who says that the clause is true, and whether the check was seen to fail on a defect, in words.
    backing: dict[str, str]
    #: Whether the baseline lists it.
    known: bool
    exchanges: int
    #: Where they are; `None` where there are none, or they did not fit the page.
    place: EvidencePlace | None
    repro: str
    #: What released servers break just so; empty where it is no deviation of theirs.
    deviation: str = ""
    #: Bindings over which the same check passes, in words.
    holds_over: str = ""


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
    def known(self) -> bool:
        """Whether the baseline lists all of them."""
        return all(check.known for check in self.checks)

    @property
    def anchor(self) -> str:
        """Where the page shows it."""
        return anchor(self.clause)


@dataclass(frozen=True, slots=True)
class OpenReason:
    """Why some checks are not verified."""

    state: State
    #: In words; those of one check where the others differ in them.
    words: str
    #: What the checks have in common, where the words are only those of one.
    signature: str
    level: Level
    checks: tuple[CheckEvent, ...]


def proven(run: JudgedRun) -> list[CheckEvent]:
    """Return the checks to be shown with their exchanges.

    The examples of the root causes come first, then unexpected failures before known ones,
    what binds before what does not, and the failures of one cause together.
    """
    causes = {check.check: number for number, cause in enumerate(run.causes) for check in cause.checks}
    examples = {cause.example.check for cause in run.causes}

    def weight(check: CheckEvent) -> tuple[bool, bool, int, int, int, str, str]:
        level, state = _LEVELS.index(Level(check.level)), SEVERITY.index(State(check.state))
        cause = causes.get(check.check, len(causes))
        return check.check not in examples, check.check in run.known, level, state, cause, check.clause, check.check

    return sorted((check for check in run.results.checks if State(check.state) in _SHOWN), key=weight)


def failing_clauses(run: JudgedRun, evidence: Evidence) -> list[FailingClause]:
    """Group the checks that need proof by clause, in the order of `proven`; only the first ones."""
    checks = proven(run)[:_CARDS]
    limit = min(_LONGEST, max(_SHORTEST, _TEXTS // (2 * len(checks) or 1)))
    groups: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    for check in checks:
        groups[check.clause].append(check)
    return [
        FailingClause(
            clause=clause,
            text=members[0].text,
            level=min((Level(check.level) for check in members), key=_LEVELS.index),
            rpcs=tuple(sorted({check.rpc for check in members})),
            blocks=run.blocking.blocked(members),
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


def _shown(check: CheckEvent, run: JudgedRun, evidence: Evidence, limit: int) -> FailingCheck:
    return FailingCheck(
        check=check.check,
        rpc=check.rpc,
        state=State(check.state),
        level=Level(check.level),
        expected=clip(check.expected, limit),
        actual=clip(check.actual, limit),
        signature=check.signature,
        members=tuple(
            Difference(clip(each.path, limit), clip(each.expected, limit), clip(each.actual, limit))
            for each in check.members
        ),
        decided_by=clip(decided_by(check), limit),
        backing=backing(check),
        known=check.check in run.known,
        exchanges=len(check.exchanges),
        place=evidence.places.get(check.check),
        repro=run.repro(check),
        deviation=clip(check.deviation, _LONGEST),
        holds_over=run.holds_over(check),
    )


def open_reasons(run: JudgedRun) -> list[OpenReason]:
    """Group what is not verified by its reason: the most binding and most frequent first."""
    groups: defaultdict[tuple[State, str], list[CheckEvent]] = defaultdict(list)
    for check in run.results.checks:
        if State(check.state).unverified:
            groups[State(check.state), _common(check, run.blocking)].append(check)
    reasons = [_open_reason(common, members, run.blocking) for (_, common), members in groups.items()]
    return sorted(reasons, key=lambda each: (_LEVELS.index(each.level), -len(each.checks), each.words))


def _common(check: CheckEvent, blocking: Blocking) -> str:
    """Return what checks have in common that are open for the same reason."""
    told = check.blocked_by or blocking.sibling(check) or not check.signature
    return blocking.reason(check) if told else check.signature


def _open_reason(common: str, members: list[CheckEvent], blocking: Blocking) -> OpenReason:
    words = blocking.reason(members[0])
    level = min((Level(check.level) for check in members), key=_LEVELS.index)
    return OpenReason(State(members[0].state), words, "" if words == common else common, level, tuple(members))
