"""From what was measured to what it comes to: one frozen value that every report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from milvus_tck.load.control.run_outcome import RunOutcome
from milvus_tck.load.measure.series import Series
from milvus_tck.load.plan.job import LoadJob
from milvus_tck.load.plan.objectives import JudgedObjective
from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.report.client import Client, client_of
from milvus_tck.load.report.comparison import FigureChange, compare
from milvus_tck.load.report.judgement import KneeFound, compared, judge_all, knee_of, seconds_of
from milvus_tck.load.report.verdict import LoadVerdict, exit_of, verdict_of
from milvus_tck.verdict.model.states import Exit

__all__ = ["Client", "KneeFound", "LoadResult", "LoadVerdict", "come_to"]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a run comes to."""

    job: LoadJob
    scenario: Scenario
    #: Hash of the scenario's text.
    digest: str
    outcome: RunOutcome
    operations: dict[str, Series]
    #: Seconds that each operation's phases took.
    seconds: dict[str, float]
    judged: tuple[JudgedObjective, ...]
    client: Client
    knee: KneeFound | None
    verdict: LoadVerdict
    #: Why it is not a pass, in sentences.
    reasons: tuple[str, ...]
    exit_code: Exit
    #: Beside earlier runs.
    comparison: tuple[FigureChange, ...] = ()


def come_to(job: LoadJob, scenario: Scenario, digest: str, outcome: RunOutcome) -> LoadResult:
    """Judge a run."""
    operations = outcome.measured.over({each.phase.name for each in outcome.played if each.phase.measured})
    whole = outcome.measured.over({each.phase.name for each in outcome.played})
    shown = {**{name: series for name, series in whole.items() if ":" not in name}, **operations}
    knee = knee_of(scenario, outcome)
    client = client_of(scenario, outcome, operations or whole)
    comparison = tuple(compare(outcome, list(map(Path, job.baseline)), job.seed)) if job.baseline else ()
    judged = [*judge_all(scenario, outcome, shown, knee), *compared(scenario, comparison)]
    verdict, reasons = verdict_of(outcome, judged, client, shown)
    return LoadResult(
        job, scenario, digest, outcome, shown, seconds_of(outcome, shown), tuple(judged), client, knee, verdict,
        tuple(reasons), exit_of(outcome, verdict), comparison,
    )  # fmt: skip
