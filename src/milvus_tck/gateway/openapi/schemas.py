"""JSON Schemas of messages in the form of `wire.json_form`."""

from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from milvus_tck.wire.json_form.plain import go_name
from milvus_tck.wire.walk import is_map

__all__ = ["Schemas", "scalar"]

Plain = dict[str, Any]

_NUMBERS: dict[int, Plain] = {
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    FieldDescriptor.CPPTYPE_INT64: {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    FieldDescriptor.CPPTYPE_UINT64: {"type": "integer", "minimum": 0, "maximum": 2**64 - 1},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
}


def scalar(member: FieldDescriptor) -> Plain:
    """Describe one value of a member that is no message."""
    if member.type == FieldDescriptor.TYPE_BYTES:
        return {"type": "string", "contentEncoding": "base64"}
    if member.enum_type is not None:
        names = ", ".join(f"{each.number} {each.name}" for each in member.enum_type.values)
        return {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1, "description": names}
    return dict(_NUMBERS[member.cpp_type])


class Schemas:
    """Collects the schema of every message that is referred to; requests and answers tell oneofs differently."""

    def __init__(self) -> None:
        self.components: Plain = {}

    def of(self, kind: Descriptor, *, answer: bool, without: frozenset[str] = frozenset()) -> Plain:
        """Refer to the schema of a message; one without some members is a schema of its own."""
        name = kind.full_name.removeprefix("milvus.proto.") + (".out" if answer else ".in")
        if without:
            name += ".without." + ".".join(sorted(without))
        if name not in self.components:
            self.components[name] = {}  # messages may contain themselves
            self.components[name] = self._object(kind, answer=answer, without=without)
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, kind: Descriptor, *, answer: bool, without: frozenset[str]) -> Plain:
        choices = [each for each in kind.oneofs if each.name != f"_{each.fields[0].name}"]
        inside = {field.name for each in choices for field in each.fields}
        properties: Plain = {
            member.name: self._member(member, answer=answer)
            for member in kind.fields
            if member.name not in inside and member.name not in without
        }
        for choice in choices if answer else ():
            options = {go_name(each.name): self._member(each, answer=answer) for each in choice.fields}
            properties[go_name(choice.name)] = {
                "type": ["object", "null"], "properties": options, "maxProperties": 1,
            }  # fmt: skip
        return {"type": "object", "properties": properties}

    def _member(self, member: FieldDescriptor, *, answer: bool) -> Plain:
        kind = member.message_type
        if kind is not None and is_map(member):
            value = kind.fields_by_name["value"]
            return {"type": "object", "additionalProperties": self._one(value, answer=answer)}
        one = self._one(member, answer=answer)
        return {"type": "array", "items": one} if member.is_repeated else one

    def _one(self, member: FieldDescriptor, *, answer: bool) -> Plain:
        return scalar(member) if member.message_type is None else self.of(member.message_type, answer=answer)
