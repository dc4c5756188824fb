"""Everything that the HTML page shows, as values: the templates only lay it out."""

import shlex
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

from milvus_tck.reporting.causes import Cause
from milvus_tck.reporting.clause_table import ClauseGroup, ClauseRow, clause_groups, clause_rows
from milvus_tck.reporting.evidence import Evidence, pack
from milvus_tck.reporting.failures import (
    FailingCheck,
    FailingClause,
    OpenReason,
    beyond,
    failing_clauses,
    open_reasons,
    proven,
)
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.levels import LevelCount, level_tallies
from milvus_tck.reporting.matrix import CapabilityRow, RpcRow, capability_rows, rpc_rows
from milvus_tck.reporting.sentence import Tone, tone, unjudged
from milvus_tck.reporting.since import since_line
from milvus_tck.reporting.text import plural
from milvus_tck.reporting.trust import TrustFact, trust_facts
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.states import State

__all__ = ["Page", "make_page"]

_SENTENCE, _MANY = 240, 1_000


@dataclass(frozen=True)
class Page:
    """The page, in the order in which it is read."""

    run: JudgedRun
    tone: Tone
    command: str
    started: str
    tallies: list[LevelCount]
    causes: list[Cause]
    open_reasons: list[OpenReason]
    baseline: Comparison | None
    trust: list[TrustFact]
    rows: list[ClauseRow]
    matrix: list[RpcRow]
    capabilities: list[CapabilityRow]
    failing: list[FailingClause]
    #: Failing checks without a card, by clause, RPC and level.
    beyond: dict[tuple[str, str, str], list[FailingCheck]]
    evidence: Evidence

    @property
    def levels(self) -> list[Level]:
        """Levels that the run has checks of."""
        return [each.level for each in self.tallies]

    @property
    def scored(self) -> list[LevelCount]:
        """Levels that say something for or against the target."""
        return [each for each in self.tallies if each.level.scored]

    @property
    def unscored(self) -> list[LevelCount]:
        """Levels that are looked at without a verdict."""
        return [each for each in self.tallies if not each.level.scored]

    @property
    def first_causes(self) -> list[Cause]:
        """Where to start."""
        return self.run.start_here

    @property
    def groups(self) -> list[ClauseGroup]:
        """The rows of the table of clauses, by what they came to."""
        return clause_groups(self.rows)

    @property
    def since(self) -> str:
        """What changed since the last run, in a line; empty where there is none."""
        return "" if self.run.since is None else since_line(self.run.since)

    @property
    def unjudged(self) -> int:
        """Planned checks that the run did not come to."""
        return unjudged(self.run.results)

    @property
    def unverified(self) -> int:
        """Checks of all levels that are not verified."""
        return sum(len(each.checks) for each in self.open_reasons)

    @cached_property
    def shown(self) -> frozenset[str]:
        """Clauses whose failures the page shows one by one."""
        return frozenset(clause.clause for clause in self.failing)

    @property
    def sentence_limit(self) -> int:
        """Characters of a clause's sentence in the table: fewer where there are very many rows."""
        return _SENTENCE if len(self.rows) < _MANY else _SENTENCE // 2

    @property
    def failing_words(self) -> str:
        """How many failures the page shows."""
        checks = [check for clause in self.failing for check in clause.checks]
        states = [check.state for check in (*checks, *chain.from_iterable(self.beyond.values()))]
        failed = sum(state.failed for state in states)
        deviating = states.count(State.DEVIATION)
        rest = len(states) - failed - deviating
        parts = [f"{deviating} known of released servers"] * bool(deviating) + [f"{rest} undecided"] * bool(rest)
        return ", ".join([f"{plural(failed, 'check')} failed", *parts])

    @property
    def rpcs(self) -> list[str]:
        """RPCs of the matrix."""
        return [row.rpc for row in self.matrix]

    @property
    def states(self) -> list[str]:
        """States that clauses have, the gravest first."""
        return list(dict.fromkeys(row.state.value for row in self.rows))


def make_page(run: JudgedRun) -> Page:
    """Work out what a page shows."""
    tallies = level_tallies(run.summary.counts)
    preparations = {} if run.footer is None else run.footer.preparations
    evidence = pack(proven(run), preparations, run.repro, counterparts=run.counterparts)
    return Page(
        run=run,
        tone=tone(run.results, run.summary),
        command=shlex.join(run.header.command),
        started=_moment(run.header.started),
        tallies=tallies,
        causes=run.causes,
        open_reasons=open_reasons(run),
        baseline=run.summary.baseline,
        trust=trust_facts(run),
        rows=clause_rows(run.results.checks, run.blocking),
        matrix=rpc_rows(run.results.checks, [each.level for each in tallies]),
        capabilities=capability_rows(run.results),
        failing=failing_clauses(run, evidence),
        beyond=beyond(run, evidence),
        evidence=evidence,
    )


def _moment(started: str) -> str:
    try:
        return datetime.fromisoformat(started).strftime("%Y-%m-%d %H:%M:%S %Z")
    except ValueError:
        return started
