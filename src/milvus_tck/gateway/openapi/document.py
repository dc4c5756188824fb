"""The description of the gateway as OpenAPI 3.1, made from the route tables and the definitions of messages."""

from collections.abc import Iterable
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from milvus_tck import __version__
from milvus_tck.gateway.openapi.bodies import body_schema, code_responses, fields_body
from milvus_tck.gateway.openapi.schemas import Schemas, scalar
from milvus_tck.spec.bindings import binding_row
from milvus_tck.spec.http_status import http_statuses
from milvus_tck.spec.routes import Route, Routes
from milvus_tck.wire.descriptors import method
from milvus_tck.wire.json_form import JSON, PROTOBUF, YAML
from milvus_tck.wire.messages import Status

__all__ = ["description"]

Plain = dict[str, Any]

_DESIGN = "http-design"
_INT64: Plain = {
    "name": "Accept-Type-Allow-Int64", "in": "header", "required": False,
    "description": "Whether keys may be numbers in the answer; they are texts otherwise.",
    "schema": {"type": "string", "enum": ["true", "false"]},
}  # fmt: skip
#: Methods whose bodies proxies and libraries lose: there, members may stand in the query.
_BODILESS = frozenset({"GET", "DELETE"})
_HEADERS: Plain = {
    "timeout": {
        "name": "Request-Timeout", "in": "header", "required": False,
        "description": "Seconds that the call may take.",
        "schema": {"type": "number", "exclusiveMinimum": 0, "maximum": 86400},
    },
    "database": {
        "name": "DB-Name", "in": "header", "required": False, "description": "Database to work in.",
        "schema": {"type": "string", "pattern": "^[ -~]*$"},
    },
}  # fmt: skip
_SECURITY: Plain = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "user:password, or a key"},
}


def description(tables: Iterable[Routes]) -> Plain:
    """Describe every route of the tables; the result is JSON."""
    schemas = Schemas()
    paths: Plain = {}
    for table in tables:
        for route in table:
            operation = _operation(table, route, schemas)
            paths.setdefault(table.base + route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The Milvus protocol as REST",
            "version": __version__,
            "description": "Every route is a call of gRPC to the server behind the gateway.",
        },
        "security": [{}, {"basic": []}, {"bearer": []}],
        "paths": paths,
        "components": {"schemas": schemas.components, "parameters": _HEADERS, "securitySchemes": _SECURITY},
    }


def _operation(table: Routes, route: Route, schemas: Schemas) -> Plain:
    operation: Plain = {
        "operationId": f"{table.binding} {route.method} {route.path}",
        "tags": [table.binding],
        "summary": " + ".join(route.rpcs) or route.inner or "whether the gateway is there",
        "responses": _responses(table, route, schemas),
    }
    parameters = [{"$ref": f"#/components/parameters/{name}"} for name in _HEADERS]
    if binding_row(table.binding).one_code:  # bodies are objects of their own, and no messages
        operation |= {"parameters": [*parameters, _INT64], "requestBody": fields_body(route)}
    elif route.rpc:
        own = _parameters(table, route)
        operation["parameters"] = [*own, *parameters]
        body = _body(table, route, schemas)
        if body:
            operation["requestBody"] = body
    return operation


def _parameters(table: Routes, route: Route) -> list[Plain]:
    kind = method(route.rpc).input_type
    path = [_in_path(kind.fields_by_name[name]) for name in route.parameters]
    if table.binding != _DESIGN or route.method not in _BODILESS:
        return path
    return path + [_in_query(member) for member in _plain_members(kind) if member.name not in route.parameters]


def _in_path(member: FieldDescriptor) -> Plain:
    """Describe a parameter: a text of at least one character, a number, or texts divided by commas."""
    one = scalar(member)
    if one["type"] == "string":
        one["minLength"] = 1
    found: Plain = {"name": member.name, "in": "path", "required": True, "schema": one}
    if member.is_repeated:
        found |= {"schema": {"type": "array", "items": one, "minItems": 1}, "style": "simple"}
    return found


def _in_query(member: FieldDescriptor) -> Plain:
    one = scalar(member)
    schema = {"type": "array", "items": one} if member.is_repeated else one
    return {"name": member.name, "in": "query", "required": False, "schema": schema}


def _plain_members(kind: Descriptor) -> list[FieldDescriptor]:
    return [each for each in kind.fields if each.message_type is None and each.type != FieldDescriptor.TYPE_BYTES]


def _body(table: Routes, route: Route, schemas: Schemas) -> Plain:
    if table.binding == _DESIGN and route.method in _BODILESS:
        return {}  # it is read, but nobody should need it
    schema = body_schema(route.rpc, schemas, frozenset(route.parameters))
    if table.binding == _DESIGN:  # where a member that nobody has is refused
        schema = {"allOf": [schema], "unevaluatedProperties": False}
    return {"required": False, "content": _contents(schema, table)}


def _contents(schema: Plain, table: Routes) -> Plain:
    kinds = {JSON: {"schema": schema}, YAML: {"schema": schema}}
    return kinds | {PROTOBUF: {"schema": {}}} if table.binding == _DESIGN else kinds


def _responses(table: Routes, route: Route, schemas: Schemas) -> Plain:
    if binding_row(table.binding).one_code:  # bodies are objects of their own, and no messages
        return code_responses()
    status = schemas.of(Status.DESCRIPTOR, answer=True)
    answer = schemas.of(method(route.rpc).output_type, answer=True) if route.rpc else {"type": "object"}
    good = {"200": {"description": "the answer of the server", "content": _contents(answer, table)}}
    if table.binding != _DESIGN:
        other = {"description": "the request cannot be read, or the call broke", "content": _contents(status, table)}
        text = {"text/plain": {"schema": {"type": "string"}}}
        return good | {
            "400": other,
            "500": other,
            "404": {"description": "no such route", "content": text},
            "default": other,
        }
    either = {"anyOf": [answer, status]}
    rows = {
        str(row.http): {"description": row.what, "content": _contents(either, table)}
        for row in http_statuses()
        if row.http != _OK
    }
    return good | rows | {"default": {"description": "refused by the gateway", "content": _contents(status, table)}}


_OK = 200
