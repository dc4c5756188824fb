"""`milvus-tck doctor HOST:PORT`: the first step that fails, in words, each before a little server that is like that."""

import contextlib
import http.server
import json
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from milvus_tck.doctor import port_probe
from milvus_tck.targets.base import Target
from milvus_tck.targets.network import free_ports
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.cli.conftest import Typed
from tests.robust.troublemaker import Asked, between

_ALL = ["DNS", "TCP", "TLS", "HTTP/2", "gRPC", "Milvus", "authorization", "versions", "clock", "latency"]
_TOKEN = "root:Very_Secret"  # noqa: S105 - of a server that the test starts


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a server that says nothing."""
    monkeypatch.setattr(port_probe, "SECONDS", 2.0)


def looked(typed: Typed, *arguments: str) -> list[dict[str, Any]]:
    """Run it, and return its steps; they end with the first that fails."""
    done = typed("doctor", *arguments, "--json")
    report = json.loads(done.stdout)
    steps: list[dict[str, Any]] = report["findings"]
    failed = [each["name"] for each in steps if each["health"] == "fail"]
    assert report["works"] == (not failed)
    assert done.returncode == (Exit.TARGET_LOST if failed else Exit.OK)
    assert failed in ([], [steps[-1]["name"]])
    assert [each["name"] for each in steps] == _ALL[: len(steps)]
    assert all(each["then"] for each in steps if each["health"] != "ok")
    return steps


def failure(typed: Typed, *arguments: str) -> tuple[str, str, str]:
    """Return the step that failed, what is said of it, and what to type."""
    last = looked(typed, *arguments)[-1]
    assert last["health"] == "fail", last
    return last["name"], last["text"], last["then"]


# -- below gRPC -------------------------------------------------------------------------


@contextlib.contextmanager
def answering(answer: bytes, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Listen, read what comes, say this, and hang up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                secure = context.wrap_socket(self.request, server_side=True) if context else self.request
                secure.recv(1000)
                secure.sendall(answer)
                if context:
                    secure.unwrap()

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as address:
        yield address


@contextlib.contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_name_that_nobody_has(typed: Typed) -> None:
    """DNS."""
    name, text, then = failure(typed, "no-such-host.invalid:19530")
    assert (name, "no-such-host.invalid has no address" in text) == ("DNS", True)
    assert "no-such-host.invalid" in then


def test_a_port_on_which_nobody_listens(typed: Typed) -> None:
    """TCP."""
    name, text, _ = failure(typed, f"127.0.0.1:{free_ports(1)[0]}")
    assert (name, "nobody listens on port" in text) == ("TCP", True)


def test_a_server_of_http_1(typed: Typed) -> None:
    """HTTP/2: a web server, such as the management port."""
    handler = http.server.SimpleHTTPRequestHandler
    with _served(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)) as address:
        name, text, then = failure(typed, address)
    assert (name, text.startswith("this is HTTP/1")) == ("HTTP/2", True)
    assert "19530" in then


@pytest.mark.parametrize(
    ("answer", "said"),
    [(b"SSH-2.0-OpenSSH_9\r\n", "this is not HTTP/2: it says 'SSH-2.0-OpenSSH_9'"), (b"", "hangs up on HTTP/2")],
)
def test_a_port_of_something_else(typed: Typed, answer: bytes, said: str) -> None:
    """HTTP/2: what it says is told."""
    with answering(answer) as address:
        name, text, _ = failure(typed, address)
    assert (name, said in text) == ("HTTP/2", True), text


def test_a_port_that_says_nothing(typed: Typed) -> None:
    """HTTP/2: connections are taken by the system, and nobody comes for them."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        name, text, _ = failure(typed, f"127.0.0.1:{silent.getsockname()[1]}")
        secured, said, _ = failure(typed, f"127.0.0.1:{silent.getsockname()[1]}", "--tls")
    assert (name, "says nothing within" in text) == ("HTTP/2", True)
    assert (secured, "says nothing within" in said) == ("TLS", True), "nobody said that it speaks plaintext"


