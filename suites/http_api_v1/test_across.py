"""The same objects over HTTP and over gRPC, and what connections have to bear."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pytest
from milvus_tck.fixtures.actions import index_and_load
from milvus_tck.fixtures.small_collections import DIM, FIELDS, one_row
from milvus_tck.suites.http_api_v1._requests import LARGE, ask, rows_of
from milvus_tck.suites.search._assertions import search

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.http import json_of
from milvus_tck.wire.messages import DataType


def _created(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    return name


class _Field(NamedTuple):
    name: str
    data_type: int
    is_primary_key: bool


class _Described(NamedTuple):
    name: str | None
    data_type: int | None


@pytest.mark.clause("http-api-v1/seen-over-grpc")
def test_created_over_http(tck: Case) -> None:
    """A collection that HTTP creates is described over gRPC as it was defined."""
    name = tck.name()
    fields = [
        {"name": "id", "data_type": DataType.Int64, "is_primary_key": True},
        {"name": "vec", "data_type": DataType.FloatVector, "type_params": [{"key": "dim", "value": str(DIM)}]},
    ]
    schema = {"name": name, "description": "d", "fields": fields}
    tck.ok(ask("CreateCollection", {"collection_name": name, "schema": schema, "shards_num": 2}))
    found = tck.ok(calls.describe_collection(name))
    told = [_Field(each.name, each.data_type, each.is_primary_key) for each in found.schema.fields]
    wanted = [("id", DataType.Int64, True), ("vec", DataType.FloatVector, False)]
    tck.expect(
        [wanted, "d", 2],
        [told, found.schema.description, found.shards_num],
        members=("fields", "description", "shards_num"),
    )


@pytest.mark.clause("http-api-v1/sees-grpc")
def test_created_over_grpc(tck: Case) -> None:
    """A collection that gRPC creates is described over HTTP as it was defined, and is gone when gRPC drops it."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS, description="d", shards=2))
    found = json_of(tck.ok(ask("DescribeCollection", {"collection_name": name})))
    told = [_Described(each.get("name"), each.get("data_type")) for each in found.get("schema", {}).get("fields", ())]
    tck.ok(calls.drop_collection(name))
    left = json_of(tck.ok(ask("HasCollection", {"collection_name": name}))).get("value")
    wanted = [("id", DataType.Int64), ("vec", DataType.FloatVector)]
    tck.expect(
        [wanted, 2, None],
        [told, found.get("shards_num"), left],
        members=("fields", "shards_num", "value after the drop"),
    )


@pytest.mark.clause("http-api-v1/body-large")
def test_a_large_body(tck: Case) -> None:
    """Twenty thousand rows in one body are counted one by one."""
    name, count = _created(tck), 20_000
    found = json_of(tck.ok(ask("Insert", rows_of(name, list(range(count))))))
    keys = found.get("IDs", {}).get("IdField", {}).get("IntId", {}).get("data", ())
    tck.expect(
        [count, count, count - 1],
        [found.get("insert_cnt"), len(keys), max(keys, default=None)],
        members=("insert_cnt", "keys", "largest key"),
    )


@pytest.mark.clause("http-api-v1/rows-seen-over-grpc")
def test_rows_over_http(tck: Case) -> None:
    """A search over gRPC finds the row that came over HTTP, bit by bit, beside the one that came over gRPC."""
    name = _created(tck)
    tck.ok(ask("Insert", rows_of(name, [LARGE])))
    tck.ok(calls.insert(name, one_row(7), 1))
    index_and_load(tck, name)
    (hits,) = search(tck, calls.search(name, np.full((1, DIM), 0.1, dtype=np.float32), output=["vec"]))
    tck.expect(
        [(LARGE, 7), (float(np.float32(0.1)),) * DIM],
        [hits.ids, *hits.columns.get("vec", ())[:1]],
        members=("ids", "vec of the first hit"),
    )


@pytest.mark.clause("http-api-v1/at-once")
def test_requests_that_arrive_together(tck: Case) -> None:
    """Of thirty-two names asked for at once, just the half that exists is found."""
    names = [tck.name() for _ in range(32)]
    for name in names[::2]:
        tck.ok(calls.create_collection(name, *FIELDS))
    with ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(lambda name: tck.ok(ask("HasCollection", {"collection_name": name})), names))
    tck.expect(
        [True, None] * 16,
        [json_of(each).get("value") for each in answers],
        members=tuple(f"value of name {number}" for number in range(32)),
    )
