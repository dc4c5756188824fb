"""The gRPC binding: bytes out, bytes in, and every failure as a value."""

import ast
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from tests.bindings.servers import Certificates, Handler, certificates, serving

_MEGABYTE = 1 << 20
#: Seconds within which anything here is over; no test waits for it unless it fails.
_LONG = 30.0


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server that is there."""
    with serving(Handler()) as found:
        yield found


@pytest.fixture
def binding(address: str) -> Iterator[GrpcBinding]:
    """A connection to it."""
    made = GrpcBinding(address)
    yield made
    made.close()


def test_bytes_go_out_and_come_back(binding: GrpcBinding) -> None:
    """What is sent reaches the RPC of the service byte for byte, and so does the answer."""
    payload = bytes(range(256))
    assert binding.send("Echo", payload, _LONG) == Reply(payload, "OK")
    assert binding.send("Echo", b"", _LONG) == Reply(b"", "OK")


def test_a_full_path_reaches_another_service(binding: GrpcBinding) -> None:
    """A path that begins with a slash names service and method itself."""
    assert binding.send("/other.Service/Echo", b"x", _LONG) == Reply(b"x", "OK")


@pytest.mark.parametrize("rpc", ["NoSuchRpc", "/unknown.Service/Echo"])
def test_what_the_server_lacks_is_unimplemented(binding: GrpcBinding, rpc: str) -> None:
    """A method or service that is not there ends with UNIMPLEMENTED and no answer."""
    reply = binding.send(rpc, b"", _LONG)
    assert (reply.payload, reply.code) == (None, "UNIMPLEMENTED")


def test_metadata_goes_with_every_call(address: str) -> None:
    """What the connection and the call each bring as metadata arrives, the connection's first."""
    binding = GrpcBinding(address, Credentials(metadata=(("authorization", "cm9vdA=="), ("dbname", "a"))))
    told = [binding.send("Told", b"", _LONG, more).payload for more in ((), (("dbname", "b"),))]
    binding.close()
    own = [("authorization", "cm9vdA=="), ("dbname", "a")]
    assert [ast.literal_eval((each or b"").decode()) for each in told] == [own, [*own, ("dbname", "b")]]


@pytest.mark.parametrize(
    "bad", [("Db", "a"), ("a b", "a"), ("", "a"), ("a-bin", "a"), ("dbname", "a\n"), ("dbname", "é")]
)
def test_metadata_that_can_not_be_sent_is_our_own_mistake(binding: GrpcBinding, bad: tuple[str, str]) -> None:
    """What HTTP/2 does not allow is an error here: it never looks like a failure of the target."""
    with pytest.raises(ValueError, match="cannot be sent"):
        binding.send("Told", b"", _LONG, (bad,))
    with pytest.raises(ValueError, match="cannot be sent"):
        Credentials(metadata=(bad,))


def test_a_call_ends_at_its_deadline(binding: GrpcBinding) -> None:
    """A server that does not answer costs as long as the call allows, and the next call is fine."""
    started = time.monotonic()
    reply = binding.send("Hang", b"", 0.2)
    assert (reply.payload, reply.code) == (None, "DEADLINE_EXCEEDED")
    assert 0.2 <= time.monotonic() - started < _LONG
    assert binding.send("Echo", b"x", _LONG).code == "OK"


def test_a_closed_connection_sends_nothing(address: str) -> None:
    """After it was closed, a connection ends every call with CANCELLED, and closing it again does no harm."""
    binding = GrpcBinding(address)
    assert binding.send("Echo", b"x", _LONG).code == "OK"
    binding.close()
    binding.close()
    assert binding.send("Echo", b"x", _LONG) == Reply(None, "CANCELLED", "the channel is closed")


class _Broken:
    """A channel that raises what grpcio raises for a mistake of the caller."""

    def unary_unary(self, *_given: object, **_named: object) -> Callable[..., bytes]:
        """Return something that cannot be called with any request."""

        def mistaken(*_given: object, **_named: object) -> bytes:
            message = "a mistake"
            raise ValueError(message)

        return mistaken

    def close(self) -> None:
        """Nothing is open."""


def test_a_mistake_of_ours_is_not_taken_for_a_closed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """What grpcio raises although the connection is open is our own bug, and is seen as one."""
    binding = GrpcBinding("127.0.0.1:1")
    monkeypatch.setattr(binding, "_channel", _Broken())
    with pytest.raises(ValueError, match="a mistake"):
        binding.send("Echo", b"x", _LONG)


