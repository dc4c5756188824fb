"""Message classes by their plain names, in a pool of their own."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

import milvus_tck
from milvus_tck.targets.toolchain import environment, tool_command
from milvus_tck.wire import messages
from milvus_tck.wire.descriptors import SERVICE, descriptor_set, message_class, method, methods, pool

_OFFERED = ("milvus.proto.milvus", "milvus.proto.common", "milvus.proto.schema")
_FILES = [file for file in descriptor_set().file if file.package in _OFFERED]
MESSAGES = [(file.package, message.name) for file in _FILES for message in file.message_type]
ENUMS = [(file.package, enum.name) for file in _FILES for enum in file.enum_type]


def test_every_message_has_its_plain_name() -> None:
    """`from milvus_tck.wire.messages import X` gives the class of every message of the three packages."""
    found = {(package, name): getattr(messages, name) for package, name in MESSAGES}
    assert len(found) > 300
    assert [key for key, kind in found.items() if not issubclass(kind, Message)] == []
    assert [key for key, kind in found.items() if kind.DESCRIPTOR.full_name != ".".join(key)] == []
    assert [key for key, kind in found.items() if kind is not message_class(".".join(key))] == []


def test_every_enum_has_its_plain_name() -> None:
    """The same holds for enums, whose members are plain numbers."""
    assert ENUMS
    assert [name for _, name in ENUMS if not isinstance(getattr(messages, name), EnumTypeWrapper)] == []
    assert messages.DataType.FloatVector == 101
    assert messages.ConsistencyLevel.Name(messages.ConsistencyLevel.Bounded) == "Bounded"


def test_plain_names_are_told_apart() -> None:
    """No plain name stands for two things, so that none hides another."""
    names = [name for _, name in MESSAGES + ENUMS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["NoSuchRequest", "_hidden", "__path__", "ImportMsg"])
def test_other_names_are_no_attributes(name: str) -> None:
    """A name that the three packages do not have is a missing attribute."""
    with pytest.raises(AttributeError, match=name):
        getattr(importlib.import_module("milvus_tck.wire.messages"), name)


def test_every_rpc_is_found() -> None:
    """The service has each RPC under its name; another name is a key error."""
    (service,) = (each for file in descriptor_set().file for each in file.service if SERVICE.endswith(f".{each.name}"))
    assert set(methods()) == {each.name for each in service.method}
    assert method("Search").output_type.full_name == "milvus.proto.milvus.SearchResults"
    with pytest.raises(KeyError):
        method("NoSuchRpc")
    with pytest.raises(KeyError):
        message_class("milvus.proto.milvus.NoSuchRequest")


def test_the_pool_is_our_own() -> None:
    """Our definitions are not in the pool that every generated module shares."""
    assert pool() is not descriptor_pool.Default()
    assert pool().FindMessageTypeByName("milvus.proto.common.Status")
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("milvus.proto.common.Status")


_TOGETHER = """
import pymilvus
from pymilvus.grpc_gen import common_pb2
from google.protobuf import descriptor_pool
from milvus_tck.wire import calls
from milvus_tck.wire.descriptors import descriptor_set
from milvus_tck.wire.messages import Status

sent = Status(code=100, reason="gone").SerializeToString()
read = common_pb2.Status.FromString(sent)
print(read.code, read.reason, type(read) is not Status, calls.has_collection("c").rpc, pymilvus.__version__)
try:
    for file in descriptor_set().file:
        descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
except TypeError:
    print("the shared pool would have clashed")
"""


@pytest.mark.parametrize("order", ["pymilvus first", "ours first"])
def test_we_live_beside_pymilvus(order: str) -> None:
    """One process can use a client's messages and ours, whichever comes first; the shared pool takes only one."""
    script = _TOGETHER if order == "pymilvus first" else f"from milvus_tck.wire.messages import Status\n{_TOGETHER}"
    beside = ("numpy", "protobuf>=6.31", "msgspec", "platformdirs")
    command = tool_command("pymilvus==2.6.17", "python", "-W", "ignore", "-c", script, beside=beside)
    home = str(Path(milvus_tck.__path__[0]).parent)
    variables = {**environment(), "PYTHONPATH": home, "UV_PYTHON": sys.executable}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=variables)
    assert not done.returncode, done.stderr
    assert done.stdout.splitlines() == [
        "100 gone True HasCollection 2.6.17",
        "the shared pool would have clashed",
    ]
