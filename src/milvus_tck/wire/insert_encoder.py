"""Insert and Upsert requests from numpy arrays, at about the cost of a look at them."""

from collections.abc import Sequence

from google.protobuf.descriptor import Descriptor

from milvus_tck.wire.messages import InsertRequest, UpsertRequest
from milvus_tck.wire.packed_columns import InsertColumn, encode_column
from milvus_tck.wire.wire_format import Buffer, nested, tag, varint

__all__ = ["encode_insert"]


def encode_insert(
    collection: str,
    columns: Sequence[InsertColumn],
    *,
    partition: str = "",
    database: str = "",
    upsert: bool = False,
) -> list[Buffer]:
    """Write an Insert request (or an Upsert) of these columns, which have the same number of rows.

    Returns the request in pieces: `b"".join(...)` of them is the serialized message. Large pieces
    are views of the arrays that were given, not copies: leave the arrays as they are until the
    request has gone out. A transport of `milvus_tck.load` sends the pieces as they are.

    Raises `ValueError` where the columns differ in their number of rows, and for values that do
    not fit the type of their column.

        pieces = encode_insert("books", [
            InsertColumn("id", DataType.Int64, np.arange(10_000)),
            InsertColumn("vector", DataType.FloatVector, vectors),  # float32, shape (10_000, 768)
        ])
    """
    counts = {each.name: each.rows for each in columns}
    if len(set(counts.values())) > 1:
        message = f"columns of different lengths: {counts}"
        raise ValueError(message)
    request: Descriptor = (UpsertRequest if upsert else InsertRequest).DESCRIPTOR
    named = {"db_name": database, "collection_name": collection, "partition_name": partition}
    pieces: list[Buffer] = [
        tag(request, field) + varint(len(raw)) + raw for field, text in named.items() if (raw := text.encode())
    ]
    for column in columns:
        pieces += nested(request, "fields_data", encode_column(column))
    rows = max(counts.values(), default=0)
    return [*pieces, tag(request, "num_rows") + varint(rows)] if rows else pieces
