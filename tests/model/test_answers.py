"""The model as an oracle: which responses of a server are right, and how it goes on from them."""

from collections.abc import Sequence

import numpy as np
import pytest
from milvus_tck.fixtures.definitions import VALID

from milvus_tck.spec.errors import codes
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, dynamic_column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import int64_key, vector
from tests.model.driven import Driven, points

_QUERY = np.zeros((1, 2), dtype=np.float32)


def _changed(response: m.SearchResults, ids: Sequence[int] = (), scores: Sequence[float] = ()) -> m.SearchResults:
    """Return a response with other ids or scores."""
    made = m.SearchResults()
    made.CopyFrom(response)
    if ids:
        made.results.ids.int_id.data[:] = ids
    if scores:
        made.results.scores[:] = scores
    return made


def test_asking_changes_nothing() -> None:
    """What is right can be asked for as often as one likes; only what is committed has happened."""
    model = Driven()
    right = model.right(VALID("a"))
    assert not model.ok(calls.has_collection("a")).value
    assert right.commit(m.Status(code=1, reason="not today")) != ""
    assert not model.ok(calls.has_collection("a")).value
    assert right.commit(m.Status()) == ""
    assert model.ok(calls.has_collection("a")).value


def test_the_models_own_answers_are_right() -> None:
    """What the model answers itself is one of the right answers."""
    model = Driven()
    model.collection()
    model.insert("a", range(5))
    asked: list[Call[m.Status] | Call[m.SearchResults] | Call[m.DescribeCollectionResponse]] = [
        calls.search("a", _QUERY, topk=3, output=["id"]),
        calls.search("b", _QUERY),
        calls.describe_collection("a"),
        calls.drop_collection("a"),
    ]
    for call in asked:
        right = model.right(call)
        assert right.why_wrong(right.canonical.response) == "", call.rpc


def test_what_a_server_chooses_stays() -> None:
    """The id of a collection is the server's to choose, and the same from then on; also where it is asked for by id."""
    model = Driven()
    model.ok(VALID("a"))
    call = calls.describe_collection("a")
    told = model.right(call).canonical.response
    assert isinstance(told, m.DescribeCollectionResponse)
    told.collectionID = 77
    assert model.model.follow(call.rpc, call.request, told) == ""
    assert model.ok(calls.describe_collection("").but(collectionID=77)).schema.name == "a"
    told.collectionID = 78
    assert "was 77" in model.model.follow(call.rpc, call.request, told)


def test_keys_that_a_server_gave_are_its_rows() -> None:
    """Rows without keys have the keys that the server answered."""
    model = Driven()
    model.ok(calls.create_collection("a", int64_key(auto_id=True), vector("vec", 2)))
    model.ok(calls.create_index("a", "vec", "FLAT", "L2", {}))
    model.ok(calls.load_collection("a"))
    call = calls.insert("a", points([1, 2])[1:], 2)
    told = m.MutationResult(insert_cnt=2, succ_index=[0, 1], timestamp=9)
    told.IDs.int_id.data.extend([500, 400])
    assert model.model.follow(call.rpc, call.request, told) == ""
    assert model.found("a") == [500, 400]
    told.IDs.int_id.data[:] = [500, 500]
    assert model.model.follow(call.rpc, call.request, told) != ""


def test_equal_scores_in_any_order() -> None:
    """Rows at the same distance may come in any order, and any of them where not all are asked for."""
    model = Driven()
    model.collection()
    vectors = np.array([[1, 0], [0, 1], [0, -1], [5, 0]], dtype=np.float32)
    rows = [column("id", DataType.Int64, [1, 2, 3, 4]), column("vec", DataType.FloatVector, vectors)]
    model.ok(calls.insert("a", rows, 4))
    right = model.right(calls.search("a", _QUERY, topk=2))
    own = right.canonical.response
    assert isinstance(own, m.SearchResults)
    assert [right.why_wrong(_changed(own, ids=ids)) for ids in ([1, 2], [3, 2], [2, 3])] == ["", "", ""]
    assert "comes twice" in right.why_wrong(_changed(own, ids=[1, 1]))
    assert "key 4" in right.why_wrong(_changed(own, ids=[1, 4]))
    assert "scores" in right.why_wrong(_changed(own, scores=[1, 2]))
    assert "topks" in right.why_wrong(m.SearchResults(results=m.SearchResultData(topks=[1])))


def test_a_refusal_is_right_by_its_code() -> None:
    """Any code that the clause calls right in the release is right, or in one of the line's; a success is none."""
    right = {}
    for line in ("2.6", "2.6.20"):
        model = Driven(line)
        model.ok(VALID("a"))
        found = model.right(calls.create_collection("a", int64_key(), vector("vec", 2)))
        assert found.canonical.clause == "create-collection/other-schema"
        assert "succeeds" in found.why_wrong(m.Status())
        right[line] = [code for code in (100, 1100, 65535) if not found.why_wrong(m.Status(code=code))]
    assert right == {"2.6": [1100, 65535], "2.6.20": [1100]}


