"""Search requests from numpy arrays: everything but the query vectors is built once."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire import messages as m
from milvus_tck.wire.calls import search
from milvus_tck.wire.kinds import Consistency, Placeholder
from milvus_tck.wire.search import TAG
from milvus_tck.wire.wire_format import Buffer, delimited, framed, tag, varint

__all__ = ["SearchTemplate", "encode_search"]

_STRONG = m.ConsistencyLevel.Strong
#: What queries of each number type are, unless said otherwise.
_KINDS: dict[np.dtype[Any], Placeholder] = {
    np.dtype("u1"): m.PlaceholderType.BinaryVector,
    np.dtype("i1"): m.PlaceholderType.Int8Vector,
    np.dtype("<f2"): m.PlaceholderType.Float16Vector,
    np.dtype("<u2"): m.PlaceholderType.BFloat16Vector,
    np.dtype("<f4"): m.PlaceholderType.FloatVector,
}
_FLOAT = np.dtype("<f4")


class SearchTemplate:
    """A Search request with room for `nq` query vectors, to be filled again and again.

    `fill` writes into the room and returns a view of the whole request: it costs one copy of the
    queries. The view stays valid until the next `fill`. `encode` gives bytes of one's own instead.
    """

    def __init__(self, request: m.SearchRequest, queries: NDArray[Any]) -> None:
        """Take the request as it is, but for its queries; those given here show number, type and dimension.

        `queries` has the shape (nq, dim), for binary vectors (nq, dim / 8); its dtype decides:
        float32 (or float64, sent as float32) float vectors, float16, uint16 the bits of bfloat16,
        int8, uint8 packed bits.
        """
        dtype = queries.dtype if queries.dtype in _KINDS else _FLOAT
        width = queries.shape[1] * dtype.itemsize
        head = tag(m.PlaceholderValue.DESCRIPTOR, "values") + varint(width)
        whole = b"".join(_around(request, _KINDS[dtype], len(queries), [(head + bytes(width)) * len(queries)]))
        self._request = bytearray(whole)
        self._dtype = dtype
        self._shape = queries.shape
        start = len(whole) - len(queries) * (len(head) + width)
        self._head = whole[: start + len(head)]
        row = np.dtype((np.void, width))
        stride = len(head) + width
        self._room: NDArray[Any] = np.ndarray((len(queries),), row, self._request, start + len(head), (stride,))
        self._row = row
        self._view = memoryview(self._request)
        self.fill(queries)

    def fill(self, queries: NDArray[Any]) -> memoryview:
        """Write queries of the template's shape into it; raises `ValueError` for another shape."""
        self._room[:] = self._rows(queries).view(self._row)[:, 0]
        return self._view

    def encode(self, queries: NDArray[Any]) -> bytes:
        """Return the whole request as bytes of its own; raises `ValueError` for another shape."""
        if self._shape[0] == 1:
            return self._head + self._rows(queries).tobytes()
        return bytes(self.fill(queries))

    def _rows(self, queries: NDArray[Any]) -> NDArray[Any]:
        if queries.shape != self._shape:
            message = f"queries of shape {queries.shape} in a template for {self._shape}"
            raise ValueError(message)
        return np.ascontiguousarray(queries, dtype=self._dtype)


def encode_search(  # noqa: PLR0913 - what a search is made of
    collection: str,
    queries: NDArray[Any] | Sequence[bytes],
    *,
    kind: Placeholder | None = None,
    field: str = "vec",
    topk: int = 10,
    metric: str | None = "L2",
    expr: str = "",
    output: Iterable[str] = (),
    partitions: Iterable[str] = (),
    level: Consistency = _STRONG,
    **params: object,
) -> bytes:
    """Write a Search request; the arguments are those of `calls.search`.

    `queries` is an array as `SearchTemplate` takes it, or a sequence of bytes, one query each,
    with their `kind` (sparse vectors, texts). Further keywords go into `params`, the options of
    the index. For many searches that differ in their queries alone, keep a `SearchTemplate`.

        payload = encode_search("books", np.random.rand(1, 768), field="vector", topk=100, ef=64)
    """
    empty = np.empty((0, 1), dtype=np.float32)
    call = search(collection, empty, field=field, topk=topk, metric=metric, expr=expr, output=output,
                  partitions=partitions, level=level, **params)  # fmt: skip
    request = call.request
    assert isinstance(request, m.SearchRequest)  # noqa: S101 - it is what a search sends
    if isinstance(queries, np.ndarray):
        if kind is None:
            return SearchTemplate(request, queries).encode(queries)
        queries = [row.tobytes() for row in queries]
    if kind is None:
        message = "queries that are bytes need the `kind` of placeholder that they are"
        raise ValueError(message)
    values = delimited(queries, tag(m.PlaceholderValue.DESCRIPTOR, "values"))
    return b"".join(_around(request, kind, len(queries), values))


def _around(request: m.SearchRequest, kind: Placeholder, nq: int, values: Sequence[Buffer]) -> list[Buffer]:
    """Put values into a request; they are the last thing in it, which protobuf leaves to us."""
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("placeholder_group")
    bare.nq = nq
    value = m.PlaceholderValue.DESCRIPTOR
    raw = TAG.encode()
    inside = tag(value, "tag") + varint(len(raw)) + raw + tag(value, "type") + varint(kind)
    holder = framed(tag(m.PlaceholderGroup.DESCRIPTOR, "placeholders"), [inside, *values])
    pieces = framed(tag(m.SearchRequest.DESCRIPTOR, "placeholder_group"), holder)
    return [bare.SerializeToString(), *pieces]
