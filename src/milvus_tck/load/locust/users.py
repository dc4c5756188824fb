"""Locust users that speak the Milvus protocol over the fast transport.

    from locust import task
    from milvus_tck.load.locust.users import MilvusUser

    class Shopper(MilvusUser):
        @task
        def search(self):
            self.client.search("books", [[0.1] * 768], topk=10)

`MilvusHttpUser` is the same for the REST APIs: `self.client.post("/v1/vector/search", {...})`.

`ScenarioUser` plays a scenario of ours; `loadtests/locustfile.py` is all that it takes. Importing this
module imports locust, which patches the process for gevent: import it before anything that opens sockets.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np
from locust import User, task
from locust.env import Environment

from milvus_tck.load.codecs.http import Wrapping
from milvus_tck.load.codecs.statuses import Statuses
from milvus_tck.load.control.locust_bridge import WorkerLink
from milvus_tck.load.transports.base import CODES, Payload, Transport
from milvus_tck.load.transports.http1.transport import HttpTransport
from milvus_tck.load.transports.registry import open_http, open_transport
from milvus_tck.wire import encode_search
from milvus_tck.wire.descriptors import SERVICE, message_class, method
from milvus_tck.wire.json_form import Malformed, load

__all__ = ["MilvusClient", "MilvusError", "MilvusHttpClient", "MilvusHttpUser", "MilvusUser", "ScenarioUser"]

_PORT = 19530
_DEADLINE = 10.0


class MilvusError(Exception):
    """A request failed: a gRPC code, or the code of a Status."""


class MilvusClient:
    """Requests over one transport, each told to locust."""

    def __init__(self, transport: Transport, environment: Environment) -> None:
        self.transport = transport
        self._environment = environment
        self._statuses: dict[str, Statuses] = {}

    def call(self, rpc: str, payload: Payload, *, name: str = "", deadline: float = _DEADLINE) -> bytes:
        """Make one request of serialized bytes; return the serialized answer, empty where it failed.

        `name` is what it is called in the statistics.
        """
        began = time.perf_counter()
        code, details, body = self.transport.call(f"/{SERVICE}/{rpc}", payload, deadline)
        took = (time.perf_counter() - began) * 1e3
        error = f"{CODES[code]}: {details}" if code else self._status(rpc, body)
        self._environment.events.request.fire(  # type: ignore[no-untyped-call] # locust's gap
            request_type="grpc", name=name or rpc, response_time=took, response_length=len(body),
            exception=MilvusError(error) if error else None, context={},
        )  # fmt: skip
        return b"" if error else body

    def _status(self, rpc: str, body: bytes) -> str:
        known = self._statuses.get(rpc)
        if known is None:
            known = self._statuses[rpc] = Statuses(rpc)
        return known.read(body)

    def ask(self, rpc: str, request: Any, **options: Any) -> Any:  # noqa: ANN401 - messages of that RPC
        """Make one request of a message; return the message that answers it, empty where it failed."""
        kind = message_class(method(rpc).output_type.full_name)
        return kind.FromString(self.call(rpc, request.SerializeToString(), **options))

    def search(self, collection: str, queries: Any, *, name: str = "", **options: Any) -> bytes:  # noqa: ANN401
        """Search; `options` are those of `milvus_tck.wire.encode_search`. Returns the serialized answer."""
        payload = encode_search(collection, np.asarray(queries, dtype=np.float32), **options)
        return self.call("Search", payload, name=name)


class MilvusUser(User):
    """A locust user with a `client`; its host is `host:port` or a URL."""

    abstract = True
    client: MilvusClient

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.client = MilvusClient(self._transport(environment), environment)

    def _transport(self, environment: Environment) -> Transport:
        """Return the transport that all users of this process share: one connection carries them all."""
        host = (self.host or environment.host or "127.0.0.1").partition("://")[2] or self.host or environment.host
        address = str(host).rstrip("/")
        known = _TRANSPORTS.get(address)
        if known is None:
            full = address if ":" in address else f"{address}:{_PORT}"
            known = _TRANSPORTS[address] = open_transport(full)
        return known


_TRANSPORTS: dict[str, Transport] = {}


class MilvusHttpClient:
    """Requests of the REST APIs over one transport, each told to locust."""

    def __init__(self, url: str, transport: HttpTransport, environment: Environment, authorization: str = "") -> None:
        self.transport = transport
        self._environment = environment
        self._wrapping = Wrapping(url, authorization)

    def prepare(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        """Write a request once, to be sent many times with `send`."""
        return self._wrapping.wrap(method, path, body)

    def send(self, request: bytes, *, name: str, deadline: float = _DEADLINE) -> bytes:
        """Send a request that was prepared; return the body of the answer, empty where it failed.

        It failed if its status is not 200, or if the answer says so: `code` neither 0 nor 200, or an `error_code`.
        """
        began = time.perf_counter()
        code, details, body = self.transport.call("", request, deadline)
        took = (time.perf_counter() - began) * 1e3
        error = f"{CODES[code]}: {details}" if code else _refusal(body)
        self._environment.events.request.fire(  # type: ignore[no-untyped-call] # locust's gap
            request_type="http", name=name, response_time=took, response_length=len(body),
            exception=MilvusError(error) if error else None, context={},
        )  # fmt: skip
        return b"" if error else body

    def post(self, path: str, body: dict[str, Any], *, name: str = "", deadline: float = _DEADLINE) -> dict[str, Any]:
        """Send a body and return the answer as JSON; empty where it failed."""
        return load(self.send(self.prepare("POST", path, body), name=name or path, deadline=deadline))

    def get(self, path: str, *, name: str = "", deadline: float = _DEADLINE) -> dict[str, Any]:
        """Ask and return the answer as JSON; empty where it failed."""
        return load(self.send(self.prepare("GET", path), name=name or path, deadline=deadline))


def _refusal(body: bytes) -> str:
    """Return what an answer says against us; every known success is told by how it begins."""
    if body.startswith((b'{"code":200', b'{"code":0', b'{"status":{}', b"{}")):
        return ""
    try:
        said = load(body)
    except Malformed as error:
        return str(error)
    status = said.get("status")
    told = status if isinstance(status, dict) else said
    wrong = {key: told[key] for key in ("code", "error_code") if told.get(key) not in {None, 0, 200}}
    return f"{wrong}: {told.get('message') or told.get('reason') or ''}" if wrong else ""


class MilvusHttpUser(User):
    """A locust user with a `client` for the REST APIs; its host is a URL, `token` goes with every request."""

    abstract = True
    token = ""
    client: MilvusHttpClient

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        url = str(self.host or environment.host or f"http://127.0.0.1:{_PORT}").rstrip("/")
        known = _HTTP_TRANSPORTS.get(url)
        if known is None:
            known = _HTTP_TRANSPORTS[url] = open_http(url)
        self.client = MilvusHttpClient(url, known, environment, f"Bearer {self.token}" if self.token else "")


_HTTP_TRANSPORTS: dict[str, HttpTransport] = {}


class ScenarioUser(User):
    """Plays the scenario that its worker `link` was given."""

    abstract = True
    link: ClassVar[WorkerLink]

    def on_start(self) -> None:
        """Take part."""
        self._number = self.link.phase_runner.join(self)

    @task
    def play(self) -> None:
        """Be there for one phase."""
        self.link.phase_runner.play(self._number)

    def on_stop(self) -> None:
        """Take no part any more."""
        self.link.phase_runner.leave(self)
