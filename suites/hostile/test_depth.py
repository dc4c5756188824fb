"""Requests that are deep, long or large beyond sense, in members that a server reads for itself."""

from collections.abc import Callable
from typing import Any

import numpy as np
from milvus_tck.fixtures.actions import index_and_load
from milvus_tck.fixtures.hostile_collections import filled
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import DIM, FIELDS, SmallCollection, one_row
from milvus_tck.suites.hostile._assertions import judge_survived

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import collection_schema, field, int64_key, vector

#: How deep data is, and how deep filters are: Milvus takes a square of that to read one, a minute for the former.
_DEEP, _NESTED = 20_000, 500

#: Expressions, by what they have too much of.
_EXPRESSIONS: dict[str, str] = {
    "division-by-zero": "id / 0 == 1",
    "remainder-by-zero": "id % 0 == 1",
    "parentheses": "(" * _NESTED + "id > 0" + ")" * _NESTED,
    "parentheses-open": "(" * _NESTED,
    "negations": "not " * _NESTED + "(id > 0)",
    "signs": "id > " + "-" * _NESTED + "1",
    "conjunction": " and ".join(["id > 0"] * _NESTED),
    "sum": "id > " + " + ".join(["1"] * _NESTED),
    "list": f"id in [{','.join(map(str, range(_DEEP)))}]",
    "lists-in-lists": "id in " + "[" * _NESTED + "1" + "]" * _NESTED,
    "number": "id > 1" + "0" * _DEEP,
    "text": f'id == "{"x" * 50 * _DEEP}"',
    "name": f"{'x' * 50 * _DEEP} > 0",
    "path": 'a["b"]' + '["c"]' * _NESTED + " > 0",
    "no-text": "\0\x01\ufffe",
}
_KINDS: dict[str, Callable[[str, str], Call[Any]]] = {
    "query/survives-expression": calls.query,
    "search/survives-expression": lambda name, text: calls.search(name, np.zeros((1, DIM), np.float32), expr=text),
    "delete/survives-expression": calls.delete,
}


#: What another clause asks already.
_ASKED = {("search/survives-expression", "division-by-zero"), ("search/survives-expression", "remainder-by-zero")}


@each_case({
    clause: {
        case: text for case, text in {"empty": "", **_EXPRESSIONS}.items() if (clause, case) not in _ASKED
    }
    for clause in _KINDS
})  # fmt: skip
def test_expressions(tck: Case, bystander: SmallCollection, victim: SmallCollection, given: str) -> None:
    """Whatever a filter says, the server goes on, and has what it had."""
    clause = tck.clause().id
    judge_survived(tck, bystander, [_KINDS[clause](victim.name, given)])


_DOCUMENTS = {
    "arrays": b"[" * _DEEP + b"]" * _DEEP,
    "arrays-open": b"[" * _DEEP,
    "objects": b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
    "members": b"{" + b",".join(b'"k%d":%d' % (each, each) for each in range(5000)) + b"}",
    "number": b'{"a":1' + b"0" * _DEEP + b"}",
    "no-utf-8": b'{"a":"\xff\xfe"}',
}


@each_case({"insert/survives-document": _DOCUMENTS})
def test_documents(tck: Case, bystander: SmallCollection, given: bytes) -> None:
    """Whatever a JSON field is given, the server goes on, and has what it had."""
    other = tck.name()
    tck.ok(calls.create_collection(other, *FIELDS, field("doc", DataType.JSON)))
    rows = [*one_row(1), column("doc", DataType.JSON, [given])]
    index_and_load(tck, other)
    judge_survived(tck, bystander, [calls.insert(other, rows, 1), calls.query(other, "doc['a'] == 1")])


def _schema(name: str, *fields: m.FieldSchema) -> Call[m.Status]:
    return calls.create_collection(name, *FIELDS).but(schema=collection_schema(name, *fields).SerializeToString())


def _dim(value: str) -> Callable[[str], Call[m.Status]]:
    return lambda name: _schema(name, int64_key(), field("vec", DataType.FloatVector, {"dim": value}))


