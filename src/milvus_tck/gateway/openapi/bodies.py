"""JSON Schemas of the bodies that are not their message; see `wire.json_form.forms`."""

from typing import Any

from milvus_tck.gateway.openapi.schemas import Schemas
from milvus_tck.spec.routes import Route
from milvus_tck.wire.descriptors import method
from milvus_tck.wire.messages import CollectionSchema

__all__ = ["body_schema", "code_responses", "fields_body"]

Plain = dict[str, Any]

_ROWS: Plain = {"type": "array", "items": {"type": "array", "items": {"type": "number"}, "minItems": 1}}
_COLUMN: Plain = {
    "type": "object",
    "required": ["type", "field"],
    "properties": {
        "type": {"type": "integer", "enum": [1, 2, 3, 4, 5, 10, 11, 21, 101, 102, 103], "description": "DataType"},
        "field_name": {"type": "string"},
        "field_id": {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1},
        "field": {
            "description": "numbers, booleans or texts; of vectors, an array of numbers each",
            "type": "array",
            "items": {"type": ["number", "boolean", "string", "array"], "items": {"type": "number"}},
        },
    },
}
#: Members of the message that a body has in another form, with that form.
_WRAPPED: dict[str, Plain] = {
    "Insert": {"fields_data": {"type": "array", "items": _COLUMN}},
    "Search": {
        "placeholder_group": None,
        "vectors": _ROWS,
        "binary_vectors": {"type": "array", "items": {"type": "string", "contentEncoding": "base64"}},
    },
    "CalcDistance": {"op_left": {"type": "object"}, "op_right": {"type": "object"}},
}


def body_schema(rpc: str, schemas: Schemas, without: frozenset[str]) -> Plain:
    """Describe the body of a request, without the members that stand in its path."""
    wrapped = dict(_WRAPPED.get(rpc, {}))
    if rpc == "CreateCollection":
        wrapped["schema"] = schemas.of(CollectionSchema.DESCRIPTOR, answer=False)
    kind = method(rpc).input_type
    if not wrapped:
        return schemas.of(kind, answer=False, without=without)
    hidden = without | (wrapped.keys() & {each.name for each in kind.fields})
    plain = schemas.of(kind, answer=False, without=frozenset(hidden))
    own = {name: each for name, each in wrapped.items() if each is not None}
    return {"allOf": [plain, {"type": "object", "properties": own}]}


_TYPES: dict[str, Plain] = {
    "string": {"type": "string"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "number": {"type": "number"},
    "numbers": {"type": "array", "items": {"type": "number"}},
    "boolean": {"type": "boolean"},
    "object": {"type": "object"},
    "objects": {"type": "array", "items": {"type": "object"}},
    "any": {},
}


def fields_body(route: Route) -> Plain:
    """Describe a body of fields that the table lists; others make no difference."""
    properties = {each.name: _TYPES[each.type] for each in route.fields}
    required = sorted(each.name for each in route.fields if each.required)
    schema = {"type": "object", "properties": properties, "required": required}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def code_responses() -> Plain:
    """Describe answers whose code is in the body."""
    code = {"type": "integer", "description": "0, or 200 before 2.4.18, for success"}
    schema = {
        "type": "object",
        "required": ["code"],
        "properties": {"code": code, "message": {"type": "string"}, "data": {}, "cost": {"type": "integer"}},
    }
    content = {"application/json": {"schema": schema}}
    words = {
        "200": "success, or a failure: the code says which", "401": "nobody said who asks", "403": "who asks may not",
        "408": "it took longer than allowed", "501": "not served by the gateway, or not by the server",
        "default": "refused by the gateway",
    }  # fmt: skip
    return {status: {"description": text, "content": content} for status, text in words.items()}
