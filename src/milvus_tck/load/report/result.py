"""From what was measured to what it comes to: one frozen value that every report is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from milvus_tck.load.drive.outcome import Outcome
from milvus_tck.load.measure.histogram import Histogram
from milvus_tck.load.measure.series import Series
from milvus_tck.load.plan.job import Job
from milvus_tck.load.plan.objectives import Held, Judged, Objective, judge, judge_ratio
from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.report.comparison import Compared, compare
from milvus_tck.verdict.states import Exit

__all__ = ["Client", "KneeFound", "Result", "Verdict", "come_to"]

#: Share of a core above which a worker is taken to be its own bottleneck.
_BUSY = 0.9
#: Lag is harmless below this many seconds, and below this share of the percentile that it is part of.
_HARMLESS, _SHARE = 0.010, 0.10
_P99 = 0.99


class Verdict(StrEnum):
    """What a run says about its target."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Client:
    """What the client took, and whether it was in its own way."""

    cpu_us_per_request: float
    #: Seconds.
    lag_p50: float
    lag_p99: float
    dropped: int
    bottleneck: bool
    #: Whether that is because a worker had no CPU time left, and not because the machine let it wait.
    busy: bool
    #: Why, in words.
    why: str
    #: Highest share of one core that a worker used over a slot.
    busiest: float
    memory: int