_SCHEMAS: dict[str, Callable[[str], Call[Any]]] = {
    "thousands-of-fields": lambda name: _schema(
        name, *FIELDS, *(field(f"f{number}", DataType.Int64) for number in range(5000))
    ),
    "one-name": lambda name: _schema(name, *([int64_key()] * 500)),
    "field-name": lambda name: _schema(name, int64_key("x" * 1_000_000), vector("vec", DIM)),
    "dimension-huge": _dim("9223372036854775807"),
    "dimension-negative": _dim("-2147483648"),
    "dimension-text": _dim("four" * 10_000),
    "garbage": lambda name: calls.create_collection(name, *FIELDS).but(schema=b"\xff" * 1000),
    "type-unknown": lambda name: _schema(name, int64_key(), field("x", 77), vector("vec", DIM)),  # type: ignore[arg-type]
    "shards": lambda name: calls.create_collection(name, *FIELDS, shards=2_000_000_000),
}


@each_case({"create-collection/survives-definition": _SCHEMAS})
def test_definitions(tck: Case, bystander: SmallCollection, given: Callable[[str], Call[Any]]) -> None:
    """However a collection is defined, the server goes on, and has what it had."""
    judge_survived(tck, bystander, [given(tck.name())])


_QUERY = np.zeros((1, DIM), np.float32)
_SEARCHES: dict[str, Callable[[str], Call[Any]]] = {
    "topk-huge": lambda name: calls.search(name, _QUERY, topk=2**62),
    "topk-negative": lambda name: calls.search(name, _QUERY, topk=-1),
    "topk-text": lambda name: calls.search(name, _QUERY).but_params("search_params", topk="ten"),
    "nq-huge": lambda name: calls.search(name, _QUERY).but(nq=2**62),
    "nq-negative": lambda name: calls.search(name, _QUERY).but(nq=-1),
    "query-garbage": lambda name: calls.search(name, _QUERY).but(placeholder_group=b"\xff" * 1000),
    "query-absent": lambda name: calls.search(name, _QUERY).but(placeholder_group=b""),
    "offset-negative": lambda name: calls.search(name, _QUERY).but_params("search_params", offset="-5"),
    "rounding": lambda name: calls.search(name, _QUERY).but_params("search_params", round_decimal="99999"),
    "params-deep": lambda name: calls.search(name, _QUERY).but_params("search_params", params="[" * _DEEP),
    "params-null": lambda name: calls.search(name, _QUERY).but_params("search_params", params="null"),
}


@each_case({"search/survives-numbers": _SEARCHES})
def test_searches(
    tck: Case, bystander: SmallCollection, victim: SmallCollection, given: Callable[[str], Call[Any]]
) -> None:
    """Whatever numbers a search is given, the server goes on, and has what it had."""
    judge_survived(tck, bystander, [given(victim.name)])


_ROWS: dict[str, Callable[[str], Call[Any]]] = {
    "num-rows-huge": lambda name: calls.insert(name, one_row(1), 1).but(num_rows=4_000_000_000),
    "num-rows-zero": lambda name: calls.insert(name, one_row(1), 0),
    "columns-thousand": lambda name: calls.insert(name, one_row(1) * 1000, 1),
    "column-unnamed": lambda name: calls.insert(name, [m.FieldData(), m.FieldData()], 1),
    "column-of-no-type": lambda name: calls.insert(name, [m.FieldData(field_name="id"), *one_row(1)[1:]], 1),
    "vectors-cut-short": lambda name: calls.insert(
        name, [one_row(1)[0], column("vec", DataType.FloatVector, np.zeros((1, 1), np.float32))], 1
    ),
    "nan": lambda name: calls.insert(
        name, [one_row(1)[0], column("vec", DataType.FloatVector, np.full((1, DIM), np.nan, np.float32))], 1
    ),
    "hash-keys": lambda name: calls.insert(name, one_row(1), 1).but(hash_keys=[1, 2, 3]),
}


@each_case({"insert/survives-rows": _ROWS})
def test_rows(tck: Case, bystander: SmallCollection, given: Callable[[str], Call[Any]]) -> None:
    """Whatever rows are inserted, the server goes on, and has what it had."""
    other = filled(tck)
    judge_survived(tck, bystander, [given(other), calls.query(other, "id >= 0"), calls.flush(other)])
