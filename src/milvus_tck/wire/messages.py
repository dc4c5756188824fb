"""Message classes and enums of the protocol, by their plain names.

`from milvus_tck.wire.messages import CreateCollectionRequest, DataType` gives classes
from the private pool; `messages.pyi` tells editors and the type checker their fields.
The packages `milvus`, `common`, `schema` and our own `tck` are looked through in this order.
"""

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

from milvus_tck.wire.descriptors import message_class, pool

_PACKAGES = ("milvus.proto.milvus", "milvus.proto.common", "milvus.proto.schema", "tck")


def __getattr__(name: str) -> type[Message] | EnumTypeWrapper:
    if name.startswith("_"):
        raise AttributeError(name)
    for package in _PACKAGES:
        found = _find(f"{package}.{name}")
        if found is not None:
            globals()[name] = found
            return found
    message = f"the protocol has no message or enum {name!r}"
    raise AttributeError(message)


def _find(full_name: str) -> type[Message] | EnumTypeWrapper | None:
    try:
        return message_class(full_name)
    except KeyError:
        pass
    try:
        return EnumTypeWrapper(pool().FindEnumTypeByName(full_name))
    except KeyError:
        return None
