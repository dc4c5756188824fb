"""Calls as no client library would send them."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.bindings.odd_frames import FRAMING, NAMES, send_framed
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.network import LOOPBACK
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from tests.bindings.servers import Handler, certificates, serving

_CALL = calls.has_collection("books")


@pytest.fixture(scope="module")
def binding() -> Iterator[GrpcBinding]:
    """A binding to a server that answers whatever it can read."""
    target = DegenerateServer("null")
    target.start()
    found = GrpcBinding(target.address)
    yield found
    found.close()
    target.stop()


def _sent(binding: GrpcBinding, framing: str) -> tuple[str, str]:
    framed: Call[object] = _CALL.tagged(**{FRAMING: framing})  # type: ignore[type-var]
    reply = binding.send(framed.rpc, framed.sent, 20.0, framed.metadata)
    return reply.code, reply.details


@pytest.mark.parametrize("framing", NAMES)
def test_a_server_goes_on(binding: GrpcBinding, framing: str) -> None:
    """Each comes to an end that is no answer, and the next call is answered."""
    code, details = _sent(binding, framing)
    assert code == "UNKNOWN", details
    assert binding.send(_CALL.rpc, _CALL.sent, 20.0).code == "OK"


def test_it_goes_over_tls(tmp_path: Path) -> None:
    """A server with TLS is sent frames within it: they reach the server, and not the end of TLS alone."""
    pems, handler = certificates(tmp_path), Handler()
    given = Credentials(tls=True, ca=pems.ca, certificate=pems.client, key=pems.client_key)
    with serving(handler, pems.of_server(ask_clients=True)) as address:
        binding = GrpcBinding(address, given)
        reply = binding.send("Hang", b"", 3.0, ((FRAMING, "as-it-should-be"),))
        binding.close()
        assert handler.reached.is_set()
        assert reply.code == "DEADLINE_EXCEEDED"
        plain = GrpcBinding(address)
        assert plain.send("Hang", b"", 3.0, ((FRAMING, "as-it-should-be"),)).code == "UNKNOWN"
        plain.close()


def test_a_framing_that_there_is_not(binding: GrpcBinding) -> None:
    """It is a mistake of ours."""
    with pytest.raises(KeyError, match="upside-down"):
        _sent(binding, "upside-down")


def test_a_server_that_says_nothing() -> None:
    """Silence is told from an end."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        address = f"{LOOPBACK}:{listening.getsockname()[1]}"
        assert send_framed(address, "/a/b", b"", "as-it-should-be", 0.3).code == "DEADLINE_EXCEEDED"


def test_a_server_that_hangs_up() -> None:
    """It ended the call."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        thread = threading.Thread(target=_hang_up, args=(listening,))
        thread.start()
        address = f"{LOOPBACK}:{listening.getsockname()[1]}"
        assert "hung up" in send_framed(address, "/a/b", b"", "as-it-should-be", 20.0).details
        thread.join()


def _hang_up(listening: socket.socket) -> None:
    listening.accept()[0].close()


def test_nobody_is_there() -> None:
    """Nothing was said."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        address = f"{LOOPBACK}:{listening.getsockname()[1]}"
    assert send_framed(address, "/a/b", b"", "gzip-bomb", 1.0).code == "UNAVAILABLE"


def test_a_call_says_who_asks() -> None:
    """What a call says of itself takes the place of what goes with every call; an empty word says that nobody asks."""
    given = Credentials(metadata=(("authorization", "cm9vdDpNaWx2dXM="), ("dbname", "d")))
    binding = GrpcBinding("127.0.0.1:1", given)
    try:
        assert binding._sent((("x", "1"),)) == (*given.metadata, ("x", "1"))
        assert binding._sent((("authorization", "YTpi"),)) == (("dbname", "d"), ("authorization", "YTpi"))
        assert binding._sent((("authorization", ""),)) == (("dbname", "d"),)
    finally:
        binding.close()
