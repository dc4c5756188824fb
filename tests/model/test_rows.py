"""Rows of the model: inserted, replaced, deleted, counted."""

import pytest

from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, dynamic_column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector
from tests.model.driven import Driven, points

_COUNT = "count(*)"


def _upsert(keys: list[int], value: int = 0) -> Call[m.MutationResult]:
    columns = points(keys, column("x", DataType.Int64, [value] * len(keys)))
    return Call("Upsert", m.UpsertRequest(collection_name="a", fields_data=columns, num_rows=len(keys)))


def test_insert_replaces_nothing() -> None:
    """A row whose key is there already is stored beside the other: both count, and a search finds the key once."""
    model = Driven()
    model.collection()
    for _ in range(3):
        model.insert("a", range(10))
    assert model.query("a", "", _COUNT) == [[30]]
    assert model.found("a", topk=10) == list(range(10))
    assert model.found("a", topk=5, offset=5) == [5, 6, 7, 8, 9]


def test_an_upsert_replaces() -> None:
    """Rows that are upserted stand in the place of those with their keys, before a flush and after it."""
    model = Driven()
    model.collection(field("x", DataType.Int64))
    model.insert("a", range(100), column("x", DataType.Int64, [0] * 100))
    for turn in range(1, 6):
        model.ok(_upsert(list(range(50)), turn))
    assert model.query("a", "", _COUNT) == [[100]]
    model.ok(calls.flush("a"))
    assert model.query("a", "", _COUNT) == [[100]]
    assert model.query("a", "id in [7, 70]", "x") == [[7, 70], [5, 0]]


def test_of_one_key_twice_in_an_upsert_the_last_row_counts() -> None:
    """Where an upsert may have a key twice, its last row is there; from 2.6 on it is refused."""
    model = Driven("2.5")
    model.collection(field("x", DataType.Int64))
    columns = points([1, 1], column("x", DataType.Int64, [5, 6]))
    request = m.UpsertRequest(collection_name="a", fields_data=columns, num_rows=2)
    model.ok(Call("Upsert", request))
    assert model.query("a", "id == 1", "x") == [[1], [6]]
    newer = Driven("2.6")
    newer.collection(field("x", DataType.Int64))
    assert newer.refused_by(Call("Upsert", request)) == "ParameterInvalid"


def test_what_is_deleted_is_gone() -> None:
    """A deleted row is neither found nor counted, and its key can be inserted again."""
    model = Driven()
    model.collection()
    model.insert("a", range(5))
    model.ok(calls.flush("a"))
    assert model.delete("a", "id in [1, 3, 77]").delete_cnt == 2
    assert model.found("a") == [0, 2, 4]
    assert model.query("a", "", _COUNT) == [[3]]
    model.insert("a", [1])
    assert model.found("a") == [0, 1, 2, 4]


def test_keys_that_the_server_gives() -> None:
    """Rows without keys get keys of their own, which ascend, and are found by them."""
    model = Driven()
    model.ok(calls.create_collection("a", int64_key(auto_id=True), vector("vec", 2)))
    model.ok(calls.create_index("a", "vec", "FLAT", "L2", {}))
    model.ok(calls.load_collection("a"))
    rows = points([1, 2, 3])[1:]
    keys = [key for _ in range(2) for key in model.ok(calls.insert("a", rows, 3)).IDs.int_id.data]
    assert keys == sorted(set(keys))
    assert sorted(model.found("a")) == keys


def test_rows_go_to_their_partition() -> None:
    """Rows go to the partition that was named, and go with it."""
    model = Driven()
    model.collection()
    model.ok(calls.create_partition("a", "p"))
    model.insert("a", [1, 2], partition="p")
    model.insert("a", [3])
    assert model.found("a", partitions=["p"]) == [1, 2]
    assert model.found("a", partitions=["_default"]) == [3]
    model.ok(calls.release_collection("a"))
    model.ok(calls.drop_partition("a", "p"))
    model.ok(calls.load_collection("a"))
    assert model.found("a") == [3]


def test_a_partition_key_spreads_rows() -> None:
    """Rows of one value lie in one partition, and all of them are found."""
    model = Driven()
    keyed = field("k", DataType.Int64, partition_key=True)
    model.collection(keyed)
    model.insert("a", range(40), column("k", DataType.Int64, [number % 4 for number in range(40)]))
    model.ok(calls.flush("a"))
    partitions = model.ok(calls.show_partitions("a")).partition_names
    counts = [model.ok(calls.get_partition_statistics("a", name)).stats[0].value for name in partitions]
    assert sum(map(int, counts)) == 40
    assert all(int(each) % 10 == 0 for each in counts)
    assert len(partitions) == 16


def test_values_that_are_left_out() -> None:
    """Rows without a value have the default of the field, or are null where it may be, as with no column at all."""
    model = Driven()
    default, nullable = field("d", DataType.Int64), field("n", DataType.Int64)
    default.default_value.long_data = 7
    nullable.nullable = True
    model.collection(default, nullable)
    some = column("n", DataType.Int64, [10, 30])
    some.valid_data.extend([True, False, True])
    model.insert("a", [1, 2, 3], some)
    assert model.query("a", "id > 0", "d", "n") == [[1, 2, 3], [7, 7, 7], [10, None, 30]]
    assert model.query("a", "n > 10") == [[3]]
    assert model.query("a", "n is null") == [[2]]


@pytest.mark.parametrize(("line", "rule"), [("2.4", "insert/dynamic-key-of-field-refused"), ("2.3", "")])
def test_a_dynamic_field_of_the_name_of_a_field(line: str, rule: str) -> None:
    """A dynamic field of the name of a field is refused from 2.4 on, and never takes its place."""
    model = Driven(line)
    model.collection(dynamic=True)
    call = calls.insert("a", [*points([1]), dynamic_column([b'{"id": 5}'])], 1)
    assert model.refused_by(call) == rule


def test_what_is_refused_leaves_nothing() -> None:
    """A refused insertion names no keys, lists every row as failed, and leaves no row."""
    model = Driven()
    model.collection()
    call = calls.insert("a", points([1, 2]), 3)
    answer = model.ask(call)
    assert model.refused_by(call) == "insert/num-rows-other"
    assert (list(answer.IDs.int_id.data), answer.insert_cnt, answer.timestamp) == ([], 0, 0)
    assert list(answer.err_index) == [0, 1, 2]
    assert model.found("a") == []


def test_rows_are_counted_once_they_are_flushed() -> None:
    """Statistics and indexes count flushed rows; a second flush has nothing to seal."""
    model = Driven()
    model.collection()
    model.insert("a", range(4))

    def counted() -> tuple[str, int]:
        rows = model.ok(calls.get_collection_statistics("a")).stats[0].value
        return rows, model.ok(calls.describe_index("a")).index_descriptions[0].total_rows

    assert counted() == ("0", 0)
    assert len(model.ok(calls.flush("a")).coll_segIDs["a"].data) == 1
    assert counted() == ("4", 4)
    assert len(model.ok(calls.flush("a")).coll_segIDs["a"].data) == 0


def test_a_copy_goes_its_own_way() -> None:
    """What is done to a copy of a model is not done to the model."""
    model = Driven()
    model.collection()
    model.insert("a", [1])
    other = Driven()
    other.model = model.model.copy()
    other.insert("a", [2])
    other.delete("a", "id == 1")
    assert (model.found("a"), other.found("a")) == ([1], [2])
