"""Pieces of the engine that are easier to see by themselves: statuses, objectives, scenarios, metrics."""

import pytest

from milvus_tck.load.codecs.statuses import MALFORMED, Statuses
from milvus_tck.load.control.server_metrics import parse_metrics
from milvus_tck.load.measure.series import NeighboursFound, Series
from milvus_tck.load.plan.objectives import Held, judge, parse_objective, recall_bounds
from milvus_tck.load.plan.scenario_files import parse_scenario, read_scenario, scenario_names
from milvus_tck.wire import messages as m


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (m.Status(), ""),
        (m.Status(reason="Success"), ""),
        (m.Status(reason="x" * 300), ""),
        (m.Status(code=100, reason="no collection"), "CollectionNotFound"),
        (m.Status(code=4_711), "code 4711"),
        (m.Status(error_code=m.ErrorCode.UnexpectedError), "code 1"),
        (m.Status(code=100, reason="x" * 300), "CollectionNotFound"),
    ],
)
def test_a_status_is_read_from_the_bytes(status: m.Status, said: str) -> None:
    """Short or long, first time or again, in an answer or by itself: what the protobuf parser says of it counts."""
    of_search, bare = Statuses("Search"), Statuses("CreateCollection")
    body = m.SearchResults(status=status, collection_name="c").SerializeToString()
    for _ in range(2):
        assert of_search.read(body) == said
        assert bare.read(status.SerializeToString()) == said


def test_bytes_that_are_no_answer_are_malformed() -> None:
    """What cannot be read is no success."""
    assert Statuses("Search").read(b"\x0a\x05\xff\xff\xff\xff\xff") == MALFORMED
    assert Statuses("Search").read(b"\xff\xff") == MALFORMED


def _series(count: int, errors: int, recall: float) -> Series:
    series = Series(count=count, found=NeighboursFound(count, recall * count, recall * recall * count))
    series.errors["X"] = errors
    return series


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("search.errors<1%", Held.FAIL),
        ("search.errors<5%", Held.PASS),
        ("search.recall@10>0.9", Held.FAIL),
        ("search.recall@10>0.79", Held.INCONCLUSIVE),
        ("search.recall@10>0.5", Held.PASS),
        ("search.rate>=98/s", Held.PASS),
        ("search.rate>98/s", Held.FAIL),
        ("insert.p99<1s", Held.INCONCLUSIVE),
        ("search.wrong<1", Held.PASS),
    ],
)
def test_an_objective_is_held_against_what_was_measured(text: str, held: Held) -> None:
    """1,000 requests in 10 s, 20 of them failed, recall 0.8."""
    assert [each.held for each in judge(parse_objective(text), {"search": _series(1_000, 20, 0.8)}, 10.0)] == [held]


@pytest.mark.parametrize("text", ["search", "search.p99<5", "search.p99<5%", "search.errors<5ms", "search.p99=5ms", ""])
def test_an_objective_that_is_none_is_refused(text: str) -> None:
    """Without a unit, with a wrong one, or without a bound there is nothing to hold anything against."""
    with pytest.raises(ValueError, match=r"objective|units"):
        parse_objective(text)


def test_recall_of_few_queries_is_not_certain() -> None:
    """Ten perfect answers leave room for doubt, ten thousand do not."""
    assert recall_bounds(NeighboursFound(10, 10, 10))[0] < 0.75
    assert recall_bounds(NeighboursFound(10_000, 10_000, 10_000))[0] > 0.999


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_can_be_read(name: str) -> None:
    """It has a text, a phase and an objective, and scales to a rate and a time."""
    scenario, digest = read_scenario(name)
    assert scenario.text
    assert scenario.objectives
    assert len(digest) == 12
    scaled = scenario.but(rate=10.0, users=3, seconds=7.0)
    assert sum(each.seconds for each in scaled.measured) == pytest.approx(7.0)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"phase": [{"name": "a", "seconds": 1, "op": [{"op": "dance", "rate": 1}]}]},
        {"phase": [{"name": "a", "seconds": 1, "op": [{"op": "search", "rate": 1}]}]},
        {"phase": [{"name": "a", "seconds": 1}], "color": "red"},
        {"phase": [{"name": "a", "seconds": 1}, {"name": "a", "seconds": 1}]},
        {"phase": [{"name": "a", "seconds": 1, "op": [{"op": "insert", "rate": 1, "level": "Weak"}]}]},
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(raw: dict[str, object]) -> None:
    """Nothing to do, an unknown operation, a search without rows, a misspelt key, two phases of one name, a level."""
    with pytest.raises(ValueError, match=r"\w"):
        parse_scenario("a", raw)


def test_metrics_are_summed_over_their_labels() -> None:
    """Samples of one name are added; those of a longer name, and comments, are others."""
    page = (
        "# HELP go_goroutines x\n# TYPE go_goroutines gauge\ngo_goroutines 7\n"
        'milvus_querynode_segment_num{a="1"} 2\nmilvus_querynode_segment_num{a="2"} 3.5\n'
        "go_goroutines_other 100\nprocess_cpu_seconds_total 1e+01"
    )
    expected = {"go_goroutines": 7.0, "milvus_querynode_segment_num": 5.5, "process_cpu_seconds_total": 10.0}
    assert parse_metrics(page) == expected
