"""AlterCollectionField: parameters of a field that are set and deleted."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.actions import index_and_load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import DIM

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, values_of
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.schema import field, int64_key, varchar, vector

_MMAP, _LENGTH, _CAPACITY = "mmap.enabled", "max_length", "max_capacity"
_FIELDS = (
    int64_key(),
    varchar("s", 4),
    field("a", DataType.Array, {_CAPACITY: "2"}, element=DataType.Int64),
    field("n", DataType.Int64),
    vector("vec", DIM),
)
_BEFORE = {"id": [], "s": ["max_length=4"], "a": ["max_capacity=2"], "n": [], "vec": [f"dim={DIM}"]}


def _collection(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *_FIELDS))
    return name


def _parameters(tck: Case, name: str) -> dict[str, list[str]]:
    """Return the parameters of each field; one that stands there twice is told twice."""
    told = tck.ok(calls.describe_collection(name)).schema.fields
    return {each.name: sorted(f"{pair.key}={pair.value}" for pair in each.type_params) for each in told}


def _with(**changed: list[str]) -> dict[str, list[str]]:
    return {**_BEFORE, **changed}


@pytest.mark.clause("alter-collection-field/max-length")
def test_a_parameter_is_set(tck: Case) -> None:
    """The parameter changes, and nothing else does."""
    name, other = _collection(tck), _collection(tck)
    number = tck.ok(calls.describe_collection(name)).collectionID
    tck.accepted(
        calls.alter_collection_field(name, "s", {_LENGTH: "8"}),
        effect=lambda _: same(
            [_with(s=["max_length=8"]), _BEFORE, number],
            [
                _parameters(tck, name),
                _parameters(tck, other),
                tck.ok(calls.describe_collection(name)).collectionID,
            ],
            members=("parameters", "parameters of another collection", "id"),
        ),
    )


def _row(key: int, text: str, array: Sequence[int]) -> list[FieldData]:
    return [
        column("id", DataType.Int64, [key]),
        column("s", DataType.VarChar, [text]),
        column("a", DataType.Array, [list(array)], element=DataType.Int64),
        column("n", DataType.Int64, [key]),
        column("vec", DataType.FloatVector, np.full((1, DIM), key, dtype=np.float32)),
    ]


def _grows(tck: Case, name: str, rows: Sequence[tuple[str, Sequence[int]]]) -> Equality:
    """Insert rows one by one, of which all but the last are to be stored; tell whether it came to that."""
    taken = [
        tck.told(calls.insert(name, _row(key, text, array), 1)) is not None for key, (text, array) in enumerate(rows, 1)
    ]
    index_and_load(tck, name)
    answer = tck.ok(calls.query(name, "id >= 0", output=["id", "s", "a"])).fields_data
    found = zip(*(values_of(answer, each) for each in ("id", "s", "a")), strict=True)
    wanted = [[key, text, list(array)] for key, (text, array) in enumerate(rows[:-1], 1)]
    return same(
        [[True] * (len(rows) - 1) + [False], wanted],
        [taken, sorted([key, text, list(array)] for key, text, array in found)],
        members=("rows that are taken", "rows that are found"),
    )


@pytest.mark.clause("alter-collection-field/longer-values")
def test_longer_texts(tck: Case) -> None:
    """Bytes count, as they did before."""
    name = _collection(tck)
    rows = [("four", [1]), ("eight..8", [1]), ("漢字aa", [1]), ("nine....9", [1])]
    tck.accepted(calls.alter_collection_field(name, "s", {_LENGTH: "8"}), effect=lambda _: _grows(tck, name, rows))


@pytest.mark.clause("alter-collection-field/max-capacity")
def test_longer_arrays(tck: Case) -> None:
    """An array may be as long as its field says now."""
    name = _collection(tck)
    rows = [("x", [1, 2]), ("x", [1, 2, 3, 4]), ("x", [1, 2, 3, 4, 5])]
    tck.accepted(calls.alter_collection_field(name, "a", {_CAPACITY: "4"}), effect=lambda _: _grows(tck, name, rows))


@pytest.mark.clause("alter-collection-field/replaced")
def test_a_parameter_is_set_again(tck: Case) -> None:
    """The last value holds, and stands there once."""
    name = _collection(tck)
    tck.ok(calls.alter_collection_field(name, "s", {_LENGTH: "16"}))
    tck.accepted(
        calls.alter_collection_field(name, "s", {_LENGTH: "8"}),
        effect=lambda _: same(_with(s=["max_length=8"]), _parameters(tck, name), what="parameters"),
    )


@each_case({"alter-collection-field/mmap": {"on": "true", "off": "false"}})
def test_a_parameter_that_was_not_there(tck: Case, given: str) -> None:
    """Where a field is kept is said of that field."""
    name = _collection(tck)
    tck.accepted(
        calls.alter_collection_field(name, "s", {_MMAP: given}),
        effect=lambda _: same(
            _with(s=["max_length=4", f"mmap.enabled={given}"]), _parameters(tck, name), what="parameters"
        ),
    )


@pytest.mark.clause("alter-collection-field/deleted")
def test_a_parameter_is_deleted(tck: Case) -> None:
    """One goes, the other one stays, and so does that of another field."""
    name = _collection(tck)
    for each in ("s", "n"):
        tck.ok(calls.alter_collection_field(name, each, {_MMAP: "true"}))
    tck.accepted(
        calls.alter_collection_field(name, "s", delete=[_MMAP]),
        effect=lambda _: same(_with(n=["mmap.enabled=true"]), _parameters(tck, name), what="parameters"),
    )


@pytest.mark.clause("alter-collection-field/nothing")
def test_no_parameter(tck: Case) -> None:
    """Whether or not that is an error, nothing changes."""
    name = _collection(tck)
    tck.answers(
        calls.alter_collection_field(name, "s"),
        effect=lambda _: same(_BEFORE, _parameters(tck, name), what="parameters"),
        neighbour=calls.alter_collection_field(_collection(tck), "s", {_LENGTH: "8"}),
        untouched=lambda: _parameters(tck, name),
    )


def _set(where: str, key: str, value: str) -> Callable[[str], Call[Any]]:
    return lambda name: calls.alter_collection_field(name, where, {key: value})


_REFUSED: dict[str, dict[str, Callable[[str], Call[Any]]]] = {
    "alter-collection-field/max-length-not-a-number": {"": _set("s", _LENGTH, "x")},
    "alter-collection-field/max-length-too-large": {"": _set("s", _LENGTH, "65536")},
    "alter-collection-field/max-length-of-no-text": {
        "integer": _set("n", _LENGTH, "8"),
        "vector": _set("vec", _LENGTH, "8"),
        "array": _set("a", _LENGTH, "8"),
    },
    "alter-collection-field/max-capacity-out-of-range": {
        "zero": _set("a", _CAPACITY, "0"),
        "4097": _set("a", _CAPACITY, "4097"),
        "word": _set("a", _CAPACITY, "x"),
    },
    "alter-collection-field/max-capacity-of-no-array": {"": _set("s", _CAPACITY, "8")},
    "alter-collection-field/parameter-fixed": {"": _set("vec", "dim", str(2 * DIM))},
    "alter-collection-field/field-unknown": {"": _set("nosuch", _LENGTH, "8")},
}


@each_case(_REFUSED)
def test_what_stays(tck: Case, given: Callable[[str], Call[Any]]) -> None:
    """A request that is refused leaves the parameters as they are."""
    name = _collection(tck)
    tck.refused(
        given(name),
        neighbour=calls.alter_collection_field(_collection(tck), "s", {_LENGTH: "8"}),
        untouched=lambda: _parameters(tck, name),
    )


@pytest.mark.clause("alter-collection-field/mmap-loaded")
def test_a_collection_that_is_loaded(tck: Case) -> None:
    """What is in memory is not moved meanwhile."""
    name = _collection(tck)
    index_and_load(tck, name)
    tck.refused(
        calls.alter_collection_field(name, "s", {_MMAP: "true"}),
        neighbour=calls.alter_collection_field(_collection(tck), "s", {_MMAP: "true"}),
        untouched=lambda: _parameters(tck, name),
    )


@pytest.mark.clause("alter-collection-field/collection-unknown")
def test_the_fields_of_nothing(tck: Case) -> None:
    """A collection does not come into being by its fields."""
    unknown = tck.name()
    tck.refused(
        calls.alter_collection_field(unknown, "s", {_LENGTH: "8"}),
        neighbour=calls.alter_collection_field(_collection(tck), "s", {_LENGTH: "8"}),
        untouched=lambda: tck.look.listing(unknown),
    )
