"""Servers of gRPC in this process: the built-in targets."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import grpc

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.targets.base import Declared, TargetError
from milvus_tck.targets.network import LOOPBACK

__all__ = ["InProcessServer"]

_THREADS = 16


@dataclass
class InProcessServer(ABC):
    """A target that lives as long as this process does, and forgets everything when it is started again."""

    name: str
    declared: Declared
    credentials: Credentials = field(default_factory=Credentials)
    port: int = 0
    restartable: bool = True
    throwaway: bool = True
    _server: grpc.Server | None = None
    _memory: grpc.GenericRpcHandler | None = None

    @abstractmethod
    def _handler(self) -> grpc.GenericRpcHandler:
        """Return what answers calls, with nothing in its memory."""

    def _options(self) -> list[tuple[str, int]]:
        """Return options of gRPC."""
        return []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{LOOPBACK}:{self.port}"

    def url(self, port: str) -> str:  # noqa: ARG002 - part of the protocol
        """It speaks no HTTP."""
        return ""

    def start(self) -> None:
        """Listen on the port that was asked for, or on a free one; raises `TargetError` where it is taken."""
        self._listen(self._handler())

    def _listen(self, memory: grpc.GenericRpcHandler) -> None:
        # Where ports are shared, two servers would answer in turns on one of them.
        options = [("grpc.so_reuseport", 0), *self._options()]
        server = grpc.server(ThreadPoolExecutor(_THREADS), [memory], options=options)
        try:
            self.port = server.add_insecure_port(self.address)
        except RuntimeError as error:
            why = f"it cannot listen on port {self.port}: somebody else does already, or it is not allowed"
            raise TargetError(f"{self.name} cannot be started", why, f"milvus-tck serve {self.name}") from error
        server.start()
        self._server, self._memory = server, memory

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.stop(grace=None).wait()
            self._server = None

    def give_up(self) -> None:  # noqa: B027 - nothing to do for any of them
        """It starts in no time."""

    def gone(self) -> bool:
        """It lives as long as we do."""
        return self._server is None

    def restart(self) -> None:
        """Start with an empty memory."""
        self.stop()
        self.start()

    def expect_revival(self) -> None:  # noqa: B027 - nothing to do for any of them
        """It comes back in no time."""

    def revive(self) -> None:
        """Stop answering in the middle of whatever it does, and listen again with all that it remembers."""
        memory = self._memory
        if memory is None:
            raise TargetError(f"{self.name} cannot be revived", "it does not run", f"milvus-tck serve {self.name}")
        self.stop()
        self._listen(self._revived(memory))

    def _revived(self, memory: grpc.GenericRpcHandler) -> grpc.GenericRpcHandler:
        """Return what answers calls after it was killed."""
        return memory

    def log_tail(self, lines: int = 20) -> str:  # noqa: ARG002 - part of the protocol
        """It writes no log."""
        return ""
