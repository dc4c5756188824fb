"""Messages of the protocol and the numpy <-> wire conversions.

Message classes come from our own descriptors in a private pool, so that they live
beside pymilvus in one process.

For users of their own load tools: `encode_insert` and `encode_search` write requests from
numpy arrays without a Python loop; `InsertColumn`, `Ragged`, `SparseRows` and `SearchTemplate`
go with them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milvus_tck.wire.insert_encoder import encode_insert
    from milvus_tck.wire.packed_columns import InsertColumn, Ragged, SparseRows
    from milvus_tck.wire.search_template import SearchTemplate, encode_search

__all__ = ["InsertColumn", "Ragged", "SearchTemplate", "SparseRows", "encode_insert", "encode_search"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the above
    """Import what is offered here when it is asked for: the definitions may still have to be compiled."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from milvus_tck.wire import insert_encoder, packed_columns, search_template  # noqa: PLC0415 - see above

    encoders = (insert_encoder, packed_columns, search_template)
    return next(getattr(each, name) for each in encoders if name in each.__all__)