def test_closing_ends_the_calls_in_flight() -> None:
    """A call that waits for its answer ends with CANCELLED when the connection is closed."""
    handler = Handler()
    with serving(handler) as address, ThreadPoolExecutor(1) as pool:
        binding = GrpcBinding(address)
        waiting = pool.submit(binding.send, "Hang", b"", _LONG)
        assert handler.reached.wait(_LONG)
        binding.close()
        assert waiting.result(_LONG).code == "CANCELLED"


def test_large_answers_are_received(binding: GrpcBinding) -> None:
    """An answer above grpcio's own limit of 4 MiB arrives: servers of the protocol send much more."""
    reply = binding.send("Grow", str(5 * _MEGABYTE).encode(), _LONG)
    assert (reply.code, len(reply.payload or b"")) == ("OK", 5 * _MEGABYTE)


def test_large_requests_are_the_servers_affair(binding: GrpcBinding) -> None:
    """A request above the server's limit is sent all the same, and the server's refusal comes back as a value."""
    reply = binding.send("Echo", bytes(5 * _MEGABYTE), _LONG)
    assert (reply.payload, reply.code) == (None, "RESOURCE_EXHAUSTED")
    assert "larger than max" in reply.details
    assert binding.send("Echo", b"x", _LONG).code == "OK"


def test_nobody_listens() -> None:
    """A port that refuses connections ends the call with UNAVAILABLE long before the deadline."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: it refuses, and nobody else gets it
        binding = GrpcBinding(f"127.0.0.1:{held.getsockname()[1]}")
        started = time.monotonic()
        reply = binding.send("Echo", b"x", _LONG)
        binding.close()
    assert (reply.payload, reply.code) == (None, "UNAVAILABLE")
    assert reply.details
    assert time.monotonic() - started < _LONG / 2


def test_somebody_listens_who_speaks_no_grpc() -> None:
    """A server that answers garbage is not available, or says nothing until the deadline; either is a value."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        talker = threading.Thread(target=_talk_garbage, args=(listener,))
        talker.start()
        binding = GrpcBinding(f"127.0.0.1:{listener.getsockname()[1]}")
        reply = binding.send("Echo", b"x", 2.0)
        binding.close()
        listener.shutdown(socket.SHUT_RDWR)
        talker.join(_LONG)
    assert reply.payload is None
    assert reply.code in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}


def _talk_garbage(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"220 smtp.example ESMTP\r\n")


def test_a_local_target_needs_no_proxy(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment is not asked for the way to this machine."""
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    binding = GrpcBinding(address)
    reply = binding.send("Echo", b"x", _LONG)
    binding.close()
    assert reply.code == "OK"


@pytest.fixture(scope="module")
def pems(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of an authority that only we know."""
    return certificates(tmp_path_factory.mktemp("certificates"))


def _asked(address: str, credentials: Credentials) -> str:
    binding = GrpcBinding(address, credentials)
    reply = binding.send("Echo", b"x", 10.0)
    binding.close()
    return reply.code


def test_tls_with_an_authority_of_ones_own(pems: Certificates) -> None:
    """A server is believed if the authority that was named signed its certificate, and by no other way."""
    with serving(Handler(), pems.of_server()) as address:
        assert _asked(address, Credentials(tls=True, ca=pems.ca)) == "OK"
        assert _asked(address, Credentials(tls=True, ca=pems.stranger)) == "UNAVAILABLE"
        assert _asked(address, Credentials(tls=True)) == "UNAVAILABLE"
        assert _asked(address, Credentials()) == "UNAVAILABLE"


def test_tls_on_both_sides(pems: Certificates) -> None:
    """A server that asks its clients for a certificate is shown ours, and lets nobody in without one."""
    shown = Credentials(tls=True, ca=pems.ca, certificate=pems.client, key=pems.client_key)
    with serving(Handler(), pems.of_server(ask_clients=True)) as address:
        assert _asked(address, shown) == "OK"
        assert _asked(address, Credentials(tls=True, ca=pems.ca)) == "UNAVAILABLE"


def test_half_a_pair_is_refused(tmp_path: Path) -> None:
    """A certificate without its key, or a key alone, is a mistake that is said at once: grpcio ends the process."""
    for half in ({"certificate": tmp_path / "x.pem"}, {"key": tmp_path / "x.pem"}):
        with pytest.raises(ValueError, match="go together"):
            replace(Credentials(tls=True), **half)  # type: ignore[arg-type] # either member is a path


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    """A file of certificates that cannot be read is an error that names it."""
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pem"):
        GrpcBinding("127.0.0.1:1", Credentials(tls=True, ca=tmp_path / "nowhere.pem"))
