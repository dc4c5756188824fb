"""Whole requests: what is spliced together reads as what the message classes make."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from milvus_tck.wire import InsertColumn, SearchTemplate, calls, encode_insert, encode_search
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column
from milvus_tck.wire.search import placeholder_group
from milvus_tck.wire.vectors import sparse_row

_NAMES = st.text(st.characters(codec="utf-8"), max_size=300)
_QUERIES = stn.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)
#: What queries of each dtype are.
_KINDS = {
    "<f4": m.PlaceholderType.FloatVector,
    "<f2": m.PlaceholderType.Float16Vector,
    "<u2": m.PlaceholderType.BFloat16Vector,
    "i1": m.PlaceholderType.Int8Vector,
    "u1": m.PlaceholderType.BinaryVector,
}


@given(_NAMES, _NAMES, st.integers(1, 300))
def test_an_insert(collection: str, partition: str, rows: int) -> None:
    """An insert request of several columns reads as the one that the message classes make."""
    ids, vectors = np.arange(rows) * 1000, np.linspace(0, 1, rows * 8, dtype=np.float32).reshape(rows, 8)
    given_columns = [InsertColumn("id", m.DataType.Int64, ids), InsertColumn("vec", m.DataType.FloatVector, vectors)]
    made = [column("id", m.DataType.Int64, ids), column("vec", m.DataType.FloatVector, vectors)]
    raw = b"".join(encode_insert(collection, given_columns, partition=partition))
    assert m.InsertRequest.FromString(raw) == calls.insert(collection, made, rows, partition=partition).request


def test_an_upsert() -> None:
    """An upsert request has the same columns in a message of its own."""
    raw = b"".join(encode_insert("c", [InsertColumn("id", m.DataType.Int64, [7])], database="d", upsert=True))
    made = [column("id", m.DataType.Int64, [7])]
    expected = m.UpsertRequest(collection_name="c", db_name="d", fields_data=made, num_rows=1)
    assert m.UpsertRequest.FromString(raw) == expected


def test_columns_of_different_lengths_are_refused() -> None:
    """Columns that do not agree on the number of rows are an error that names them."""
    columns = [InsertColumn("id", m.DataType.Int64, [1, 2]), InsertColumn("x", m.DataType.Int64, [1])]
    with pytest.raises(ValueError, match=r"'id': 2, 'x': 1"):
        encode_insert("c", columns)


@pytest.mark.parametrize("dtype", _KINDS)
@given(data=st.data())
def test_a_search(dtype: str, data: st.DataObject) -> None:
    """A search request, for queries of each type, reads as the one that the message classes make."""
    queries = data.draw(stn.arrays(np.dtype(dtype), _QUERIES))
    options: dict[str, Any] = {"topk": 3, "metric": "IP", "expr": "id > 1", "output": ["id"], "partitions": ["p"]}
    read = m.SearchRequest.FromString(encode_search("c", queries, field="v", nprobe=8, **options))
    call = calls.search("c", queries, field="v", nprobe=8, **options)
    group = placeholder_group(queries, kind=_KINDS[dtype])
    assert read == call.but(placeholder_group=group).request


@given(stn.arrays(np.float64, _QUERIES, elements=st.floats(width=32)))
def test_float64_queries(queries: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    """Queries in float64 are sent in the float32 that the protocol has."""
    assert encode_search("c", queries) == encode_search("c", queries.astype(np.float32))


@given(
    st.lists(st.dictionaries(st.integers(0, 2**32 - 2), st.floats(0, width=32), max_size=60), min_size=1, max_size=4)
)
def test_a_sparse_search(rows: list[dict[int, float]]) -> None:
    """Queries that are bytes, of different lengths, are sent as they are, as the kind that they are said to be."""
    raw = [sparse_row(row) for row in rows]
    kind = m.PlaceholderType.SparseFloatVector
    read = m.SearchRequest.FromString(encode_search("c", raw, kind=kind))
    (holder,) = m.PlaceholderGroup.FromString(read.placeholder_group).placeholders
    assert (holder.tag, holder.type, list(holder.values), read.nq) == ("$0", kind, raw, len(rows))


def test_queries_that_are_bytes_need_a_kind() -> None:
    """Bytes do not say what they are."""
    with pytest.raises(ValueError, match="kind"):
        encode_search("c", [b"1234"])


@pytest.mark.parametrize("nq", [1, 7])
def test_a_template_is_filled_again(nq: int) -> None:
    """A template gives, for each new set of queries, what encoding them from the start gives."""
    rng = np.random.default_rng(1)
    first, second = rng.random((2, nq, 96), dtype=np.float32)
    request = calls.search("c", first).request
    assert isinstance(request, m.SearchRequest)
    template = SearchTemplate(request, first)
    for queries in (second, first, second[::-1], second.astype(np.float64), np.asfortranarray(first)):
        expected = encode_search("c", queries)
        assert template.encode(queries) == expected
        assert bytes(template.fill(queries)) == expected


def test_a_template_keeps_its_shape() -> None:
    """Queries of another shape than a template was made for are refused, never repeated or cut."""
    queries = np.zeros((2, 8), dtype=np.float32)
    request = calls.search("c", queries).request
    assert isinstance(request, m.SearchRequest)
    template = SearchTemplate(request, queries)
    for other in (queries[:1], queries[:, :4], np.zeros((3, 8), np.float32)):
        with pytest.raises(ValueError, match="shape"):
            template.encode(other)
