"""Protocol definitions, flattened: every element by its full name, in a form that two sources can be compared in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

__all__ = ["Element", "elements"]

#: A place in a file, as `SourceCodeInfo` writes it.
_Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One message, field, enum, value, service, RPC or extension."""

    name: str
    kind: str
    #: All that matters on the wire, as text: `3 repeated int64`, `value 7`, `(Request) -> stream Answer`.
    shape: str
    #: The oneof of which a field is a member; empty if it is none's.
    oneof: str
    #: Full name of the element around it; empty at the top of a file.
    parent: str
    #: The comment before it, where the definitions were compiled with comments.
    comment: str


def elements(files: FileDescriptorSet) -> dict[str, Element]:
    """Flatten definitions; which file an element stands in makes no difference."""
    return {each.name: each for file in files.file for each in _Walk(file, _comments(file)).file_elements()}


def _comments(file: FileDescriptorProto) -> dict[_Path, str]:
    return {tuple(each.path): each.leading_comments.strip() for each in file.source_code_info.location}


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way through one file."""

    file: FileDescriptorProto
    comments: Mapping[_Path, str]

    def file_elements(self) -> Iterator[Element]:
        """Every element of the file, each before those inside it."""
        package = self.file.package
        for place, message in enumerate(self.file.message_type):
            yield from self._message(message, package, "", (4, place))
        for place, enum in enumerate(self.file.enum_type):
            yield from self._enum(enum, package, "", (5, place))
        for place, service in enumerate(self.file.service):
            yield from self._service(service, package, (6, place))
        for place, extension in enumerate(self.file.extension):
            shape = f"{extension.extendee} {_shape(extension, {})}"
            yield self._element("extension", f"{package}.{extension.name}", shape, "", (7, place))

    def _message(self, message: DescriptorProto, scope: str, parent: str, path: _Path) -> Iterator[Element]:
        name = f"{scope}.{message.name}"
        yield self._element("message", name, "message", parent, path)
        maps = {f".{name}.{each.name}": each for each in message.nested_type if each.options.map_entry}
        for place, field in enumerate(message.field):
            full, shape, oneof = f"{name}.{field.name}", _shape(field, maps), _oneof(message, field)
            yield self._element("field", full, shape, name, (*path, 2, place), oneof)
        for place, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                yield from self._message(nested, name, name, (*path, 3, place))
        for place, enum in enumerate(message.enum_type):
            yield from self._enum(enum, name, name, (*path, 4, place))

    def _enum(self, enum: EnumDescriptorProto, scope: str, parent: str, path: _Path) -> Iterator[Element]:
        name = f"{scope}.{enum.name}"
        yield self._element("enum", name, "enum", parent, path)
        for place, value in enumerate(enum.value):
            yield self._element("value", f"{name}.{value.name}", f"value {value.number}", name, (*path, 2, place))

    def _service(self, service: ServiceDescriptorProto, scope: str, path: _Path) -> Iterator[Element]:
        name = f"{scope}.{service.name}"
        yield self._element("service", name, "service", "", path)
        for place, rpc in enumerate(service.method):
            yield self._element("rpc", f"{name}.{rpc.name}", _signature(rpc), name, (*path, 2, place))

    def _element(self, kind: str, name: str, shape: str, parent: str, path: _Path, oneof: str = "") -> Element:
        return Element(name, kind, shape, oneof, parent, self.comments.get(path, ""))


def _shape(field: FieldDescriptorProto, maps: Mapping[str, DescriptorProto]) -> str:
    """Number, label and type of a field; a map names its two types instead of its entry message."""
    if field.type_name in maps:
        key, value = maps[field.type_name].field
        return f"{field.number} map<{_type(key)}, {_type(value)}>"
    label = "repeated" if field.label == FieldDescriptorProto.LABEL_REPEATED else "single"
    presence = " with presence" if field.proto3_optional else ""
    return f"{field.number} {label} {_type(field)}{presence}"


def _type(field: FieldDescriptorProto) -> str:
    return field.type_name or FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()


def _oneof(message: DescriptorProto, field: FieldDescriptorProto) -> str:
    """Name the oneof of a field; the one that protoc makes up for `optional` is none."""
    real = field.HasField("oneof_index") and not field.proto3_optional
    return message.oneof_decl[field.oneof_index].name if real else ""


def _signature(rpc: MethodDescriptorProto) -> str:
    asks = "stream " if rpc.client_streaming else ""
    answers = "stream " if rpc.server_streaming else ""
    return f"({asks}{rpc.input_type}) -> {answers}{rpc.output_type}"
