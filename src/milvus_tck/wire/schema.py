"""Building collection schemas.

Defaults are those of the protocol: nothing is set that a test did not ask for.
"""

from collections.abc import Mapping

from milvus_tck.wire.call import key_values
from milvus_tck.wire.kinds import NO_KIND, Kind
from milvus_tck.wire.messages import CollectionSchema, DataType, FieldSchema

__all__ = ["collection_schema", "field", "int64_key", "varchar", "vector"]


def field(
    name: str,
    kind: Kind,
    params: Mapping[str, str] | None = None,
    *,
    primary: bool = False,
    auto_id: bool = False,
    partition_key: bool = False,
    description: str = "",
    element: Kind = NO_KIND,
) -> FieldSchema:
    """Describe one field; `params` its type_params."""
    return FieldSchema(
        name=name,
        data_type=kind,
        type_params=key_values(params or {}),
        is_primary_key=primary,
        autoID=auto_id,
        is_partition_key=partition_key,
        description=description,
        element_type=element,
    )


def int64_key(name: str = "id", *, auto_id: bool = False) -> FieldSchema:
    """Describe an Int64 primary key."""
    return field(name, DataType.Int64, primary=True, auto_id=auto_id)


def varchar(name: str, max_length: int, *, primary: bool = False) -> FieldSchema:
    """Describe a VarChar field; `max_length` counts bytes."""
    return field(name, DataType.VarChar, {"max_length": str(max_length)}, primary=primary)


def vector(name: str, dim: int, kind: Kind = DataType.FloatVector) -> FieldSchema:
    """Describe a vector field of `dim` dimensions (bits, for a binary vector)."""
    return field(name, kind, {"dim": str(dim)})


def collection_schema(
    name: str, *fields: FieldSchema, description: str = "", dynamic: bool = False
) -> CollectionSchema:
    """Put fields together; `name` has to be the collection's own name."""
    return CollectionSchema(name=name, description=description, fields=fields, enable_dynamic_field=dynamic)
