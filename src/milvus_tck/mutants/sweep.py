"""The sweep: every value of every answer changed, whether a mutant was written for it or not.

It proposes mutants, and it measures honestly: a value that can be changed without any check
noticing is a hole, or needs a reason why it is none.
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from milvus_tck.mutants.mutant import Mutant, Scope
from milvus_tck.mutants.player import Player
from milvus_tck.mutants.scene import Arguments
from milvus_tck.verdict.job import Job
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.messages import Status

__all__ = ["sweep"]

_F = FieldDescriptor
#: The type checker knows two kinds of descriptors, and takes one for the other.
_Member = Any
_LISTS = ("truncate", "drop-first", "duplicate", "swap", "reverse", "all-first")
_NUMBERS = ("default", "plus")
_WHOLE = {_F.CPPTYPE_INT64, _F.CPPTYPE_UINT64}


def sweep(player: Player, jobs: list[Job]) -> Iterator[Mutant]:
    """Propose a mutant for every operator that fits a value that a good server answered."""
    seen: dict[str, set[bytes]] = {}
    for job in jobs:
        for tape in player.tapes(job):
            for step in tape.steps:
                if step.reply.payload is not None and not step.key[0].startswith("/"):
                    seen.setdefault(step.key[0], set()).add(step.reply.payload)
    for rpc in sorted(seen):
        found: dict[tuple[str, str], None] = {}
        kind = message_class(method(rpc).output_type.full_name)
        for payload in sorted(seen[rpc]):
            for row in _of(kind.FromString(payload), ""):
                found.setdefault(row)
        for path, operator in found:
            name = f"{rpc}:{path}~{operator}"
            sentence = f"{rpc} answers {path} wrongly: {operator}."
            yield Mutant(name, "", rpc, sentence, operator, Arguments(path), Scope.RPC)


def _of(message: Message, before: str) -> Iterator[tuple[str, str]]:
    for member in message.DESCRIPTOR.fields:
        path = f"{before}{member.name}"
        if member.message_type is not None and member.message_type == Status.DESCRIPTOR:
            continue
        if _is_map(member):
            yield from _map(message, member, path)
        elif member.is_repeated:
            yield from _list(message, member, path)
        elif member.message_type is not None:
            if message.HasField(member.name):
                yield path, "default"
                yield from _of(getattr(message, member.name), f"{path}.")
        elif member.containing_oneof is None or message.HasField(member.name):
            yield from ((path, operator) for operator in _single(member, getattr(message, member.name)))


def _is_map(member: _Member) -> bool:
    return member.message_type is not None and bool(member.message_type.GetOptions().map_entry)


def _map(message: Message, member: _Member, path: str) -> Iterator[tuple[str, str]]:
    if not getattr(message, member.name) or member.message_type is None:
        return
    yield path, "default"
    value = member.message_type.fields_by_name["value"]
    if value.message_type is None:
        yield from ((f"{path}{{}}", operator) for operator in _single(value, 1))
    else:
        first = next(iter(getattr(message, member.name).values()))
        yield from _of(first, f"{path}{{}}.")


def _list(message: Message, member: _Member, path: str) -> Iterator[tuple[str, str]]:
    values = getattr(message, member.name)
    if not len(values):
        return
    yield path, "default"
    if len(values) > 1:
        yield from ((path, operator) for operator in _LISTS)
    if member.message_type is None:
        yield from ((path, operator) for operator in _single(member, values[0]) if operator != "default")
    else:
        for each in values:
            yield from _of(each, f"{path}[].")


def _single(member: _Member, value: object) -> tuple[str, ...]:
    kind = member.cpp_type
    if kind == _F.CPPTYPE_BOOL:
        return ("negate",)
    if kind == _F.CPPTYPE_STRING:
        return ("default", "other-text") if value else ("other-text",)
    if kind in _WHOLE and isinstance(value, int) and value > 1 << 53:
        return (*_NUMBERS, "through-double")
    return _NUMBERS if value else ("plus",)
