"""The model has an answer to whatever is asked, in whatever state it is."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from milvus_tck.model.answers import NotYet, status_member
from milvus_tck.spec.profiles import profiles
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector
from tests.model.driven import Driven, points

_LINES = [each.name for each in profiles() if each.order is not None]
_STEPS = 400
_NAMES = ("a", "b", "x", "", "1-")
_PARTITIONS = ("_default", "p", "q", "")
_FILTERS = ("", "id > 2", "id in [1, 2]", "x == 1", "nofield == 1", "id >", "x is null")

#: Makes a call of any of these names, right or wrong.
_Any = Callable[[random.Random], Call[m.Status]]


def _definition(seeded: random.Random) -> Call[m.Status]:
    fields = [int64_key(auto_id=seeded.random() < 0.2), vector("vec", seeded.choice([2, 2, 2, 1, 0]))]
    further = [field("x", DataType.Int64)] if seeded.random() < 0.7 else []
    return calls.create_collection(seeded.choice(_NAMES), *fields, *further, dynamic=seeded.random() < 0.3)


def _rows(seeded: random.Random) -> Call[m.Status]:
    keys = [seeded.randrange(8) for _ in range(seeded.randrange(4))]
    columns = points(keys, *([column("x", DataType.Int64, keys)] if seeded.random() < 0.7 else []))
    name, partition = seeded.choice(_NAMES[:3]), seeded.choice(_PARTITIONS)
    kind, rpc = seeded.choice([(m.InsertRequest, "Insert"), (m.UpsertRequest, "Upsert")])
    request = kind(collection_name=name, partition_name=partition, fields_data=columns, num_rows=len(keys))
    return Call(rpc, request)


def _search(seeded: random.Random) -> Call[m.Status]:
    partitions = seeded.sample(_PARTITIONS, seeded.randrange(3))
    call = calls.search(
        seeded.choice(_NAMES),
        np.zeros((seeded.randrange(3), seeded.choice([2, 2, 2, 3])), dtype=np.float32),
        topk=seeded.choice([1, 3, 100, 0]),
        metric=seeded.choice(["L2", "IP", None]),
        expr=seeded.choice(_FILTERS),
        output=seeded.sample(["x", "*", "vec", "id", "moon"], seeded.randrange(3)),
        partitions=partitions,
        level=seeded.choice([m.ConsistencyLevel.Strong, m.ConsistencyLevel.Eventually]),
    )
    return Call(call.rpc, call.but_params("search_params", offset=str(seeded.randrange(3))).request)


def _query(seeded: random.Random) -> Call[m.Status]:
    params = [m.KeyValuePair(key="limit", value=seeded.choice(["1", "5", "0"]))] if seeded.random() < 0.5 else []
    output = seeded.choice([["count(*)"], ["x"], ["*"], []])
    request = m.QueryRequest(
        collection_name=seeded.choice(_NAMES), expr=seeded.choice(_FILTERS), output_fields=output, query_params=params
    )
    return Call("Query", request)


def _plain(seeded: random.Random) -> Call[m.Status]:
    name, partition = seeded.choice(_NAMES), seeded.choice(_PARTITIONS)
    made = seeded.choice([
        calls.drop_collection(name), calls.has_collection(name), calls.describe_collection(name),
        calls.show_collections(m.ShowType.InMemory), calls.load_collection(name), calls.release_collection(name),
        calls.create_partition(name, partition), calls.drop_partition(name, partition),
        calls.load_partitions(name, partition), calls.release_partitions(name, partition),
        calls.get_load_state(name), calls.get_loading_progress(name, [partition]), calls.flush(name),
        calls.get_collection_statistics(name), calls.get_partition_statistics(name, partition),
        calls.describe_index(name), calls.drop_index(name), calls.get_index_state(name),
        calls.get_index_build_progress(name), calls.show_partitions(name),
        Call("CreateAlias", m.CreateAliasRequest(collection_name=name, alias=seeded.choice(_NAMES))),
        Call("AlterAlias", m.AlterAliasRequest(collection_name=name, alias="x")),
        Call("DropAlias", m.DropAliasRequest(alias="x")),
        Call("Delete", m.DeleteRequest(collection_name=name, expr=seeded.choice(_FILTERS))),
    ])  # fmt: skip
    return Call(made.rpc, made.request)


def _index(seeded: random.Random) -> Call[m.Status]:
    kind = seeded.choice(["FLAT", "IVF_FLAT", "HNSW", "AUTOINDEX", "STL_SORT", "NOSUCH", None])
    params = seeded.choice([{}, {"nlist": 4}, {"M": 8, "efConstruction": 16}, None])
    return calls.create_index(seeded.choice(_NAMES), seeded.choice(["vec", "x", "y"]), kind, "L2", params)


@pytest.mark.parametrize("line", _LINES)
def test_there_is_an_answer_to_everything(line: str) -> None:
    """Any sequence of requests, right and wrong ones mixed, is answered, and rightly by its own predicate."""
    seeded = random.Random(7)  # noqa: S311 - a sequence, not a secret
    model = Driven(line)
    makers: list[_Any] = [_definition, _rows, _rows, _search, _query, _plain, _plain, _plain, _index, _index]
    done = 0
    for _ in range(_STEPS):
        call = seeded.choice(makers)(seeded)
        try:
            right = model.right(call)
        except NotYet:
            continue
        own = right.canonical.response
        assert right.why_wrong(own) == "", (call.rpc, call.request)
        copied = type(own)()
        copied.CopyFrom(own)
        assert right.commit(copied) == "", (call.rpc, call.request)
        status = status_member(own)
        assert status is not None
        done += not (status.code or status.error_code)
    assert done > _STEPS // 6