@pytest.mark.parametrize("state", [m.LoadState.LoadStateLoaded, m.LoadState.LoadStateLoading])
def test_a_load_goes_on(state: m.LoadState.ValueType) -> None:
    """After a load was accepted a collection is loading or loaded, and nothing else."""
    model = Driven()
    model.collection()
    right = model.right(calls.get_load_state("a"))
    assert right.why_wrong(m.GetLoadStateResponse(state=state)) == ""
    assert right.why_wrong(m.GetLoadStateResponse(state=m.LoadState.LoadStateNotLoad)) != ""


def test_counts_lie_between_two() -> None:
    """Rows that were not flushed may be counted already, deleted ones may still be; rows that never were are not."""
    model = Driven()
    model.collection()
    model.insert("a", range(3))
    model.ok(calls.flush("a"))
    model.delete("a", "id == 0")
    model.insert("a", [10])
    right = model.right(calls.get_collection_statistics("a"))

    def wrong(count: int) -> bool:
        pair = m.KeyValuePair(key="row_count", value=str(count))
        return right.why_wrong(m.GetCollectionStatisticsResponse(stats=[pair])) != ""

    assert [wrong(count) for count in range(6)] == [True, True, False, False, False, True]


def test_rows_of_a_query_in_any_order() -> None:
    """The rows of a query may come in any order, each with its own values; none may be missing, double or strange."""
    model = Driven()
    model.collection()
    model.insert("a", range(4))
    right = model.right(Call("Query", m.QueryRequest(collection_name="a", expr="id < 3", output_fields=["vec"])))

    def why(keys: list[int], vectors: list[int]) -> str:
        rows = [[each, 0] for each in vectors]
        columns = [column("id", DataType.Int64, keys), column("vec", DataType.FloatVector, rows)]
        return right.why_wrong(m.QueryResults(fields_data=columns))

    assert why([2, 0, 1], [2, 0, 1]) == ""
    wrong = [([0, 1], [0, 1]), ([0, 1, 1], [0, 1, 1]), ([0, 1, 3], [0, 1, 3]), ([0, 1, 2], [0, 2, 1])]
    assert all(why(keys, vectors) for keys, vectors in wrong)


def test_an_answer_as_of_an_earlier_time() -> None:
    """Without strong consistency rows may be missing that were just inserted, or be there that were just deleted."""
    model = Driven()
    model.collection()
    model.insert("a", [1, 2])
    model.delete("a", "id == 1")
    eventual = calls.search("a", _QUERY, topk=5, level=m.ConsistencyLevel.Eventually)
    own = model.right(eventual).canonical.response
    assert isinstance(own, m.SearchResults)
    hits = {"none": ([], []), "deleted": ([1, 2], [1, 4]), "now": ([2], [4]), "wrong": ([2], [5])}
    seen = {}
    for name, (ids, scores) in hits.items():
        told = _changed(own)
        told.results.ids.int_id.data[:] = ids
        told.results.scores[:] = scores
        told.results.topks[:] = [len(ids)]
        strong = model.right(eventual.but(consistency_level=m.ConsistencyLevel.Strong))
        seen[name] = (model.right(eventual).why_wrong(told) == "", strong.why_wrong(told) == "")
    assert seen == {"none": (True, False), "deleted": (True, False), "now": (True, True), "wrong": (False, False)}


@pytest.mark.parametrize(("line", "others"), [("2.4", False), ("2.5", True)])
def test_dynamic_fields_that_were_named_have_to_come(line: str, others: bool) -> None:  # noqa: FBT001 - wrong or not
    """Of the dynamic fields of a row those that were asked for come; others may up to 2.4, and none that it lacks."""
    model = Driven(line)
    model.collection(dynamic=True)
    model.ok(calls.insert("a", [*points([1]), dynamic_column([b'{"x": 1, "y": [2]}'])], 1))
    right = model.right(calls.search("a", _QUERY, output=["x"]))
    own = right.canonical.response
    assert isinstance(own, m.SearchResults)

    def wrong(document: bytes) -> bool:
        told = _changed(own)
        told.results.fields_data[0].scalars.json_data.data[:] = [document]
        return right.why_wrong(told) != ""

    assert [wrong(each) for each in (b'{"x":1}', b'{"y": [2], "x": 1}')] == [False, others]
    assert [wrong(each) for each in (b"{}", b'{"x": 2}', b'{"x": 1, "z": 1}')] == [True, True, True]


def test_every_error_that_a_rule_names_is_one() -> None:
    """A refusal without a clause names a row of errors.toml, so that its code is known in every profile."""
    names = {each.name for each in codes()}
    used = {"ParameterInvalid", "Unexpected",
            "DatabaseNotFound", "DatabaseNumLimitExceeded", "CollectionNotFound", "PartitionNotFound"}  # fmt: skip
    assert used <= names
