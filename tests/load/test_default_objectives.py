"""What every run has to reach, whatever it was asked for; and what lies with the client is said first."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.load.control.run_outcome import PlayedPhase, RunOutcome
from milvus_tck.load.data.seeded_rows import Planted
from milvus_tck.load.measure.histogram import Histogram
from milvus_tck.load.measure.series import Measured, NeighboursFound, Series
from milvus_tck.load.operations.base import GetVersion
from milvus_tck.load.operations.workload import Workload
from milvus_tck.load.plan.job import LoadJob
from milvus_tck.load.plan.objectives import judge_ratio, parse_objective
from milvus_tck.load.plan.scenario import INGEST, Phase
from milvus_tck.load.report.result import LoadResult, LoadVerdict, come_to
from milvus_tck.load.report.verdict import verdict_of
from milvus_tck.load.worker.client_cost import Cost
from milvus_tck.load.worker.recorder import Recorder
from milvus_tck.verdict.model.states import Exit

_SECONDS = 10.0


def _series(
    good: int, *, recall: float | None = None, took: float = 0.01, lag: float = 0.0, dropped: int = 0, **errors: int
) -> Series:
    """So many good answers, each in so many seconds, beside errors by code."""
    failed = sum(errors.values())
    times = Histogram.of(np.full(good, took)) if good else Histogram.empty()
    series = Series(true=times, naive=times, count=good + failed, dropped=dropped, checked=good)
    series.lag.add(np.full(good, lag))
    series.errors.update(errors)
    if recall is not None:
        series.found = NeighboursFound(good, recall * good, recall * recall * good)
    return series


def _run(job: LoadJob, measured: Mapping[str, Series], *, cpu: float = 0.1, ingest: Series | None = None) -> LoadResult:
    """Judge a run that measured this in its first measured phase."""
    scenario, digest = job.plan()
    phase = scenario.measured[0]
    outcome = RunOutcome(played=[PlayedPhase(phase, 0.0, _SECONDS)], audited=True)
    outcome.measured = Measured({(phase.name, name): each for name, each in measured.items()})
    if ingest is not None:
        outcome.played.append(PlayedPhase(Phase(INGEST, 0.0, (), measured=False), 0.0, 1.0))
        outcome.measured.series[INGEST, INGEST] = ingest
    cost = Cost(0, phase.name)
    cost.cpu, cost.wall = cpu * _SECONDS, _SECONDS
    outcome.costs.append(cost)
    return come_to(job, scenario, digest, outcome)


def _job(*objectives: str, **options: object) -> LoadJob:
    job = LoadJob("127.0.0.1:1", Credentials(), operations=("search",), objectives=objectives)
    return replace(job, **options)  # type: ignore[arg-type] # members of a job


@pytest.mark.parametrize(
    ("objectives", "series", "verdict"),
    [
        ((), _series(1_000, recall=1.0), LoadVerdict.PASS),
        ((), _series(1_000, recall=0.1), LoadVerdict.FAIL),
        (("search.p99<1s",), _series(1_000, recall=0.1), LoadVerdict.FAIL),
        (("search.p99<1s", "recall>=0.05"), _series(1_000, recall=0.1), LoadVerdict.PASS),
        (("search.recall@10>=0.05",), _series(1_000, recall=0.1), LoadVerdict.PASS),
        ((), _series(10, recall=1.0), LoadVerdict.INCONCLUSIVE),
        ((), _series(1_000), LoadVerdict.INCONCLUSIVE),
        (("search.p99<1s",), _series(970, recall=1.0, CollectionNotFound=30), LoadVerdict.FAIL),
        (("search.p99<1s", "errors<5%"), _series(970, recall=1.0, CollectionNotFound=30), LoadVerdict.PASS),
        (("errors<5%",), _series(970, recall=0.1, CollectionNotFound=30), LoadVerdict.FAIL),
        (("search.p99<1s",), _series(999, recall=1.0, WRONG=1), LoadVerdict.FAIL),
        (("wrong<=1",), _series(999, recall=1.0, WRONG=1), LoadVerdict.PASS),
        (
            ("search.max<1s", "errors<=100%", "recall>=0"),
            _series(0, CollectionNotFound=1_000),
            LoadVerdict.INCONCLUSIVE,
        ),
        (("search.rate>90/s", "errors<=100%"), _series(500, recall=1.0, RateLimit=500), LoadVerdict.FAIL),
        (("errors<=100%", "*.recall>=0"), _series(0), LoadVerdict.INCONCLUSIVE),
    ],
)  # fmt: skip
def test_what_always_counts_is_loosened_by_its_name_alone(
    objectives: tuple[str, ...], series: Series, verdict: LoadVerdict
) -> None:
    """Recall, errors and wrong answers decide beside `--op` and `--slo`; what nobody saw is neither kept nor missed."""
    result = _run(_job(*objectives), {"search": series})
    assert (result.verdict, bool(result.reasons)) == (verdict, verdict is not LoadVerdict.PASS), result.reasons


def test_a_bound_of_the_scenario_stays_beside_what_is_asked_for() -> None:
    """`filtered-search` asks for a recall of 0.6: `--slo` on a latency leaves that, one on recall does not."""
    found = {"search-10%": _series(1_000, recall=0.7), "search-50%": _series(1_000, recall=0.7)}
    job = _job("search-10%.p95<1s", operations=(), scenario="filtered-search")
    assert _run(job, found).verdict is LoadVerdict.PASS
    asked = replace(job, objectives=("search-10%.recall>0.9",))
    failed = _run(asked, found)
    assert failed.verdict is LoadVerdict.FAIL
    assert [each.operation for each in failed.judged if each.held == "fail"] == ["search-10%"]


def test_rows_that_were_never_there_count() -> None:
    """Half of the ingest is refused, and what is there is found: no pass."""
    result = _run(_job(), {"search": _series(1_000, recall=1.0)}, ingest=_series(5, DiskQuotaExceeded=5))
    assert result.verdict is LoadVerdict.FAIL
    assert any("ingest" in each and "DiskQuotaExceeded" in each for each in result.reasons)


def test_a_client_without_time_left_says_so_first() -> None:
    """A worker was busy all the time: invalid, whatever was missed; what was refused is told after that."""
    slow = _run(_job("search.p99<5ms"), {"search": _series(1_000, recall=1.0)}, cpu=0.97)
    assert (slow.verdict, slow.exit_code) == (LoadVerdict.INVALID, Exit.UNDETERMINED)
    assert "client was the bottleneck" in slow.reasons[0]
    refused = _run(_job(), {"search": _series(900, recall=1.0, RateLimit=100)}, cpu=0.97)
    assert refused.verdict is LoadVerdict.FAIL
    assert "client was the bottleneck" in refused.reasons[0]


def test_what_a_slow_client_did_not_read_in_time_is_no_error_of_the_target() -> None:
    """Deadlines that passed while the client lagged make a run invalid; with a client in time they fail it."""
    late = {"search": _series(900, recall=1.0, lag=0.05, DEADLINE_EXCEEDED=100)}
    assert _run(_job(), late).verdict is LoadVerdict.INVALID
    prompt = {"search": _series(900, recall=1.0, DEADLINE_EXCEEDED=100)}
    assert _run(_job(), prompt).verdict is LoadVerdict.FAIL


def test_what_was_dropped_is_no_error() -> None:
    """Arrivals that were never sent are told first, as the client's; the errors are those of the target."""
    result = _run(_job("search.rate>60/s"), {"search": _series(500, recall=1.0, dropped=500)})
    assert (result.verdict, result.exit_code) == (LoadVerdict.INVALID, Exit.UNDETERMINED)
    assert "never sent" in result.reasons[0]
    errors = next(each for each in result.judged if each.objective.metric == "errors")
    assert (errors.value, errors.held) == (0.0, "pass")
    assert _run(_job("dropped<60%"), {"search": _series(500, recall=1.0, dropped=500)}).verdict is LoadVerdict.PASS


