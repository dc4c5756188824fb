"""Forms: the requests whose body is not their message.

Milvus wraps four of them: the schema of CreateCollection is an object and no bytes, the columns of
Insert are arrays, the queries of Search are lists of numbers, and so are the vectors of CalcDistance.
A wrapped body has no room for members that came into the message later.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from google.protobuf.message import DecodeError, Message

from milvus_tck.wire.json_form import columns, plain
from milvus_tck.wire.json_form.distance import CalcDistanceForm
from milvus_tck.wire.json_form.errors import Inexpressible, Malformed
from milvus_tck.wire.json_form.text import Plain
from milvus_tck.wire.messages import (
    CollectionSchema,
    CreateCollectionRequest,
    InsertRequest,
    PlaceholderGroup,
    PlaceholderType,
    SearchRequest,
)
from milvus_tck.wire.search import TAG

__all__ = ["FORMS", "Form"]

_FLOAT = np.dtype("<f4")


class Form(Protocol):
    """How one request is written and read."""

    def write(self, request: Any) -> Plain:  # noqa: ANN401 - the request of its RPC
        """Write the request; raises `Inexpressible`."""

    def read(self, request: Any, body: Plain) -> None:  # noqa: ANN401 - the request of its RPC
        """Fill an empty request; raises `Malformed`."""


@dataclass(frozen=True)
class _Kept:
    """The members of a body that are those of the message."""

    names: frozenset[str]
    #: Members that the body says in its own way.
    wrapped: frozenset[str]

    def write(self, request: Message) -> Plain:
        """Write them; raises `Inexpressible` where the request has others."""
        bare = type(request)()
        bare.CopyFrom(request)
        for name in self.wrapped:
            bare.ClearField(name)
        lost = sorted(member.name for member, _ in bare.ListFields() if member.name not in self.names)
        if lost:
            raise Inexpressible(f"a body of {request.DESCRIPTOR.name} has no {', '.join(lost)}")
        return plain.write(bare, answer=False)

    def read(self, request: Message, body: Plain) -> None:
        plain.read_into(request, {name: body[name] for name in self.names & body.keys()}, answer=False)


def _kept(names: str, wrapped: str) -> _Kept:
    return _Kept(frozenset(names.split()), frozenset(wrapped.split()))


class _CreateCollection:
    kept = _kept("base db_name collection_name shards_num consistency_level properties", "schema")

    def write(self, request: CreateCollectionRequest) -> Plain:
        body = self.kept.write(request)
        try:
            schema = CollectionSchema.FromString(request.schema)
        except DecodeError as error:
            raise Inexpressible("the schema is bytes that are no CollectionSchema") from error
        written = plain.write(schema, answer=False)
        return {**body, "schema": written} if written else body

    def read(self, request: CreateCollectionRequest, body: Plain) -> None:
        self.kept.read(request, body)
        schema = CollectionSchema()
        found = body.get("schema")
        plain.read_into(schema, {} if found is None else found, "schema", answer=False)
        request.schema = schema.SerializeToString()


class _Insert:
    kept = _kept("base db_name collection_name partition_name hash_keys num_rows", "fields_data")

    def write(self, request: InsertRequest) -> Plain:
        body = self.kept.write(request)
        written = [columns.write(each) for each in request.fields_data]
        return {**body, "fields_data": written} if written else body

    def read(self, request: InsertRequest, body: Plain) -> None:
        self.kept.read(request, body)
        for number, each in enumerate(_list(body, "fields_data")):
            columns.read_into(request.fields_data.add(), each, f"fields_data[{number}]")


class _Search:
    kept = _kept(
        "base db_name collection_name partition_names dsl dsl_type output_fields search_params travel_timestamp "
        "guarantee_timestamp nq",
        "placeholder_group",
    )

    def write(self, request: SearchRequest) -> Plain:
        return {**self.kept.write(request), **_write_queries(request.placeholder_group)}

    def read(self, request: SearchRequest, body: Plain) -> None:
        self.kept.read(request, body)
        group = PlaceholderGroup()
        binary = _list(body, "binary_vectors")
        holder = group.placeholders.add(tag=TAG)
        if binary:
            holder.type = PlaceholderType.BinaryVector
            holder.values.extend(plain.read_bytes(each, "binary_vectors") for each in binary)
        else:
            holder.type = PlaceholderType.FloatVector
            rows = (columns.floats(each, "vectors") for each in _list(body, "vectors"))
            holder.values.extend(row.astype(_FLOAT).tobytes() for row in rows)
        request.placeholder_group = group.SerializeToString()


def _write_queries(raw: bytes) -> Plain:
    """Write a placeholder group; no server makes another one than this of what it reads."""
    try:
        group = PlaceholderGroup.FromString(raw)
    except DecodeError as error:
        raise Inexpressible("the placeholder_group is bytes that are no PlaceholderGroup") from error
    if len(group.placeholders) != 1 or group.placeholders[0].tag != TAG or group.SerializeToString() != raw:
        raise Inexpressible(f"the queries are not one placeholder of tag {TAG}")
    holder = group.placeholders[0]
    if holder.type == PlaceholderType.BinaryVector and holder.values:
        return {"binary_vectors": [plain.write_bytes(each) for each in holder.values]}
    if holder.type != PlaceholderType.FloatVector or any(len(each) % _FLOAT.itemsize for each in holder.values):
        raise Inexpressible("the queries are neither binary vectors nor rows of float32")
    rows = [plain.write_floats(np.frombuffer(each, dtype=_FLOAT), single=True) for each in holder.values]
    return {"vectors": rows} if rows else {}


def _list(body: Plain, name: str) -> list[Any]:
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise Malformed(f"{name}: not an array")
    return found


#: By RPC; all others travel as their message.
FORMS: dict[str, Form] = {
    "CreateCollection": _CreateCollection(),
    "Insert": _Insert(),
    "Search": _Search(),
    "CalcDistance": CalcDistanceForm(),
}
