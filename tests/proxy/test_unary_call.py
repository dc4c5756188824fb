"""What passes through the proxy arrives as it was sent, both ways."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from milvus_tck.bindings.event_loop import ListenError
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.proxy import relay
from milvus_tck.proxy.server import Proxy
from tests.proxy.servers import FOREIGN, LONG, METADATA, Server, channel, serving, unary

_OURS_OR_NOT = pytest.mark.parametrize(
    ("told", "fails", "hangs", "left"),
    [
        ("HasCollection", "DropCollection", "Query", "Flush"),
        (f"/{FOREIGN}/Told", f"/{FOREIGN}/Fail", f"/{FOREIGN}/Hang", f"/{FOREIGN}/Left"),
    ],
    ids=["known", "foreign"],
)
#: Seconds that hundreds of megabytes may take on a machine that does other things, too.
_LARGE = 10 * LONG
_MEGABYTE = 1 << 20


@_OURS_OR_NOT
def test_bytes_and_metadata_pass_both_ways(
    server: Server, client: grpc.Channel, told: str, fails: str, hangs: str, left: str
) -> None:
    """Requests, answers, and metadata with repeated, empty and binary values, arrive unchanged."""
    del fails, hangs, left
    answer, call = unary(client, told).with_call(bytes(range(256)), metadata=METADATA, timeout=LONG)
    assert answer == bytes(range(256))
    assert [pair for pair in server.metadata if pair[0] != "user-agent"] == list(METADATA)
    assert tuple(call.initial_metadata()) == METADATA
    assert tuple(call.trailing_metadata()) == (("at-end", "yes"), *METADATA)


@_OURS_OR_NOT
def test_an_error_passes_with_everything_that_belongs_to_it(
    client: grpc.Channel, told: str, fails: str, hangs: str, left: str
) -> None:
    """A gRPC error keeps its code, its text in any language, its initial metadata and its trailers."""
    del told, hangs, left
    with pytest.raises(grpc.RpcError) as caught:
        unary(client, fails)(b"x", timeout=LONG)
    error: Any = caught.value  # both the error and the finished call, which no type says
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert error.details() == "nein, größer\nals 5"
    assert [tuple(pair) for pair in error.initial_metadata()] == [("early", "1")]
    assert [tuple(pair) for pair in error.trailing_metadata()] == [("grpc-status-details-bin", b"\x00\xff")]


@_OURS_OR_NOT
def test_a_deadline_passes(server: Server, client: grpc.Channel, told: str, fails: str, hangs: str, left: str) -> None:
    """The server sees what is left of the client's deadline, and none where the client has none."""
    del told, fails, hangs
    unary(client, left)(b"x", timeout=LONG)
    assert server.left is not None
    assert LONG - 5 < server.left < LONG + 1  # gRPC rounds what it writes up
    unary(client, left)(b"x")
    # gRPC's Python server writes "for ever" as a number of seconds that is longer than any life.
    assert server.left is None or server.left > 10 * 365 * 86400


@_OURS_OR_NOT
def test_a_deadline_that_passes_ends_the_call_at_the_server(
    server: Server, proxy: Proxy, client: grpc.Channel, told: str, fails: str, hangs: str, left: str
) -> None:
    """At its deadline a call ends for client and server alike, and the next one is fine."""
    del fails, left
    with pytest.raises(grpc.RpcError) as caught:
        unary(client, hangs)(b"x", timeout=0.3)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert server.given_up.wait(LONG)
    assert unary(client, told)(b"x", timeout=LONG) == b"x"
    proxy.flush()
    assert proxy.tally.calls[hangs] == {"DEADLINE_EXCEEDED": 1}


@_OURS_OR_NOT
def test_a_cancelled_call_is_cancelled_at_the_server(
    server: Server, client: grpc.Channel, told: str, fails: str, hangs: str, left: str
) -> None:
    """A client that gives a call up gives it up at the server too."""
    del told, fails, left
    call = unary(client, hangs).future(b"x")
    assert server.reached.wait(LONG)
    assert not server.given_up.is_set()
    call.cancel()
    assert server.given_up.wait(LONG)


def test_a_client_that_goes_away_takes_its_calls_along(server: Server, proxy: Proxy) -> None:
    """When a client's connection ends, its calls end at the server, and the proxy serves others."""
    with channel(proxy.address) as gone:
        call = unary(gone, "Query").future(b"x")
        assert server.reached.wait(LONG)
        assert not call.done()
    assert server.given_up.wait(LONG)
    with channel(proxy.address) as other:
        assert unary(other, "Insert")(b"x", timeout=LONG) == b"x"
    proxy.flush()
    assert proxy.tally.cut == {"cancelled": 1}


def test_what_the_server_lacks_is_unimplemented(client: grpc.Channel) -> None:
    """A path of a service that the server does not know is refused by the server, not by the proxy."""
    with pytest.raises(grpc.RpcError) as caught:
        unary(client, "/nobody.Knows/This")(b"x", timeout=LONG)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.UNIMPLEMENTED, "Method not found!")


def test_a_server_that_refuses_before_it_has_read_is_quoted(client: grpc.Channel) -> None:
    """Of very many calls that end while their request is written, each ends as the server said."""
    method, ended = unary(client, "/nobody.Knows/This"), Counter[object]()
    for size in range(1, 30_001, 1_000):
        calls = [method.future(bytes(size), timeout=LONG) for _ in range(40)]
        ended.update(call.code() for call in calls)
    assert ended == {grpc.StatusCode.UNIMPLEMENTED: 1_200}


@pytest.mark.parametrize("size", [0, 1, 5 * _MEGABYTE, 256 * _MEGABYTE])
def test_messages_of_any_size_pass(client: grpc.Channel, size: int) -> None:
    """From nothing to 256 MB, in both directions; gRPC's own limit of 4 MB is none here."""
    payload = b"\xa5" * size
    assert unary(client, "Insert")(payload, timeout=_LARGE) == payload