def test_a_flood_of_fast_refusals_is_no_knee() -> None:
    """The faster step has better percentiles, since most of it is refused: the knee is the step before."""
    job = _job(operations=(), scenario="ramp-to-knee")
    scenario, digest = job.plan()
    played = [PlayedPhase(each, 0.0, each.seconds) for each in scenario.phases[:2]]
    good = _series(1_000, recall=1.0, took=0.05)
    outcome = RunOutcome(played=played, audited=True)
    outcome.measured = Measured({
        (played[0].phase.name, "search"): good,
        (played[1].phase.name, "search"): _series(1_000, recall=1.0, took=0.001, RateLimit=1_000),
    })  # fmt: skip
    result = come_to(job, scenario, digest, outcome)
    assert result.knee is not None
    assert result.knee.rate == 10.0
    assert result.verdict is LoadVerdict.PASS, result.reasons


def test_each_end_of_a_request_is_counted_once_and_in_its_place() -> None:
    """Good, refused, late, broken, wrong: slots add up to the whole, and refusals have durations of their own."""
    scenario, _ = _job(operations=("get-version",)).plan()
    recorder = Recorder(
        GetVersion(scenario.operations[0], Workload(scenario, "abcdef", 1, Planted(1, 16, 64))), 0.0, 1.0
    )
    for number in range(10):
        recorder.answered(number, 0.1, 0.1, 0.2, "", b"")  # no version: looked into, and wrong
    for error in ("CollectionNotFound", "DEADLINE_EXCEEDED", "UNAVAILABLE", "MALFORMED"):
        recorder.answered(0, 1.5, 1.5, 2.5, error, b"")
    recorder.fold()
    recorder.look(1)
    series = recorder.take()
    assert (series.count, series.good, series.refused, series.unanswered, series.wrong_answers) == (14, 9, 1, 2, 2)
    assert (series.true.count, series.refusal.count) == (11, 1)
    assert series.true.quantile(0.5) == pytest.approx(0.1, rel=0.01)
    assert [(slot.count, slot.errors) for _, slot in sorted(series.slots.items())] == [(10, 1), (4, 4)]
    assert Series.of_message(series.as_message()).slots[1].count == 4


@pytest.mark.parametrize(("took", "verdict"), [(0.3, LoadVerdict.FAIL), (0.1, LoadVerdict.INVALID)])
def test_a_ratio_that_is_missed_from_when_it_was_sent_is_missed(took: float, verdict: LoadVerdict) -> None:
    """Four times as slow as before, a part of it by a late client: it fails where the rest is too slow, too."""
    late = _series(1_000, recall=1.0, took=took, lag=0.4 - took)
    late.true = Histogram.of(np.full(1_000, 0.4))
    client = _run(_job(), {"search": late}).client
    assert client.bottleneck
    ratio = judge_ratio(parse_objective("search.p50<2x"), "search", 4.0, 3.8, 4.2)
    assert verdict_of(RunOutcome(audited=True), [ratio], client, {"search": late})[0] is verdict
