"""The descriptors of `proto/`, in a pool of their own.

The default pool would clash with every other library that brings Milvus messages.
`proto/descriptors.binpb` is compiled from the `.proto` files by `make proto`; a test
keeps the two together.
"""

from functools import cache

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from milvus_tck.spec.data import proto_dir

__all__ = ["HTTP", "SERVICE", "descriptor_set", "message_class", "method", "methods", "pool"]

#: Full name of the service that every RPC belongs to.
SERVICE = "milvus.proto.milvus.MilvusService"
#: In the place of an RPC: a request of HTTP as it is.
HTTP = "HTTP"


@cache
def descriptor_set() -> FileDescriptorSet:
    """Parse the compiled definitions."""
    return FileDescriptorSet.FromString((proto_dir() / "descriptors.binpb").read_bytes())


@cache
def pool() -> DescriptorPool:
    """Build the private pool; every file is added after what it imports."""
    built = DescriptorPool()
    waiting = {file.name: file for file in descriptor_set().file}
    while waiting:
        _add(built, waiting, next(iter(waiting)))
    return built


def _add(built: DescriptorPool, waiting: dict[str, FileDescriptorProto], name: str) -> None:
    file = waiting.pop(name, None)
    if file is None:
        return
    for dependency in file.dependency:
        _add(built, waiting, dependency)
    built.AddSerializedFile(file.SerializeToString())


@cache
def message_class(full_name: str) -> type[Message]:
    """Return the class of a message by its full name; `KeyError` if there is none."""
    return GetMessageClass(pool().FindMessageTypeByName(full_name))


@cache
def methods() -> dict[str, MethodDescriptor]:
    """Every RPC of the service by its name."""
    service: ServiceDescriptor = pool().FindServiceByName(SERVICE)
    return {each.name: each for each in service.methods}


def method(rpc: str) -> MethodDescriptor:
    """Return the RPC of that name, or HTTP itself; `KeyError` if there is none."""
    return _http() if rpc == HTTP else methods()[rpc]


@cache
def _http() -> MethodDescriptor:
    service: ServiceDescriptor = pool().FindServiceByName("tck.Http")
    return service.methods_by_name[HTTP]