@dataclass(frozen=True, slots=True)
class KneeFound:
    """The highest rate of a ramp that met its objective; 0 where the slowest step missed it."""

    objective: Objective
    rate: float
    steps: tuple[tuple[str, float, Judged], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run comes to."""

    job: Job
    scenario: Scenario
    #: Hash of the scenario's text.
    digest: str
    outcome: Outcome
    operations: dict[str, Series]
    #: Seconds that each operation's phases took.
    seconds: dict[str, float]
    judged: tuple[Judged, ...]
    client: Client
    knee: KneeFound | None
    verdict: Verdict
    #: Why it is not a pass, in sentences.
    reasons: tuple[str, ...]
    exit_code: Exit
    #: Beside earlier runs.
    comparison: tuple[Compared, ...] = ()


def come_to(job: Job, scenario: Scenario, digest: str, outcome: Outcome) -> Result:
    """Judge a run."""
    counted = {each.phase.name for each in outcome.played if each.phase.measured}
    operations = outcome.measured.over(counted)
    whole = outcome.measured.over({each.phase.name for each in outcome.played})
    shown = {**{name: series for name, series in whole.items() if ":" not in name}, **operations}
    knee = _knee(scenario, outcome)
    client = _client(outcome, operations or whole)
    comparison = tuple(compare(outcome, list(map(Path, job.baseline)), job.seed)) if job.baseline else ()
    judged = [*_judged(scenario, outcome, operations, knee), *_compared(scenario, comparison)]
    verdict, reasons = _verdict(outcome, judged, client, shown)
    return Result(
        job, scenario, digest, outcome, shown, _seconds(outcome, shown), tuple(judged), client, knee, verdict,
        tuple(reasons), _exit(outcome, verdict), comparison,
    )  # fmt: skip


def _compared(scenario: Scenario, comparison: Sequence[Compared]) -> list[Judged]:
    """Judge what may not have changed by more than a factor."""
    found = []
    for objective in filter(lambda each: each.relative, scenario.objectives):
        rows = [
            each for each in comparison
            if objective.operation in {each.operation, "*"} and each.metric == f"{objective.metric}_ms"
        ]  # fmt: skip
        found += [judge_ratio(objective, each.operation, each.ratio, each.low, each.high) for each in rows]
        if not rows:
            why = "too little of it was measured, now or earlier"
            found.append(Judged(objective, objective.operation, 0, 0, math.inf, Held.INCONCLUSIVE, why))
    return found


def _seconds(outcome: Outcome, operations: dict[str, Series]) -> dict[str, float]:
    """Sum up the phases that each operation was part of; a measured one counts only those that are measured."""
    found: dict[str, float] = {}
    for name in operations:
        phases = [each for each in outcome.played if (each.phase.name, name) in outcome.measured.series]
        measured = [each for each in phases if each.phase.measured]
        found[name] = sum(each.seconds for each in measured or phases)
    return found


def _judged(
    scenario: Scenario, outcome: Outcome, operations: dict[str, Series], knee: KneeFound | None
) -> list[Judged]:
    found: list[Judged] = []
    for objective in scenario.objectives:
        if objective.relative:
            continue
        if objective.operation == "knee":
            found.append(_of_knee(objective, knee))
            continue
        phases = [
            each for each in outcome.played
            if each.phase.name == objective.phase or (not objective.phase and each.phase.measured)
        ]  # fmt: skip
        of = outcome.measured.over({each.phase.name for each in phases}) if objective.phase else operations
        seconds = sum(
            each.seconds for each in phases
            if objective.operation == "*" or any(op.name == objective.operation for op in each.phase.operations)
        )  # fmt: skip
        found += judge(objective, of, seconds)
    return found


def _of_knee(objective: Objective, knee: KneeFound | None) -> Judged:
    if knee is None:
        return Judged(objective, "knee", 0, 0, 0, Held.INCONCLUSIVE, "the scenario has no ramp")
    kept = knee.rate > objective.bound or (knee.rate == objective.bound and "=" in objective.sign)
    return Judged(objective, "knee", knee.rate, knee.rate, knee.rate, Held.PASS if kept else Held.FAIL)


def _knee(scenario: Scenario, outcome: Outcome) -> KneeFound | None:
    """Look how far a ramp came."""
    if scenario.knee is None:
        return None
    took = {each.phase.name: each.seconds for each in outcome.played}
    steps = []
    for name, rate in scenario.knee.steps:
        if name in took:
            judged = judge(scenario.knee.objective, outcome.measured.over({name}), took[name])
            steps.append((name, rate, judged[0]))
    best = 0.0
    for _, rate, each in steps:
        if each.held is Held.FAIL:
            break
        best = rate if each.held is Held.PASS else best
    return KneeFound(scenario.knee.objective, best, tuple(steps))


def _client(outcome: Outcome, operations: dict[str, Series]) -> Client:
    measured = {each.phase.name for each in outcome.played if each.phase.measured} or {
        each.phase.name for each in outcome.played
    }
    costs = [each for each in outcome.costs if each.phase in measured]
    requests = sum(each.count for each in operations.values())
    cpu = sum(each.cpu for each in costs)
    busiest = max((each.cpu / each.wall for each in costs if each.wall), default=0.0)
    lag = Histogram.empty()
    for series in operations.values():
        lag.merge(series.lag)
    why = _why_slow(operations, busiest)
    return Client(
        cpu_us_per_request=cpu / requests * 1e6 if requests else 0.0,
        lag_p50=lag.quantile(0.5),
        lag_p99=lag.quantile(_P99),
        dropped=sum(each.dropped for each in operations.values()),
        bottleneck=bool(why),
        busy=busiest > _BUSY,
        why=why,
        busiest=max([busiest, *(each.peak for each in costs)]),
        memory=max((each.memory for each in costs), default=0),
    )


def _why_slow(operations: dict[str, Series], busiest: float) -> str:
    if busiest > _BUSY:
        return f"a worker was busy for {busiest:.0%} of the time: take more workers, or a lower rate"
    for name, series in operations.items():
        lag, true = series.lag.quantile(_P99), series.true.quantile(_P99)
        if lag > _HARMLESS and lag > _SHARE * true:
            return f"{name} was sent {lag * 1e3:.1f} ms late (p99), of {true * 1e3:.1f} ms that it took"
    return ""


def _verdict(
    outcome: Outcome, judged: list[Judged], client: Client, operations: dict[str, Series]
) -> tuple[Verdict, list[str]]:
    """Come to the verdict; what does not depend on the client's own speed fails whatever the client did."""
    reasons = _hard(outcome, judged, operations)
    if reasons:
        return Verdict.FAIL, reasons
    if outcome.interrupted:
        return Verdict.INCONCLUSIVE, ["the run was interrupted"]
    if outcome.refused:
        return Verdict.INCONCLUSIVE, [f"the run could not be made: {outcome.refused}"]
    # What was sent late counts from when it was due: an objective that is met in spite of that is met, and one
    # that is missed even from when it was sent is missed.
    missed_by_lag = [each for each in judged if each.held is Held.FAIL and not _missed_when_sent(each, operations)]
    if client.busy or (client.bottleneck and missed_by_lag):
        return Verdict.INVALID, [f"the client was the bottleneck: {client.why}"]
    missed = [f"{each.objective.text} was missed" for each in judged if each.held is Held.FAIL]
    if missed:
        return Verdict.FAIL, missed
    open_ = [f"{each.objective.text}: {each.why}" for each in judged if each.held is Held.INCONCLUSIVE]
    if outcome.audit.trouble:
        open_.append(f"the audit could not be made: {outcome.audit.trouble}")
    if not any(each.count for each in operations.values()):
        open_.append("nothing was measured")
    return (Verdict.INCONCLUSIVE if open_ else Verdict.PASS), open_


def _missed_when_sent(judged: Judged, operations: dict[str, Series]) -> bool:
    """Tell whether an objective is missed by durations that do not contain how late we were."""
    series = operations.get(judged.operation)
    if series is None or judged.objective.phase or judged.objective.relative:
        return False
    naive = {judged.operation: replace(series, true=series.naive)}
    return judge(judged.objective, naive, 1.0)[0].held is Held.FAIL and judged.objective.metric != "rate"


def _hard(outcome: Outcome, judged: list[Judged], operations: dict[str, Series]) -> list[str]:
    reasons = [f"the target was lost: {outcome.lost}"] if outcome.lost else []
    audit = outcome.audit
    if audit.acknowledged > audit.found:
        reasons.append(f"{audit.acknowledged - audit.found} of {audit.acknowledged} acknowledged rows are not there")
    if audit.surplus:
        reasons.append(f"{audit.surplus} rows are there that should not be")
    if audit.doubled:
        reasons.append(f"{audit.doubled} rows are there twice")
    for name, series in operations.items():
        wrong = series.errors["WRONG"]
        if wrong:
            reasons.append(f"{wrong} of {series.checked} answers to {name} that were looked into: {series.wrong[0]}")
    reasons += [
        f"{each.objective.text} was missed"
        for each in judged
        if each.held is Held.FAIL and not each.objective.of_client
    ]
    return reasons


def _exit(outcome: Outcome, verdict: Verdict) -> Exit:
    if outcome.interrupted:
        return Exit.INTERRUPTED
    if outcome.lost:
        return Exit.TARGET_LOST
    if verdict is Verdict.PASS:
        return Exit.OK
    return Exit.OBJECTIVE_MISSED if verdict is Verdict.FAIL else Exit.UNDETERMINED
