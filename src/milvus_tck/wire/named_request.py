"""Named requests: what an RPC takes that says a name in some members, and nothing else."""

from collections.abc import Iterable
from functools import reduce
from typing import Any

from google.protobuf.message import Message

from milvus_tck.wire.descriptors import message_class, method

__all__ = ["named_request"]


def named_request(rpc: str, members: Iterable[str], name: str) -> Message:
    """Build the request of an RPC with a name in these members; one that holds an id is left out, for no name fits."""
    made: Any = message_class(method(rpc).input_type.full_name)()
    for path in members:
        *outer, last = path.split(".")
        inner = reduce(getattr, outer, made)
        member = inner.DESCRIPTOR.fields_by_name[last]
        if member.cpp_type != member.CPPTYPE_STRING:
            continue
        if member.is_repeated:
            getattr(inner, last).append(name)
        else:
            setattr(inner, last, name)
    return made  # type: ignore[no-any-return] # a message of that RPC
