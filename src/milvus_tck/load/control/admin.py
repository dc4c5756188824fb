"""Calls that prepare and inspect, one by one, over the same transport as the load."""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import gevent
from gevent.pool import Pool
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.load.operations.workload import VECTOR, Workload, path
from milvus_tck.load.transports.base import CODES, Transport
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import message_class, method

__all__ = ["Admin", "LostError", "RefusedError", "TransportBinding"]

Answer = TypeVar("Answer", bound=Message)

_DEADLINE = 60.0
#: A call that was refused is made again so often: preparing is not what is measured.
_TRIES = 4
_PAUSE = 0.2
#: Seconds that building an index or loading may take.
_PATIENCE = 900.0
_FLUSHING = 60.0
_TOGETHER = 4
_LOADED = 3
_GONE = {"UNAVAILABLE", "CANCELLED"}
#: A request that every server with the RPC refuses.
_NOTHING = {"HybridSearch": calls.hybrid_search("tck_no_such_collection").sent}


class LostError(Exception):
    """The target is not there any more."""


class RefusedError(Exception):
    """The target does not do what a run needs."""


class TransportBinding:
    """A `Binding` over a transport, for what else speaks to targets."""

    name = "grpc"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:  # noqa: ARG002 - none
        """Send serialized bytes to an RPC."""
        code, details, body = self._transport.call(path(rpc), payload, deadline)
        return Reply(None if code else body, CODES[code], details)

    def close(self) -> None:
        """The transport is somebody else's."""


class Admin:
    """Prepares collections."""

    def __init__(self, transport: Transport, workload: Workload, stopped: Callable[[], bool]) -> None:
        self._transport = transport
        self._workload = workload
        self._stopped = stopped

    def ask(self, call: Call[Answer], deadline: float = _DEADLINE) -> Answer:
        """Make a call and return its answer; raises `LostError` or `RefusedError`."""
        why, gone = "", False
        for attempt in range(_TRIES):
            if attempt:
                gevent.sleep(_PAUSE * 2**attempt)
            code, details, body = self._transport.call(path(call.rpc), call.sent, deadline)
            gone = CODES[code] in _GONE
            why = f"{call.rpc}: {CODES[code]} {details}" if code else ""
            if not code:
                answer = _parsed(call, body)
                status = answer if isinstance(answer, m.Status) else getattr(answer, "status", None)
                if status is None or not (status.code or status.error_code):
                    return answer
                why = f"{call.rpc}: code {status.code}, {status.reason}"
            if CODES[code] == "UNIMPLEMENTED":
                break
        raise (LostError if gone else RefusedError)(why)

    def alive(self, seconds: float) -> bool:
        """Tell whether anybody answers within so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            code, _, _ = self._transport.call(path("GetVersion"), b"", seconds)
            if CODES[code] not in {*_GONE, "DEADLINE_EXCEEDED"}:
                return True
            gevent.sleep(_PAUSE)
        return False

    def lacks(self, rpc: str) -> bool:
        """Tell whether the server says that it lacks an RPC which not every server has.

        It is asked for nothing in a collection that is not there.
        """
        if rpc not in _NOTHING:
            return False
        code, _, _ = self._transport.call(path(rpc), _NOTHING[rpc], _DEADLINE)
        return CODES[code] == "UNIMPLEMENTED"

    def create(self) -> None:
        """Create every collection."""
        self._each(lambda name: self.ask(self._workload.create(name)))

    def flush(self) -> None:
        """Seal what was put in, and wait until it is kept."""

        def one(name: str) -> None:
            flushed = self.ask(calls.flush(name))
            self._until(lambda: self._flushed(name, flushed), f"{name} is not flushed", _FLUSHING)

        self._each(one)

    def _flushed(self, name: str, flushed: m.FlushResponse) -> bool:
        try:
            return self.ask(calls.get_flush_state(name, flushed)).flushed
        except RefusedError:
            return True  # a server without the state has flushed when it says so

    def index(self) -> None:
        """Build the index of the vectors, and wait for it."""
        data = self._workload.data

        def one(name: str) -> None:
            self.ask(calls.create_index(name, VECTOR, data.index, data.metric, data.index_params))
            self._until(lambda: self._indexed(name), f"the index of {name} is not finished")

        self._each(one)

    def _indexed(self, name: str) -> bool:
        found = self.ask(calls.describe_index(name)).index_descriptions
        if not found:
            raise RefusedError(f"{name} has no index, though it was created")
        busy = {m.IndexState.Unissued, m.IndexState.InProgress, m.IndexState.Retry}
        if any(each.state == m.IndexState.Failed for each in found):
            raise RefusedError(f"the index of {name} failed: {found[0].index_state_fail_reason}")
        return not any(each.state in busy or each.indexed_rows < each.total_rows for each in found)

    def load(self) -> None:
        """Load every collection, and wait until it serves."""

        def one(name: str) -> None:
            self.ask(calls.load_collection(name))
            self._until(lambda: self._loaded(name), f"{name} is not loaded")

        self._each(one)

    def _loaded(self, name: str) -> bool:
        try:
            state = self.ask(calls.get_load_state(name)).state
        except RefusedError:
            return self.ask(calls.get_loading_progress(name)).progress >= 100  # noqa: PLR2004 - percent
        if state == m.LoadState.LoadStateNotExist:
            raise RefusedError(f"{name} is not there, though it was loaded")
        return state == _LOADED

    def drop(self) -> None:
        """Drop every collection, as far as that goes."""
        for name in self._workload.all_names:
            self._transport.call(path("DropCollection"), calls.drop_collection(name).sent, _DEADLINE)

    def _each(self, one: Callable[[str], object]) -> None:
        """Do it for every collection, some at a time; the first that goes wrong ends it.

        What goes wrong is handed over, not raised, in the greenlets: gevent prints what one dies of.
        """
        pool = Pool(_TOGETHER)
        for trouble in pool.imap(partial(_trouble, one), self._workload.names):
            if trouble is not None:
                pool.kill(block=False)
                raise trouble

    def _until(self, done: Callable[[], bool], what: str, patience: float = _PATIENCE) -> None:
        end = time.monotonic() + patience
        while not done():
            if self._stopped():
                raise gevent.GreenletExit
            if time.monotonic() > end:
                raise RefusedError(f"{what} after {patience:g} s")
            gevent.sleep(_PAUSE / 2)


def _trouble(one: Callable[[str], object], name: str) -> BaseException | None:
    try:
        one(name)
    except (LostError, RefusedError, gevent.GreenletExit) as error:
        return error
    return None


def _parsed(call: Call[Answer], body: bytes) -> Answer:
    kind = message_class(method(call.rpc).output_type.full_name)
    try:
        return kind.FromString(body)  # type: ignore[return-value] # the kind that the call is answered with
    except DecodeError as error:
        raise RefusedError(f"{call.rpc} is answered with what is no {kind.DESCRIPTOR.name}") from error