def test_a_port_that_speaks_plaintext(typed: Typed, lite: Target) -> None:
    """TLS: it was asked for, and is not there."""
    for arguments in ((lite.address, "--tls"), (f"https://{lite.address}",)):
        name, text, then = failure(typed, *arguments)
        assert (name, "the port speaks plaintext: leave out --tls" in text) == ("TLS", True)
        assert then == f"milvus-tck doctor {lite.address}"


# -- TLS --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Path]]:
    """Make certificates that signed themselves."""

    def make(name: str, days: int = 1) -> tuple[Path, Path]:
        folder = tmp_path_factory.mktemp("tls")
        files = (folder / "server.pem", folder / "server.key")
        command = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-addext",
            f"subjectAltName={name}", "-out", str(files[0]), "-keyout", str(files[1]), "-days", "1",
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        again = [
            "openssl", "x509", "-in", str(files[0]), "-signkey", str(files[1]), "-out", str(files[0]),
            "-days", str(days),
        ]  # fmt: skip
        subprocess.run(again, check=True, capture_output=True)
        return files

    return make


@contextlib.contextmanager
def grpc_tls(files: tuple[Path, Path], *, wants_ours: bool = False) -> Iterator[str]:
    """A server of gRPC behind TLS which knows no RPC."""
    chain, key = (file.read_bytes() for file in files)
    secrets = grpc.ssl_server_credentials(
        [(key, chain)], root_certificates=chain if wants_ours else None, require_client_auth=wants_ours
    )
    server = grpc.server(ThreadPoolExecutor(2))
    port = server.add_secure_port("127.0.0.1:0", secrets)
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


Made = Callable[..., tuple[Path, Path]]


def test_a_port_that_wants_tls(typed: Typed, made: Made) -> None:
    """TLS: it was not asked for."""
    with grpc_tls(made("IP:127.0.0.1")) as address:
        assert failure(typed, address) == ("TLS", "the port wants TLS", f"milvus-tck doctor {address} --tls")


def test_a_certificate_that_signed_itself(typed: Typed, made: Made) -> None:
    """TLS: without it, it is not trusted; with it the next step is looked at."""
    files = made("IP:127.0.0.1")
    with grpc_tls(files) as address:
        name, text, then = failure(typed, address, "--tls")
        assert (name, "self-signed" in text, "--tls-ca" in then) == ("TLS", True, True)
        name, text, _ = failure(typed, address, "--tls-ca", str(files[0]))
        assert (name, text) == ("Milvus", "this is no Milvus: GetVersion and Connect are UNIMPLEMENTED")


def test_a_certificate_for_another_host(typed: Typed, made: Made) -> None:
    """TLS: the names that it has are told."""
    files = made("DNS:db.example.com,DNS:other.example.com")
    with grpc_tls(files) as address:
        name, text, _ = failure(typed, address, "--tls-ca", str(files[0]))
    assert name == "TLS"
    assert "is for another host: it names db.example.com, other.example.com, and not 127.0.0.1" in text


def test_a_certificate_that_has_expired(typed: Typed, made: Made) -> None:
    """TLS: also where it is trusted."""
    files = made("IP:127.0.0.1", -1)
    with grpc_tls(files) as address:
        name, text, _ = failure(typed, address, "--tls-ca", str(files[0]))
    assert (name, text) == ("TLS", "the certificate has expired")


def test_a_server_that_wants_a_certificate_of_ours(typed: Typed, made: Made) -> None:
    """TLS: it hangs up on who has none."""
    files = made("IP:127.0.0.1")
    with grpc_tls(files, wants_ours=True) as address:
        name, _, then = failure(typed, address, "--tls-ca", str(files[0]))
        ours = ("--tls-cert", str(files[0]), "--tls-key", str(files[1]))
        assert (name, "--tls-cert" in then) == ("TLS", True)
        assert failure(typed, address, "--tls-ca", str(files[0]), *ours)[0] == "Milvus"


# -- gRPC and above ---------------------------------------------------------------------


def test_http_2_without_grpc(typed: Typed) -> None:
    """gRPC: a web server that speaks HTTP/2 answers calls with a page."""
    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Http2)) as address:
        name, text, _ = failure(typed, address)
    assert (name, text.startswith("it speaks HTTP/2, and no gRPC")) == ("gRPC", True), text


