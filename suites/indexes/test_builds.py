"""CreateIndex: an index over enough rows is really built, and created where they are there already."""

from typing import Any

import numpy as np
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.indexed import ENOUGH, insert_and_build
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import SmallCollection
from milvus_tck.suites.indexes._descriptions import DIM, indexes, scalar_type
from milvus_tck.suites.indexes._requests import FIELD, Options

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema
from milvus_tck.wire.schema import field, int64_key, varchar, vector

_FLOAT = vector(FIELD, DIM)
_BINARY = vector(FIELD, 2 * DIM, DataType.BinaryVector)
#: A field and the index on it; without options it is the scalar index that the profile has.
_BUILDS: dict[str, tuple[FieldSchema, Options | None]] = {
    "flat": (_FLOAT, Options("FLAT", "L2", {})),
    "ivf-flat": (_FLOAT, Options("IVF_FLAT", "L2", {"nlist": 16})),
    "ivf-sq8": (_FLOAT, Options("IVF_SQ8", "L2", {"nlist": 16})),
    "ivf-pq": (_FLOAT, Options("IVF_PQ", "L2", {"nlist": 16, "m": 4})),
    "hnsw": (_FLOAT, Options("HNSW", "L2", {"M": 16, "efConstruction": 100})),
    "autoindex": (_FLOAT, Options("AUTOINDEX", "L2")),
    "bin-flat": (_BINARY, Options("BIN_FLAT", "HAMMING", {})),
    "bin-ivf-flat": (_BINARY, Options("BIN_IVF_FLAT", "JACCARD", {"nlist": 16})),
    "number": (field(FIELD, DataType.Int64), None),
    "text": (varchar(FIELD, DIM), None),
}

_SCANN = (_FLOAT, Options("SCANN", "L2", {"nlist": 16}))


def _values(schema: FieldSchema) -> Any:  # noqa: ANN401 - the values of a column of any type
    seeded = np.random.default_rng(ENOUGH)
    if schema.data_type == DataType.FloatVector:
        return seeded.normal(size=(ENOUGH, DIM))
    if schema.data_type == DataType.BinaryVector:
        return seeded.integers(0, 256, size=(ENOUGH, 2 * DIM // 8), dtype=np.uint8)
    numbers = seeded.permutation(ENOUGH)
    return numbers if schema.data_type == DataType.Int64 else [str(number) for number in numbers]


def _rows(schema: FieldSchema, beside: tuple[FieldSchema, ...]) -> list[FieldData]:
    return [
        column("id", DataType.Int64, range(ENOUGH)),
        column(FIELD, schema.data_type, _values(schema)),
        *(column(each.name, each.data_type, _values(each)) for each in beside),
    ]


@each_case({"create-index/builds": _BUILDS})
def test_an_index_is_built(tck: Case, unindexed: SmallCollection, given: tuple[FieldSchema, Options | None]) -> None:
    """An index over enough flushed rows comes to be Finished, and then counts every row as indexed."""
    schema, options = given
    beside = _beside(options)
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), schema, *beside))
    tck.ok(_options(tck, schema, options).call(name))
    for each in beside:  # 2.2 builds no index of a scalar where there is none of the vector
        tck.ok(calls.create_index(name, each.name, "FLAT", "L2", {}))
    insert_and_build(tck, name, _rows(schema, beside))
    found = [each.progress for each in indexes(tck, name).values() if each.field_name == FIELD]
    tck.expect(
        ([(m.IndexState.Finished, (ENOUGH, ENOUGH, 0))], {}),
        (found, indexes(tck, unindexed.name)),
        members=("states and rows", "indexes of the other collection"),
    )


@each_case({"create-index/over-rows": _BUILDS, "create-index/scann-over-rows": {"": _SCANN}})
def test_an_index_is_created_over_rows(
    tck: Case, unindexed: SmallCollection, given: tuple[FieldSchema, Options | None]
) -> None:
    """An index is created over flushed rows as over none; when it comes to be built is not waited for."""
    schema, options = given
    beside = _beside(options)
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), schema, *beside))
    tck.ok(calls.insert(name, _rows(schema, beside), ENOUGH))
    flush(tck, name)
    tck.accepted(
        _options(tck, schema, options).call(name),
        effect=lambda _: same(
            ({FIELD}, {}),
            (set(indexes(tck, name)), indexes(tck, unindexed.name)),
            members=("fields with an index", "indexes of the other collection"),
        ),
    )


def _beside(options: Options | None) -> tuple[FieldSchema, ...]:
    """Return the vector that a collection has beside a scalar field."""
    return (vector("vec", DIM),) if options is None else ()


def _options(tck: Case, schema: FieldSchema, options: Options | None) -> Options:
    return options or Options(scalar_type(tck.profile, schema.data_type), None, {})
