"""Calls about rows that come in, change and go."""

from collections.abc import Sequence

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["delete", "insert", "upsert"]


def insert(
    collection: str, columns: Sequence[m.FieldData], rows: int, *, partition: str = ""
) -> Call[m.MutationResult]:
    """Insert columns of `rows` rows each; an empty partition means the default one."""
    request = m.InsertRequest(collection_name=collection, partition_name=partition, fields_data=columns, num_rows=rows)
    return Call("Insert", request)


def upsert(
    collection: str, columns: Sequence[m.FieldData], rows: int, *, partition: str = ""
) -> Call[m.MutationResult]:
    """Put columns of `rows` rows each in the place of the rows that have their keys; an empty partition means any."""
    request = m.UpsertRequest(collection_name=collection, partition_name=partition, fields_data=columns, num_rows=rows)
    return Call("Upsert", request)


def delete(collection: str, expr: str, *, partition: str = "") -> Call[m.MutationResult]:
    """Delete the rows that match an expression; an empty partition means all of them."""
    return Call("Delete", m.DeleteRequest(collection_name=collection, partition_name=partition, expr=expr))