class _Http2(socketserver.BaseRequestHandler):
    """Just enough of HTTP/2 to answer every request with status 404, in what HPACK has a number for."""

    def handle(self) -> None:
        """Send settings, acknowledge theirs, answer requests."""
        with contextlib.suppress(OSError):
            self.request.sendall(bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
            self._exactly(24)
            while head := self._exactly(9):
                self._exactly(int.from_bytes(head[:3]))
                if head[3] == 4 and not head[4]:
                    self.request.sendall(bytes([0, 0, 0, 4, 1, 0, 0, 0, 0]))
                if head[3] == 1:
                    self.request.sendall(bytes([0, 0, 1, 1, 5]) + head[5:] + b"\x8d")

    def _exactly(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            more = self.request.recv(size - len(read))
            if not more:
                raise ConnectionError
            read += more
        return read


def test_grpc_without_milvus(typed: Typed) -> None:
    """Milvus: any other service of gRPC."""
    server = grpc.server(ThreadPoolExecutor(2))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        name, text, _ = failure(typed, f"127.0.0.1:{port}")
    finally:
        server.stop(None).wait()
    assert (name, text) == ("Milvus", "this is no Milvus: GetVersion and Connect are UNIMPLEMENTED")


def test_a_token(typed: Typed, lite: Target) -> None:
    """Authorization: needed, refused, and right; what was given is not shown."""

    def guarded(asked: Asked) -> bytes:
        given = str(dict(asked.context.invocation_metadata()).get("authorization"))
        if given != "cm9vdDpWZXJ5X1NlY3JldA==":
            asked.context.abort(grpc.StatusCode.UNAUTHENTICATED, f"auth check failure: {given}")
        return asked.pass_on()

    with between(lite.address, guarded) as maker:
        name, text, then = failure(typed, maker.address)
        assert (name, "is needed" in text, "--token" in then) == ("authorization", True, True)
        name, text, _ = failure(typed, maker.address, "--token", "root:Wrong_Secret")
        assert (name, "is refused" in text, "[redacted]" in text) == ("authorization", True, True)
        assert "Wrong_Secret" not in text
        steps = looked(typed, maker.address, "--token", _TOKEN)
    assert [each["name"] for each in steps] == _ALL


def test_a_clock_that_is_wrong(typed: Typed, lite: Target) -> None:
    """Clock: a warning, with how far it is off; a run would work."""

    def late(asked: Asked) -> bytes:
        if asked.rpc == "AllocTimestamp":
            return m.AllocTimestampResponse(timestamp=1_000_000_000_000 << 18).SerializeToString()
        return asked.pass_on()

    with between(lite.address, late) as maker:
        steps = looked(typed, maker.address)
    (clock,) = [each for each in steps if each["name"] == "clock"]
    assert (clock["health"], "s behind ours" in clock["text"]) == ("warn", True)


def test_an_endpoint_that_works(typed: Typed, lite: Target) -> None:
    """Every step, and the sentence."""
    assert [each["name"] for each in looked(typed, lite.address)] == _ALL
    told = typed("doctor", lite.address, "--profile", "2.5")
    assert (told.returncode, told.stderr) == (Exit.OK, "")
    assert f"`milvus-tck check {lite.address} --profile 2.5` would work" in told.stdout


def test_a_profile_that_nothing_tells(typed: Typed, lite: Target) -> None:
    """The sentence is of a run that would work: one that is told the profile."""
    assert f"`milvus-tck check {lite.address} --profile LINE` would work" in typed("doctor", lite.address).stdout
    assert typed("doctor", lite.address, "--profile", "2.7").returncode == Exit.USAGE


@pytest.mark.parametrize(
    "arguments", [("milvus@2.3.5",), ("null",), ("no target",), ("--token", "x:y"), ("h:1", "--tls-cert", __file__)]
)
def test_what_can_not_be_meant(typed: Typed, arguments: tuple[str, ...]) -> None:
    """Exit 64."""
    assert typed("doctor", *arguments).returncode == Exit.USAGE


def test_check_says_where_to_look(typed: Typed) -> None:
    """An endpoint that cannot be reached is one that `doctor` looks at."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    done = typed("sweep", address)
    assert (done.returncode, f"milvus-tck doctor {address}" in done.stderr) == (Exit.TARGET_LOST, True)
