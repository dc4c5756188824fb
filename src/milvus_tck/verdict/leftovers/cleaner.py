"""Removing what a run left on a target.

Works from names alone: it drops first and asks only about what was refused, so that it does
not depend on any feature that was under test. It never changes a verdict.
"""

import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import status_of
from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.kinds import kind, kinds
from milvus_tck.verdict.leftovers.objects import Thing, asking, dropping, listing, names_in
from milvus_tck.verdict.leftovers.prerequisites import answer_of, undo
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, method

__all__ = ["Shown", "clean_up", "names_there"]

_SECONDS = 30.0
_AT_ONCE = 8
#: Seconds without a single success after which a target is left alone: it hangs or is gone.
_PATIENCE = 60.0
#: Seconds within which a creation that nobody waited for takes effect, if it does, and between two looks.
_LATE_SECONDS, _LOOK_SECONDS = 3.0, 0.1
#: How a target says that it lacks an RPC, and the code of one that has it and not the function.
_LACKING, _SERVICE_UNIMPLEMENTED = "UNIMPLEMENTED", 10


def clean_up(
    binding: Binding, things: Iterable[Thing], seconds: float = _SECONDS, *, unanswered: Iterable[Thing] = ()
) -> list[Thing]:
    """Drop things, kind by kind in the order of proto/kinds.toml; return those that may still be there.

    `seconds` is what one call may take. `unanswered` are those whose creation nobody waited
    for: they may appear while we are at it. What resists is tried once more: what it hung on may
    be gone by then.
    """
    cleaner = _Cleaner(binding, min(seconds, _SECONDS))
    left = cleaner.drop_all(things)
    replace(cleaner, seconds=min(seconds, _LATE_SECONDS)).drop_late(unanswered)
    return cleaner.drop_all(left)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a target says of one kind of things."""

    names: tuple[str, ...]
    #: Why it does not tell; empty where it does.
    unknown: str = ""
    #: Whether that is because it has nothing of the kind.
    lacking: bool = False


def names_there(binding: Binding, kind_name: str, database: str, seconds: float = _SECONDS) -> Shown:
    """Name everything of a kind that a target has, in a database if it lives in one."""
    wanted = kind(kind_name)
    call = listing(wanted, database)
    reply = binding.send(call.rpc, call.sent, seconds)
    answer = None if reply.payload is None else _parsed(call.rpc, reply.payload)
    if answer is None:
        return Shown((), f"{call.rpc}: {reply.details or reply.code}", reply.code == _LACKING)
    status = status_of(answer)
    if status is not None and not status.ok:
        lacking = status.code == _SERVICE_UNIMPLEMENTED or "not implemented" in status.reason.lower()
        return Shown((), f"{call.rpc}: {status}", lacking)
    return Shown(tuple(names_in(answer, wanted.list.path)))


@dataclass
class _Cleaner:
    """Drops things as long as the target goes along."""

    binding: Binding
    seconds: float
    _last_success: float = field(default_factory=time.monotonic)

    def drop_all(self, things: Iterable[Thing]) -> list[Thing]:
        """Drop things; return those that may still be there."""
        wanted = list(things)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            gone: dict[Thing, bool] = {}
            for name in kinds():
                some = [each for each in wanted if each.kind == name]
                gone |= zip(some, pool.map(self._drop, some), strict=True)
        return [each for each in wanted if not gone[each]]

    def drop_late(self, things: Iterable[Thing]) -> None:
        """Drop what appears within a moment."""
        awaited, end = deque(things), time.monotonic() + _LATE_SECONDS
        while awaited and time.monotonic() < end:
            each = awaited.popleft()
            if not (self._exists(each) and self._drop(each)):
                awaited.append(each)
                time.sleep(_LOOK_SECONDS / len(awaited))

    def _drop(self, thing: Thing) -> bool:
        """Drop one thing; one that does not exist is gone too."""
        if time.monotonic() - self._last_success > _PATIENCE:
            return False
        gone = self._try(thing)
        steps = kind(thing.kind).undo
        if not gone and steps:
            undo(self.binding, thing, steps, self.seconds)
            gone = self._try(thing)
        if gone:
            self._last_success = time.monotonic()
        return gone

    def _try(self, thing: Thing) -> bool:
        call = dropping(thing)
        reply = self.binding.send(call.rpc, call.sent, self.seconds)
        if reply.payload is None:
            return reply.code == _LACKING and not self._exists(thing)  # what it cannot drop it hardly has
        return _succeeded(call.rpc, reply.payload) or not self._exists(thing)

    def _exists(self, thing: Thing) -> bool:
        """Tell whether a thing may be there: only a clear no is a no, or that the target lacks its kind."""
        call = asking(thing)
        if call is not None:
            answer = answer_of(self.binding, call.rpc, call.request, m.BoolResponse, self.seconds)
            if answer is not None and not answer.value:
                return False
        shown = names_there(self.binding, thing.kind, thing.database, self.seconds)
        return not shown.lacking and (bool(shown.unknown) or thing.name in shown.names)


def _succeeded(rpc: str, payload: bytes) -> bool:
    answer = _parsed(rpc, payload)
    status = None if answer is None else status_of(answer)
    return status is not None and status.ok


def _parsed(rpc: str, payload: bytes) -> Message | None:
    try:
        return message_class(method(rpc).output_type.full_name).FromString(payload)
    except DecodeError:
        return None
