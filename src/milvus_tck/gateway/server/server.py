"""Server of the gateway: `with Gateway("127.0.0.1:19530") as gateway: ... gateway.url`."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Self

import uvicorn

from milvus_tck.bindings.event_loop import ListenError, run
from milvus_tck.bindings.grpc import Credentials
from milvus_tck.gateway.http.fault_files import HttpFaultTable
from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.gateway.http.upstream import UpstreamServer
from milvus_tck.gateway.server.app import App
from milvus_tck.gateway.server.http_faults import FaultyApp
from milvus_tck.gateway.server.uvicorn_protocol import protocol_of
from milvus_tck.gateway.surfaces.base import Parts

__all__ = ["Gateway"]

_BACKLOG = 1024
_ENDING = 5


class Gateway:
    """Stands before a gRPC server from `start` to `stop`; every method may be called from any thread."""

    def __init__(
        self,
        upstream: str,
        *,
        listen: str = "127.0.0.1:0",
        credentials: Credentials | None = None,
        limits: RequestLimits | None = None,
        faults: Sequence[HttpFaultTable] = (),
    ) -> None:
        self._faults = tuple(faults)
        self._faulty: FaultyApp | None = None
        self._address = upstream
        self._listen = listen
        self._credentials = credentials or Credentials()
        self._limits = limits or RequestLimits()
        self._upstream: UpstreamServer | None = None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        #: `host:port` where clients find it, once it was started.
        self.address = listen

    @property
    def url(self) -> str:
        """Where clients find it, once it was started."""
        return f"http://{self.address}"

    @property
    def upstream(self) -> str:
        """`host:port` of the server behind; setting it sends later calls elsewhere."""
        return self._address

    @upstream.setter
    def upstream(self, address: str) -> None:
        self._address = address
        if self._upstream is not None:
            run(self._redirect(address))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; raises `ListenError`. The server behind need not be there yet."""
        listener = _listener(self._listen)
        host, port = listener.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            run(self._start(listener))
        except BaseException:
            listener.close()
            raise

    async def _start(self, listener: socket.socket) -> None:
        self._upstream = UpstreamServer(self._address, self._credentials)
        app = App(Parts(self._behind, self._limits))
        self._faulty = FaultyApp(app, self._faults) if self._faults else None
        config = uvicorn.Config(
            self._faulty or app,
            http=protocol_of(self._limits), ws="none", lifespan="off", loop="none", interface="asgi3",
            log_config=None, log_level="error", access_log=False, server_header=False, proxy_headers=False,
            h11_max_incomplete_event_size=self._limits.head, backlog=_BACKLOG,
            timeout_keep_alive=int(self._limits.idle_seconds), timeout_graceful_shutdown=_ENDING,
        )  # fmt: skip
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([listener]))
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait({self._serving, up}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if self._serving.done():
            self._serving.result()

    def applied(self) -> dict[str, tuple[int, int]]:
        """For each fault, how many requests it meant, and to how many it did something."""
        return {} if self._faulty is None else self._faulty.applied()

    def _behind(self) -> UpstreamServer:
        assert self._upstream is not None  # noqa: S101 - there is an app only where there is a server behind
        return self._upstream

    async def _redirect(self, address: str) -> None:
        before, self._upstream = self._behind(), UpstreamServer(address, self._credentials)
        await before.close()

    def stop(self) -> None:
        """Answer what is being answered for a moment longer, and stop listening; again does nothing."""
        if self._server is not None:
            run(self._stop())

    async def _stop(self) -> None:
        assert self._server is not None  # noqa: S101 - the caller looked
        assert self._serving is not None  # noqa: S101 - the same
        self._server.should_exit = True
        await self._serving
        await self._behind().close()
        self._server = None


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.up.set()


def _listener(address: str) -> socket.socket:
    """Bind to `host:port`; raises `ListenError`."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][0]
        # asyncio turns off the waiting for more to send only where it is told that this is TCP.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except (OSError, ValueError) as error:
        raise ListenError(f"{address!r} is no address: {error}") from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, int(port)))
    except (OSError, OverflowError) as error:
        made.close()
        raise ListenError(str(error)) from error
    return made
