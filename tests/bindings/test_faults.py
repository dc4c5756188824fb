"""What ends a call without being an answer of the target, as it really comes over the wire."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from milvus_tck.bindings.exchange_values import Exchange, Via
from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.faults import fault_of, only_reads
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import HTTP, methods

_HEADERS, _RST, _SETTINGS, _GOAWAY = 1, 3, 4, 7
_PREFACE = 24


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _reset(code: int) -> bytes:
    return _frame(_RST, 0, 1, struct.pack(">I", code))


def _http(status: bytes) -> bytes:
    """Answer with a status of HTTP alone, as whoever stands before a server does."""
    return _frame(_HEADERS, 0x5, 1, b"\x08\x03" + status)


@contextmanager
def _answering(frames: bytes) -> Iterator[str]:
    """Speak HTTP/2 to one client, and answer its request with these frames; without any, hang up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listener.accept()
        with peer, peer.makefile("rb") as come:
            come.read(_PREFACE)
            peer.sendall(_frame(_SETTINGS, 0, 0, b""))
            while (head := come.read(9)) and head[3] != _HEADERS:
                come.read(int.from_bytes(head[:3], "big"))
            peer.sendall(frames)
            if frames and frames[3] != _GOAWAY:
                come.read()  # until the client has read what was sent, and goes

    server = threading.Thread(target=serve)
    server.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.join(10)
        listener.close()


@pytest.mark.parametrize(
    ("frames", "fault"),
    [
        pytest.param(b"", "UNAVAILABLE", id="connection lost"),
        pytest.param(_frame(_GOAWAY, 0, 0, struct.pack(">II", 1, 2)), "UNAVAILABLE", id="GOAWAY"),
        pytest.param(_reset(0), "RST_STREAM", id="reset, no error"),
        pytest.param(_reset(2), "RST_STREAM", id="reset, internal"),
        pytest.param(_reset(7), "UNAVAILABLE", id="reset, refused stream"),
        pytest.param(_reset(8), "CANCELLED", id="reset, cancel"),
        pytest.param(_reset(11), "RST_STREAM", id="reset, too fast"),
        pytest.param(_http(b"502"), "UNAVAILABLE", id="a proxy's 502"),
        pytest.param(_http(b"503"), "UNAVAILABLE", id="a proxy's 503"),
        pytest.param(_http(b"504"), "UNAVAILABLE", id="a proxy's 504"),
    ],
)
def test_a_call_that_the_way_there_ended(frames: bytes, fault: str) -> None:
    """However grpcio maps it: it is a fault."""
    with _answering(frames) as address:
        binding = GrpcBinding(address)
        try:
            outcome = Exchanger(binding, profile("2.3"), 10).call(calls.has_collection("c"), lambda _exchange: None)
        finally:
            binding.close()
    assert fault_of(outcome.exchange) == fault, outcome


@pytest.mark.parametrize(
    "code",
    ["OK", "UNIMPLEMENTED", "INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
     "INTERNAL", "UNKNOWN", "NOT_FOUND", "OUT_OF_RANGE"],
)  # fmt: skip
def test_a_code_that_a_server_chooses_is_an_answer(code: str) -> None:
    """Also one that says that something went wrong inside, and one whose text speaks of a socket."""
    details = "grpc: error while marshaling: the peer said Socket closed"
    assert not fault_of(Exchange("HasCollection", m.HasCollectionRequest(), None, code, details, 0.1))


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [(0, "UNAVAILABLE", "UNAVAILABLE"), (502, "UNAVAILABLE", "UNAVAILABLE"), (503, "UNAVAILABLE", "UNAVAILABLE"),
     (504, "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"), (500, "INTERNAL", ""), (429, "RESOURCE_EXHAUSTED", ""),
     (404, "UNIMPLEMENTED", ""), (400, "INVALID_ARGUMENT", "")],
)  # fmt: skip
def test_over_http(status: int, code: str, fault: str) -> None:
    """An RPC over HTTP, and a request that is about HTTP itself."""
    via = Via("http-v1", "GET /", status)
    assert fault_of(Exchange("HasCollection", m.HasCollectionRequest(), None, code, "", 0.1, via=via)) == fault
    plain = m.HttpResponse(status=status) if status else None
    assert fault_of(Exchange(HTTP, m.HttpRequest(), plain, code, "", 0.1, via=via)) == fault


def test_a_gateway_that_tells_a_deadline_can_be_judged() -> None:
    """Whoever names the gRPC code beside its 504 has answered: a proxy knows none."""
    told = m.HttpResponse(status=504, headers={"grpc-status": "4"})
    via = Via("http-design", "GET /", 504)
    assert not fault_of(Exchange(HTTP, m.HttpRequest(), told, "DEADLINE_EXCEEDED", "", 0.1, via=via))


def test_what_only_reads() -> None:
    """A call that changes something is never made twice; every RPC is one or the other."""
    reading = {rpc for rpc in methods() if only_reads(Call(rpc, m.Status()))}
    assert {"HasCollection", "Search", "Query", "GetLoadState", "ListAliases", "SelectGrant"} <= reading
    assert reading == {row.name for row in rpcs().values() if row.reads}  # which holds no name that makes anything
    assert only_reads(Call(HTTP, m.HttpRequest(method="GET")))
    assert not only_reads(Call(HTTP, m.HttpRequest(method="POST")))
