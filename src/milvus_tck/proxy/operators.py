"""Operators by name, so that mutations can be data.

An operator's maker is given the parameters of a rule (`with` in a file) and returns the
operator, which lives as long as the rule and may remember what it saw:

    @operator("double-count")
    def _double_count() -> Operator:
        def change(rpc, request, response): ...
        return change
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from google.protobuf.message import Message

from milvus_tck.proxy.actions import Action, Operator

__all__ = ["make", "operator", "operators"]

Maker = TypeVar("Maker", bound=Callable[..., Operator])

_MAKERS: dict[str, Callable[..., Operator]] = {}


def operator(name: str) -> Callable[[Maker], Maker]:
    """Register the maker of an operator under a name; a name that is taken raises `ValueError`."""

    def register(maker: Maker) -> Maker:
        if name in _MAKERS:
            message = f"there is an operator {name!r} already"
            raise ValueError(message)
        _MAKERS[name] = maker
        return maker

    return register


def operators() -> tuple[str, ...]:
    """Name every operator."""
    return tuple(sorted(_MAKERS))


def make(name: str, parameters: Mapping[str, Any]) -> Operator:
    """Make an operator; raises `KeyError` for a name that is none, `TypeError` for parameters that do not fit."""
    return _MAKERS[name](**parameters)


@operator("clear")
def _clear(member: str) -> Operator:
    """Leave a member out, given as a dotted path of single messages."""

    def change(_rpc: str, request: Message, response: Message | None) -> Action:
        return _at(request if response is None else response, member, lambda holder, name: holder.ClearField(name))

    return change


@operator("set")
def _set(member: str, value: str | float | bool) -> Operator:  # noqa: FBT001 - a value of a file
    """Give a member a value."""

    def change(_rpc: str, request: Message, response: Message | None) -> Action:
        changed = request if response is None else response
        return _at(changed, member, lambda holder, name: setattr(holder, name, value))

    return change


@operator("truncate")
def _truncate(keep: int) -> Operator:
    """Cut the bytes of the message: what is left rarely parses."""

    def change(_rpc: str, request: Message, response: Message | None) -> Action:
        payload = (request if response is None else response).SerializeToString()
        return payload[:keep] if len(payload) > keep else None

    return change


def _at(message: Message, path: str, do: Callable[[Message, str], object]) -> Message | None:
    """Change a member where it is; `None` where the message has none there, or the change makes no difference."""
    before = message.SerializeToString(deterministic=True)
    *outer, name = path.split(".")
    holder = message
    for each in outer:
        if each not in holder.DESCRIPTOR.fields_by_name or not holder.HasField(each):
            return None
        holder = getattr(holder, each)
    if name not in holder.DESCRIPTOR.fields_by_name:
        return None
    do(holder, name)
    return message if message.SerializeToString(deterministic=True) != before else None
