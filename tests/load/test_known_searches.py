"""Range, grouped and hybrid searches as load: right answers pass, and each kind of wrong answer is noticed."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from google.protobuf.message import Message

from milvus_tck.load.data.exact_scores import exact_scores
from milvus_tck.load.data.files import FileDataset, planted
from milvus_tck.load.operations.known_searches import HybridSearch, RangeSearch
from milvus_tck.load.operations.workload import Workload
from milvus_tck.load.plan.scenario import DataPlan, Operation, Phase, Scenario
from milvus_tck.proxy.actions import Action
from milvus_tck.proxy.rules import Rule, RuleStage, Where, mutate, refuse
from milvus_tck.proxy.server import Proxy
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.load.runs import command, load

_TEXT = """
text = "One search of each kind."
objectives = ["*.errors<=100%"]
[data]
rows = 1_000
dim = 256
index = "{index}"
vector = "{vector}"
[[phase]]
name = "steady"
seconds = 30
[[phase.op]]
op = "range-search"
loop = "closed"
users = 1
limit = 40
[[phase.op]]
op = "group-search"
loop = "closed"
users = 1
limit = 40
[[phase.op]]
op = "hybrid-search"
loop = "closed"
users = 1
limit = 40
[[phase.op]]
op = "range-search"
name = "range-filtered"
selectivity = 0.5
batch = 2
loop = "closed"
users = 1
limit = 40
"""
_OPERATIONS = ("range-search", "group-search", "hybrid-search", "range-filtered")
#: Groups of planted rows: 1,000 rows in groups of 16.
_GROUPS = 63


@pytest.fixture(scope="module")
def model() -> Iterator[Target]:
    """The executable model."""
    made = resolve("model")
    made.start()
    yield made
    made.stop()


def _file(folder: Path, index: str = "FLAT", vector: str = "float32") -> str:
    path = folder / "kinds.toml"
    path.write_text(_TEXT.format(index=index, vector=vector), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("vector", "index"), [("float32", "FLAT"), ("binary", "BIN_FLAT"), ("int8", "HNSW")])
def test_right_answers_are_right(model: Target, tmp_path: Path, vector: str, index: str) -> None:
    """The model finds what lies in each range, the nearest of each group, and what both searches find first."""
    ended = load(model.address, tmp_path / "run", "--scenario", _file(tmp_path, index, vector))
    rows = [ended.summary["ops"][name] for name in _OPERATIONS]
    assert [(row["good"], row["wrong"], row["recall"]["mean"]) for row in rows] == [(40, 0, 1.0)] * 4, ended.said
    assert all(row["checked"] >= 40 for row in rows)


def _nearest(_rpc: str, _request: Message, response: Message | None) -> Action:
    """Put the nearest row of all before those of the range."""
    assert isinstance(response, m.SearchResults)
    ids = response.results.ids.int_id.data
    ids[0] %= _GROUPS
    return response


def _unbounded(_rpc: str, request: Message, _response: Message | None) -> Action:
    """Forget radius and range_filter."""
    assert isinstance(request, m.SearchRequest)
    for each in request.search_params:
        if each.key == "params":
            each.value = "{}"
    return request


def _ungrouped(_rpc: str, request: Message, _response: Message | None) -> Action:
    """Forget what rows are grouped by."""
    assert isinstance(request, m.SearchRequest)
    kept = [each for each in request.search_params if each.key != "group_by_field"]
    del request.search_params[:]
    request.search_params.extend(kept)
    return request


def _swapped(_rpc: str, _request: Message, response: Message | None) -> Action:
    """Exchange the first two rows, and leave their scores."""
    assert isinstance(response, m.SearchResults)
    ids = response.results.ids.int_id.data
    ids[0], ids[1] = ids[1], ids[0]
    return response


def _unfiltered(_rpc: str, request: Message, _response: Message | None) -> Action:
    """Forget the filter of the second search."""
    assert isinstance(request, m.HybridSearchRequest)
    request.requests[1].dsl = ""
    return request


def _distances(_rpc: str, _request: Message, response: Message | None) -> Action:
    """Tell other scores than those of the fusion, in the same order."""
    assert isinstance(response, m.SearchResults)
    scores = response.results.scores
    scores[:] = [1.0 - place / 100 for place, _ in enumerate(scores)]
    return response


def _alone(_rpc: str, request: Message, _response: Message | None) -> Action:
    """Forget the second search."""
    assert isinstance(request, m.HybridSearchRequest)
    del request.requests[1]
    return request


@pytest.mark.parametrize(
    ("operation", "stage", "operator", "why"),
    [
        ("range-search", RuleStage.RESPONSE, _nearest, "a row outside of the range"),
        ("range-search", RuleStage.REQUEST, _unbounded, "a row outside of the range"),
        ("group-search", RuleStage.REQUEST, _ungrouped, "a second row of a group"),
        ("hybrid-search", RuleStage.RESPONSE, _swapped, "not in the order that their places"),
        ("hybrid-search", RuleStage.REQUEST, _unfiltered, "does not let pass counts as found by both"),
        ("hybrid-search", RuleStage.RESPONSE, _distances, "a score that no two places give"),
        ("hybrid-search", RuleStage.REQUEST, _alone, "recall>0.9 was missed"),
    ],
)
def test_a_wrong_answer_is_noticed(
    model: Target,
    tmp_path: Path,
    operation: str,
    stage: RuleStage,
    operator: Callable[[str, Message, Message | None], Action],
    why: str,
) -> None:
    """Each fault fails the run, and the report says what was wrong."""
    rpc = "HybridSearch" if operation == "hybrid-search" else "Search"
    with Proxy(model.address, rules=[Rule("wrong", Where(rpc=(rpc,)), stage, mutate(operator))]) as proxy:
        asked = ("--op", operation, "--duration", "3", "--rate", "30")
        ended = load(proxy.address, tmp_path, *asked)
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    assert any(why in each for each in ended.summary["reasons"]), ended.summary["reasons"]


@pytest.mark.parametrize(
    ("target", "operation", "why"),
    [
        ("model@2.3", "group-search", "group-search came with 2.4"),
        ("model@2.3", "hybrid-search", "hybrid-search came with 2.4"),
        ("model@2.2", "range-search", "range-search came with 2.3"),
    ],
)
def test_an_earlier_release_is_not_blamed(tmp_path: Path, target: str, operation: str, why: str) -> None:
    """What a release does not have is no failure of it: the run cannot be made, and says why."""
    ended = load(target, tmp_path, "--op", operation, "--duration", "1")
    assert (ended.code, ended.verdict) == (Exit.UNDETERMINED, "inconclusive"), ended.said
    assert any(why in each for each in ended.summary["reasons"])


def test_a_server_without_the_rpc_is_not_blamed(model: Target, tmp_path: Path) -> None:
    """A server of no known release that has no HybridSearch says UNIMPLEMENTED, and the run cannot be made."""
    rule = Rule("none", Where(rpc=("HybridSearch",)), act=refuse(grpc.StatusCode.UNIMPLEMENTED, "unknown method"))
    with Proxy(model.address, rules=[rule]) as proxy:
        ended = load(proxy.address, tmp_path, "--op", "hybrid-search", "--duration", "1")
    assert (ended.code, ended.verdict) == (Exit.UNDETERMINED, "inconclusive"), ended.said
    assert any("the target has no HybridSearch" in each for each in ended.summary["reasons"])


@pytest.mark.parametrize("operation", ["range-search", "group-search"])
def test_the_first_rest_has_no_words_for_them(tmp_path: Path, operation: str) -> None:
    """http-v1 would drop the bounds or the group in silence: it is refused before anything is started."""
    typed = command("model", tmp_path, "--op", operation, "--binding", "http-v1")
    done = subprocess.run(typed, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == Exit.USAGE
    assert f"http-v1 has no words for {operation}" in done.stderr


def test_groups_and_ranges_travel_over_the_second_rest(tmp_path: Path) -> None:
    """Bounds and groups have their words there: right answers are right."""
    ended = load("lite@3.2.2", tmp_path / "run", "--scenario", _file(tmp_path), "--binding", "http-v2")
    rows = [ended.summary["ops"][name] for name in _OPERATIONS]
    assert [(row["good"], row["wrong"], row["recall"]["mean"]) for row in rows] == [(40, 0, 1.0)] * 4, ended.said
    assert ended.summary["scenario"]["over_grpc"] == ["hybrid-search"]


def _workload(data: DataPlan, operation: Operation, dataset: FileDataset | None = None) -> Workload:
    scenario = Scenario("s", "", data, (Phase("steady", 1.0, (operation,)),), ())
    return Workload(scenario, "aaaaaa", 7, dataset or planted(data, 7, data.rows))


@pytest.mark.parametrize(
    ("vector", "metric"),
    [("float32", "L2"), ("float32", "IP"), ("float32", "COSINE"), ("bfloat16", "L2"), ("int8", "L2"),
     ("binary", "HAMMING"), ("sparse", "IP")],
)  # fmt: skip
def test_scores_order_neighbours_as_planted(vector: str, metric: str) -> None:
    """The exact score of each known neighbour is worse than that of the one before."""
    dataset = planted(DataPlan(rows=500, dim=256, vector=vector), 7, 500)  # type: ignore[arg-type] # one of its names
    for number in range(5):
        scores = exact_scores(dataset, dataset.query(number), dataset.neighbours(number, 16), metric)
        order = np.sort(scores) if metric in {"L2", "HAMMING"} else -np.sort(-scores)
        assert len(set(scores.tolist())) == len(scores) == len(dataset.neighbours(number, 16))
        assert scores.tolist() == order.tolist()


def test_a_range_needs_known_neighbours() -> None:
    """Data whose only known neighbour is the row itself has no range that anybody could judge."""
    table = np.eye(16, dtype=np.float32)
    operation = Operation("range-search", "range-search")
    workload = _workload(DataPlan(rows=16, dim=16, metric="L2"), operation, FileDataset(table))
    made = RangeSearch(operation, workload, frozenset())
    with pytest.raises(ValueError, match="needs 4 known neighbours of a query; of this data 1 are"):
        made.prepare(0, 1)


def test_what_comes_first_in_a_fusion_follows_from_the_places() -> None:
    """The rows of both lists come first, nearest first; what a row that nobody knows could tie with is left open."""
    operation = Operation("hybrid-search", "hybrid-search", k=10)
    workload = _workload(DataPlan(rows=1_000, dim=64, metric="L2"), operation)
    made = HybridSearch(operation, workload, frozenset())
    for number in range(20):
        known = workload.dataset.neighbours(number, 16).tolist()
        both = [row for row in known[:10] if row in made.second(number)]
        found = made.expected(number).tolist()
        assert found[: len(both)] == both[: len(found)]
        assert len(found) >= min(len(both), 1)