def test_a_big_message_passes_as_a_stream(client: grpc.Channel) -> None:
    """A message of a foreign service may be as big."""
    payload = b"\x5a" * (64 * _MEGABYTE)
    assert unary(client, f"/{FOREIGN}/Echo")(payload, timeout=_LARGE) == payload


def test_many_calls_pass_at_once(server: Server, client: grpc.Channel) -> None:
    """Two hundred calls at once each get their own answer, and reach the server once each."""
    payloads = [str(number).encode() for number in range(200)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda each: unary(client, "Insert")(each, timeout=LONG), payloads))
    assert answers == payloads
    assert sorted(server.requests) == sorted(payloads)


def test_streams_of_each_kind_pass(client: grpc.Channel) -> None:
    """Many requests with one answer, and one request with many answers."""
    join: grpc.StreamUnaryMultiCallable[bytes, bytes] = client.stream_unary(f"/{FOREIGN}/Join", None, None)
    count: grpc.UnaryStreamMultiCallable[bytes, bytes] = client.unary_stream(f"/{FOREIGN}/Count", None, None)
    assert join(iter([b"a", b"b", b""]), timeout=LONG) == b"a|b|"
    assert list(count(b"3", timeout=LONG)) == [b"0", b"1", b"2"]


def test_a_conversation_passes(client: grpc.Channel) -> None:
    """In a stream both ways each answer arrives before the next request was sent."""
    turn = threading.Semaphore(1)

    def speak() -> Iterator[bytes]:
        for word in (b"one", b"two", b"three"):
            assert turn.acquire(timeout=LONG)
            yield word

    heard = []
    chat: grpc.StreamStreamMultiCallable[bytes, bytes] = client.stream_stream(f"/{FOREIGN}/Chat", None, None)
    for answer in chat(speak(), timeout=LONG):
        heard.append(answer)
        turn.release()
    assert heard == [b"<one", b"<two", b"<three"]


def test_a_stream_that_breaks_off_keeps_what_came_before(client: grpc.Channel) -> None:
    """An error after some answers arrives after those answers."""
    begin: grpc.UnaryStreamMultiCallable[bytes, bytes] = client.unary_stream(f"/{FOREIGN}/Break", None, None)
    answers = begin(b"first", timeout=LONG)
    assert next(answers) == b"first"
    with pytest.raises(grpc.RpcError) as caught:
        next(answers)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.DATA_LOSS, "halfway")


def test_a_server_that_is_away_is_named_and_may_come_back(server: Server) -> None:
    """Without a server a call is UNAVAILABLE and says which server is meant; when it is back, calls pass again."""
    with serving(server) as address:
        proxy = Proxy(address, count=True)
        proxy.start()
        binding = GrpcBinding(proxy.address)
        assert binding.send("Insert", b"x", LONG).code == "OK"
    for path in ("Insert", f"/{FOREIGN}/Echo"):
        reply = binding.send(path, b"x", LONG)
        assert reply.code == "UNAVAILABLE"
        assert reply.details.startswith(f"milvus-tck proxy: the server at {address} cannot be reached")
    with serving(server, int(address.rpartition(":")[2])):
        # gRPC tries to connect again after a while of its own.
        codes = iter(lambda: binding.send("Insert", b"x", LONG).code, "OK")
        assert set(codes) <= {"UNAVAILABLE"}
    proxy.stop()
    binding.close()


def test_a_server_that_dies_within_a_call_is_named(server: Server) -> None:
    """A call that hangs in a server that goes away ends with UNAVAILABLE."""
    with ThreadPoolExecutor(1) as pool:
        with serving(server) as address:
            proxy = Proxy(address)
            proxy.start()
            binding = GrpcBinding(proxy.address)
            waiting = pool.submit(binding.send, "Query", b"x", LONG)
            assert server.reached.wait(LONG)
            server.given_up = threading.Event()
        reply = waiting.result(LONG)
    proxy.stop()
    binding.close()
    assert reply.code in {"UNAVAILABLE", "CANCELLED"}


def test_the_server_may_be_exchanged(server: Server, proxy: Proxy, client: grpc.Channel) -> None:
    """Calls go to the new server from then on, over the client's connection as it is."""
    other = Server()
    unary(client, "Insert")(b"before", timeout=LONG)
    with serving(other) as address:
        proxy.upstream = address
        unary(client, "Insert")(b"after", timeout=LONG)
    assert (server.requests, other.requests) == ([b"before"], [b"after"])


def test_a_port_is_not_shared(proxy: Proxy, address: str) -> None:
    """A second proxy on the same port is refused: it would take half of the calls."""
    second = Proxy(address, listen=proxy.address)
    with pytest.raises(ListenError):
        second.start()


def test_the_proxy_listens_on_loopback(proxy: Proxy) -> None:
    """Unless told otherwise, nobody but this machine reaches it."""
    assert proxy.address.startswith("127.0.0.1:")


def test_calls_wait_for_whoever_looks(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When what waits to be looked at takes too much memory, new calls wait too, and go on afterwards."""
    monkeypatch.setattr(relay, "_BACKLOG", 10)
    looked = threading.Event()
    with Proxy(address, on_call=lambda _seen: looked.wait(LONG)) as proxy, channel(proxy.address) as client:
        assert unary(client, "Insert")(b"0123456789", timeout=LONG) == b"0123456789"
        waiting = unary(client, "Insert").future(b"x", timeout=LONG)
        with pytest.raises(grpc.FutureTimeoutError):
            waiting.result(timeout=0.3)
        looked.set()
        assert waiting.result(timeout=LONG) == b"x"
