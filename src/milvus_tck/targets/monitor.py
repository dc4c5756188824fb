"""Monitor: a target under watch: is it still there, and how does it come back?

Bodies run in many threads. When one of them meets a connection that broke, the monitor
finds out once whether the target is gone, tells every thread, and brings the target
back when the run asks for it.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import Binding, GrpcBinding
from milvus_tck.bindings.registry import open_binding
from milvus_tck.extras import need
from milvus_tck.spec.bindings import GRPC, binding_row, stand_ins
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.base import Revivable, Target, TargetError, TargetUsageError
from milvus_tck.targets.certificates import with_strangers

if TYPE_CHECKING:
    from milvus_tck.gateway.server.server import Gateway

__all__ = ["TargetMonitor", "need_gateway"]

#: gRPC codes that may mean that nobody is there any more.
_SUSPICIOUS = frozenset({"UNAVAILABLE", "CANCELLED", "UNKNOWN", "INTERNAL", "DEADLINE_EXCEEDED"})
_PROBE_SECONDS = 5.0
#: A process that dies is seen to be gone a little after its connections are.
_DYING_SECONDS = 3.0
_POLL = 0.05


def need_gateway(target: Target, bindings: Iterable[str]) -> None:
    """Raise `MissingExtraError`, before a target is started, where a gateway of ours is needed and cannot be made."""
    ours = [name for name in bindings if name in stand_ins() and not _own_url(target, name)]
    if ours:
        need("gateway", f"{', '.join(ours)} on {target.name}")


def _nobody(given: Credentials) -> Credentials:
    """Leave out who asks: each request says so by itself, or is that of nobody."""
    return replace(given, metadata=tuple(pair for pair in given.metadata if pair[0] != "authorization"), http="")


def _own_url(target: Target, binding: str) -> str:
    """Return where a target itself speaks a binding; empty where it does not, although something listens there."""
    unspoken: frozenset[str] = getattr(target, "unspoken", frozenset())
    return "" if binding in unspoken else target.url(binding_row(binding).port)


@dataclass
class TargetMonitor:
    """Watches one target during a run."""

    target: Target
    deadline: float
    #: What happened to the target, for the footer of the result file.
    incidents: list[str] = field(default_factory=list)
    #: Names of the bindings that calls travel over, beside gRPC, which asks whether the target is there.
    bindings: tuple[str, ...] = ()
    #: Before the target, where it is asked over one and none was named.
    _gateway: "Gateway | None" = None
    _down: threading.Event = field(default_factory=threading.Event)
    #: Set when nobody wants an answer any more.
    _closed: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._connect()

    def _connect(self) -> None:
        """Open every binding; raises `TargetError` where the target does not speak one of them."""
        self.binding = GrpcBinding(self.target.address, with_strangers(self.target.credentials))
        others = (name for name in self.bindings if name != GRPC)
        self._bindings: dict[str, Binding] = {GRPC: self.binding, **{name: self._open(name) for name in others}}

    def _own_gateway(self, name: str) -> str:
        """Put a gateway of ours before a target that has none; empty where the binding is not for gateways."""
        if name not in stand_ins():
            return ""
        if self._gateway is None:
            need("gateway", f"{name} on {self.target.name}")
            # Only who asks over it pays for the import of a web server.
            from milvus_tck.gateway.server.embedded_gateway import gateway_aside  # noqa: PLC0415

            self._gateway = gateway_aside(self.target.address, _nobody(self.target.credentials))
        return self._gateway.url

    def _open(self, name: str) -> Binding:
        url = _own_url(self.target, name) or self._own_gateway(name)
        if not url:
            option = "--http-management URL" if binding_row(name).port == "management" else "--http URL"
            why = "nobody said where it speaks HTTP, or it does not"
            raise TargetUsageError(
                f"{self.target.name} cannot be asked over {name}", why, f"milvus-tck check … {option}"
            )
        try:
            return open_binding(name, url, self.target.credentials, self.binding)
        except ValueError as error:
            then = "milvus-tck check --help"
            raise TargetUsageError(f"{self.target.name} cannot be asked over {name}", str(error), then) from error

    @property
    def down(self) -> bool:
        """Whether the target was found gone and has not come back."""
        return self._down.is_set()

    def exchangers(self, profile: Profile) -> dict[str, Exchanger]:
        """Return the choke point to the target as it runs now over each binding, by name."""
        return {name: Exchanger(each, profile, self.deadline) for name, each in self._bindings.items()}

    def lost(self, exchange: Exchange) -> bool:
        """Tell, after an exchange, whether the target is gone; looks only where something seems wrong."""
        if exchange.grpc_code not in _SUSPICIOUS:
            return False
        with self._lock:
            if not self.down and not self._closed.is_set() and not self._answers():
                self.incidents.append(f"gone after {exchange.rpc}: {exchange.grpc_details or exchange.grpc_code}")
                self._down.set()
            return self.down or self._closed.is_set()

    def alive(self) -> bool:
        """Ask whether the target is there, and note it if not."""
        with self._lock:
            if not self.down and not self._answers():
                self._down.set()
            return not self.down

    def _answers(self) -> bool:
        end = time.monotonic() + _DYING_SECONDS
        while True:
            if self.target.gone():
                return False
            probe = self.binding.send("GetVersion", b"", min(self.deadline, _PROBE_SECONDS))
            if self._closed.is_set():
                return True  # as far as anybody can tell
            if probe.code not in {"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"}:
                return not self._dying()
            if time.monotonic() > end:
                return False
            time.sleep(_POLL)

    def _dying(self) -> bool:
        """Give a process that lost a connection a moment to be seen dead."""
        time.sleep(2 * _POLL)
        return self.target.gone()

    def recover(self) -> bool:
        """Bring the target back with fresh data; False where that is not ours to do or fails."""
        if not self.target.restartable:
            return False
        self._hang_up()
        try:
            self.target.restart()
        except TargetError as error:
            self.incidents.append(f"could not be brought back: {error}")
            return False
        self._connect()
        self._down.clear()
        return True

    def revive(self) -> bool:
        """Kill the target without warning, and start it again on its data; False where it does not come back.

        Whoever holds a binding of gRPC to it reaches what came back through that.
        """
        with self._lock:
            if not isinstance(self.target, Revivable):
                return False
            try:
                self.target.revive()
            except TargetError as error:
                self.incidents.append(f"did not come back on its data: {error}")
                self._down.set()
                return False
            self.binding.reopen(self.target.address)
            return True

    def close(self) -> None:
        """Close the connection; the target itself goes on."""
        self._closed.set()
        self._hang_up()

    def _hang_up(self) -> None:
        for each in reversed(self._bindings.values()):
            each.close()
        if self._gateway is not None:
            self._gateway.stop()
            self._gateway = None
