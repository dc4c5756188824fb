"""An HTTP server for the tests of bindings, and a gRPC service to stand beside it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from milvus_tck.bindings.exchange_values import Reply

__all__ = ["Beside", "Site", "serving_http"]


@dataclass
class Site:
    """An HTTP server in this process: answers what a test put in, and keeps what it was asked."""

    status: int = 200
    body: bytes = b"{}"
    #: Its content type; empty where it says none.
    kind: str = ""
    #: Whether it hangs up instead of answering.
    silent: bool = False
    #: Held while a request is to wait.
    gate: threading.Event = field(default_factory=threading.Event)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    #: Where requests came from.
    peers: set[tuple[str, int]] = field(default_factory=set)
    url: str = ""


@contextmanager
def serving_http() -> Iterator[Site]:
    """Serve until the block is left."""
    told = Site()
    told.gate.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            told.seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            told.peers.add(self.client_address)
            told.gate.wait(10)
            if told.silent:
                self.close_connection = True
                return
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(told.body)))
            self.send_header("X-Told", "yes")
            if told.kind:
                self.send_header("Content-Type", told.kind)
            self.end_headers()
            self.wfile.write(told.body)

        do_GET = do_POST = do_DELETE = do_PATCH = answer  # noqa: N815 - the names that the library looks for

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    class Patient(ThreadingHTTPServer):
        #: Connections that may wait to be taken; the library's five are fewer than a test opens at once.
        request_queue_size = 128

    server = Patient(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        told.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Beside:
    """The gRPC service beside it: keeps what it was asked."""

    name: str = "grpc"
    seen: list[str] = field(default_factory=list)

    def send(self, rpc: str, _payload: bytes, _deadline: float, _metadata: object = ()) -> Reply:
        """Answer with nothing in it."""
        self.seen.append(rpc)
        return Reply(b"", "OK")

    def close(self) -> None:
        """Nothing is open."""
