"""A tiny gRPC server for the tests of the binding, and the certificates it may need."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from milvus_tck.targets.toolchain import run_tool
from milvus_tck.wire.descriptors import SERVICE

__all__ = ["Certificates", "Handler", "certificates", "serving"]

_CALL = grpc.ServicerContext


@dataclass
class Handler(grpc.GenericRpcHandler):
    """Four methods of the service: `Echo`, `Grow` (answers that many bytes), `Hang` and `Told` (the metadata)."""

    #: Set while a call to `Hang` is in the server.
    reached: threading.Event = field(default_factory=threading.Event)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Find the method; another service or method is not implemented."""
        methods = {"Echo": self._echo, "Grow": self._grow, "Hang": self._hang, "Told": self._told}
        service, _, name = handler_call_details.method.removeprefix("/").rpartition("/")
        known = methods.get(name) if service in {SERVICE, "other.Service"} else None
        return grpc.unary_unary_rpc_method_handler(known) if known else None

    @staticmethod
    def _echo(request: bytes, _context: _CALL) -> bytes:
        return request

    @staticmethod
    def _grow(request: bytes, _context: _CALL) -> bytes:
        return bytes(int(request))

    def _hang(self, _request: bytes, context: _CALL) -> bytes:
        """Stay until the client gives up."""
        gone = threading.Event()
        context.add_callback(gone.set)
        self.reached.set()
        gone.wait()
        return b""

    @staticmethod
    def _told(_request: bytes, context: _CALL) -> bytes:
        return repr([(key, value) for key, value in context.invocation_metadata() if key != "user-agent"]).encode()


@contextmanager
def serving(handler: grpc.GenericRpcHandler, secrets: grpc.ServerCredentials | None = None) -> Iterator[str]:
    """Serve on a free port for the length of a `with`, and give its address."""
    pool = ThreadPoolExecutor(4)
    server = grpc.server(pool, handlers=[handler])
    address = "127.0.0.1:0"
    port = server.add_secure_port(address, secrets) if secrets else server.add_insecure_port(address)
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
        pool.shutdown()


@dataclass(frozen=True)
class Certificates:
    """PEM files: an authority, what it signed for a server and for a client, and an authority nobody knows."""

    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path
    stranger: Path

    def of_server(self, *, ask_clients: bool = False) -> grpc.ServerCredentials:
        """What a server shows, and whether it wants to see something of its clients."""
        pair = (self.server_key.read_bytes(), self.server.read_bytes())
        return grpc.ssl_server_credentials([pair], self.ca.read_bytes() if ask_clients else None, ask_clients)


_MAKE = """
import pathlib, sys, trustme

folder = pathlib.Path(sys.argv[1])
ca = trustme.CA()
ca.cert_pem.write_to_path(folder / "ca.pem")
trustme.CA().cert_pem.write_to_path(folder / "stranger.pem")
for name in ("server", "client"):
    made = ca.issue_cert("127.0.0.1")
    made.private_key_pem.write_to_path(folder / f"{name}.key")
    (folder / f"{name}.pem").write_bytes(b"".join(each.bytes() for each in made.cert_chain_pems))
"""


def certificates(folder: Path) -> Certificates:
    """Make fresh certificates, in an environment of their own: our dependencies have nothing that could."""
    run_tool("trustme==1.2.1", "python", "-c", _MAKE, str(folder))
    names = ("ca.pem", "server.pem", "server.key", "client.pem", "client.key", "stranger.pem")
    return Certificates(*(folder / name for name in names))
