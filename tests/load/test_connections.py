"""Connections: limits, drains, losses, deadlines and giving up."""

import math
import socket
import threading
import time

import gevent
import pytest

from milvus_tck.load.transports.base import TransportStats
from milvus_tck.load.transports.http2 import channel as channel_module
from milvus_tck.load.transports.http2 import connection as connection_module
from milvus_tck.load.transports.http2.pool import Pool
from milvus_tck.load.transports.registry import open_fast, open_transport
from milvus_tck.wire import http2_frames as frames
from tests.load.peer import LONG, PATH, Peer, all_end, asked, comes, scripted, together, using
from tests.load.test_calls import echo


def _goaway(last: int, error: int = 0) -> bytes:
    return frames.frame(frames.GOAWAY, 0, 0, last.to_bytes(4) + error.to_bytes(4) + b"bye")


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_streams_than_allowed(most: int) -> None:
    """At most as many calls are in flight as the server allows; others wait for their turn, and all are answered."""
    peak: list[int] = []

    def script(peer: Peer) -> None:
        peer.greet((frames.MAX_CONCURRENT_STREAMS, most))
        for _ in range(10 // most):
            streams = [peer.request() for _ in range(most)]
            peer.send(frames.PING, 0, 0, b"anybody?")
            peer.until(frames.PING)
            peak.append(most + len(peer.begun))
            for each in streams:
                peer.reply(each.stream, each.body[5:])
        for _ in range(10 % most):
            last = peer.request()
            peer.reply(last.stream, last.body[5:])
        peer.ended()

    payloads = [b"%d" % each for each in range(10)]
    with using(script) as channel:
        assert together(channel, *payloads) == [("OK", "", each) for each in payloads]
    assert set(peak) == {most}


def test_a_limit_that_is_raised() -> None:
    """A server that allows no stream at all may do so later: what waits is sent then."""

    def script(peer: Peer) -> None:
        peer.greet((frames.MAX_CONCURRENT_STREAMS, 0))
        peer.until(frames.SETTINGS)
        peer.sock.sendall(frames.settings(((frames.MAX_CONCURRENT_STREAMS, 5),)))
        for _ in range(5):
            peer.reply(peer.request().stream)
        peer.ended()

    with using(script) as channel:
        assert together(channel, *[b"x"] * 5) == [("OK", "", b"")] * 5


def test_a_drain() -> None:
    """After a goodbye, begun calls are answered, those beyond it and later ones go over a new connection."""

    def first(peer: Peer) -> None:
        peer.greet()
        requests = [peer.request() for _ in range(3)]
        peer.sock.sendall(_goaway(requests[1].stream))
        for each in requests[:2]:
            peer.reply(each.stream, b"first " + each.body[5:])
        assert not any(each.kind == frames.HEADERS for each in peer.ended())

    def second(peer: Peer) -> None:
        peer.greet()
        for _ in range(2):
            request = peer.request()
            peer.reply(request.stream, b"second " + request.body[5:])
        peer.ended()

    with using(first, second) as channel:
        answers = together(channel, b"1", b"2", b"3")
        assert answers == [("OK", "", b"first 1"), ("OK", "", b"first 2"), ("OK", "", b"second 3")]
        assert asked(channel, b"4") == ("OK", "", b"second 4")
        assert channel.stats() == TransportStats(opened=2, drained=1, retried=1)


def test_a_drain_in_two_steps() -> None:
    """A goodbye that names the last number there is, followed by the real one, is one drain; nothing is lost."""

    def first(peer: Peer) -> None:
        peer.greet()
        request = peer.request()
        peer.sock.sendall(_goaway(frames.MAX_WINDOW))
        peer.send(frames.PING, 0, 0, b"arrived?")
        peer.until(frames.PING)
        peer.sock.sendall(_goaway(request.stream))
        peer.reply(request.stream, b"first")
        peer.ended()

    with using(first, echo(1)) as channel:
        assert asked(channel) == ("OK", "", b"first")
        assert asked(channel) == ("OK", "", b"x")
        assert channel.stats() == TransportStats(opened=2, drained=1)


def test_an_idle_connection_that_is_drained_is_closed() -> None:
    """A connection without calls ends with the goodbye, and the next call opens another."""
    closed = threading.Event()

    def first(peer: Peer) -> None:
        peer.greet()
        peer.reply(peer.request().stream)
        peer.sock.sendall(_goaway(1))
        peer.ended()
        closed.set()

    with using(first, echo(1)) as channel:
        asked(channel)
        comes(closed)
        assert asked(channel) == ("OK", "", b"x")
        assert channel.stats() == TransportStats(opened=2, drained=1)


def test_a_stream_that_is_refused_is_tried_once_more() -> None:
    """A call that the server refused to begin is sent again, once; then it is UNAVAILABLE."""

    def script(peer: Peer) -> None:
        peer.greet()
        refused = frames.REFUSED_STREAM.to_bytes(4)
        peer.send(frames.RST_STREAM, 0, peer.request().stream, refused)
        request = peer.request()
        peer.reply(request.stream, request.body[5:])
        for _ in range(2):
            peer.send(frames.RST_STREAM, 0, peer.request().stream, refused)
        peer.ended()

    with using(script) as channel:
        assert asked(channel) == ("OK", "", b"x")
        assert asked(channel) == ("UNAVAILABLE", "the server reset the stream, error 7", b"")
        assert channel.stats() == TransportStats(opened=1, retried=2)


def test_a_lost_connection() -> None:
    """What was in flight when the connection broke is UNAVAILABLE, not sent twice; the next call connects again."""

    def first(peer: Peer) -> None:
        peer.greet()
        for _ in range(3):
            peer.request()

    with using(first, echo(1)) as channel:
        answers = together(channel, b"1", b"2", b"3")
        assert [code for code, *_ in answers] == ["UNAVAILABLE"] * 3
        assert asked(channel, b"4") == ("OK", "", b"4")
        assert channel.stats() == TransportStats(opened=2, lost=1)


def test_calls_that_were_not_sent_survive_a_loss() -> None:
    """What only waited for room when the connection broke is sent over the next one."""

    def first(peer: Peer) -> None:
        peer.greet((frames.MAX_CONCURRENT_STREAMS, 1))
        peer.request()

    with using(first, echo(2)) as channel:
        answers = together(channel, b"1", b"2", b"3")
    assert [code for code, *_ in answers] == ["UNAVAILABLE", "OK", "OK"]


def test_nobody_listens() -> None:
    """Where nobody listens calls are UNAVAILABLE, at once until the next attempt to connect is due."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    channel = open_fast(f"127.0.0.1:{address[1]}")
    code, details, _ = asked(channel)
    assert (code, "cannot connect to 127.0.0.1" in details) == ("UNAVAILABLE", True)
    answers = [asked(channel)[0] for _ in range(20)]
    assert (set(answers), channel.stats().refused) == ({"UNAVAILABLE"}, 1)
    end = time.monotonic() + LONG
    while channel.stats().refused == 1 and time.monotonic() < end:
        asked(channel)
    assert channel.stats().refused == 2
    channel.close()


def test_a_peer_that_never_greets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that accepts and stays silent is given up after a while; a call's own deadline may come first."""
    monkeypatch.setattr(channel_module, "CONNECT_SECONDS", 0.3)

    def silent(peer: Peer) -> None:
        peer.preface()
        peer.ended()

    with using(silent) as channel:
        assert asked(channel, deadline=0.05)[0] == "DEADLINE_EXCEEDED"
        code, details, _ = asked(channel)
    assert (code, details.partition(" ")[2]) == ("UNAVAILABLE", "did not answer within 0.3 s")


def test_a_deadline() -> None:
    """A call ends at its deadline, not before and soon after; the server is told, and a late answer is nobody's."""
    errors: list[int] = []

    def script(peer: Peer) -> None:
        peer.greet_and_answer()
        late = peer.request().stream
        reset = peer.until(frames.RST_STREAM)
        errors.append(int.from_bytes(reset.content))
        assert reset.stream == late
        peer.reply(late, b"late")
        request = peer.request()
        peer.reply(request.stream, request.body[5:])
        peer.ended()

    with using(script) as channel:
        assert asked(channel)[0] == "OK"
        began = time.monotonic()
        assert asked(channel, deadline=0.2) == ("DEADLINE_EXCEEDED", "Deadline Exceeded", b"")
        assert 0.2 <= time.monotonic() - began < LONG
        assert asked(channel, b"y") == ("OK", "", b"y")
    assert errors == [frames.CANCEL]


def test_deadlines_of_all_lengths() -> None:
    """Each of many calls ends at its own deadline, in whatever order they were begun."""
    deadlines = [0.3, 0.1, 0.5, 0.2, math.inf, 0.4, 0.1]
    ended: list[float] = []

    def script(peer: Peer) -> None:
        peer.greet_and_answer()
        requests = [peer.request() for _ in deadlines]
        for _ in range(len(deadlines) - 1):
            peer.until(frames.RST_STREAM)
        peer.reply(requests[4].stream, b"no hurry")
        peer.ended()

    def one(deadline: float) -> None:
        began = time.monotonic()
        code = asked(channel, deadline=deadline)[0]
        assert code == ("OK" if math.isinf(deadline) else "DEADLINE_EXCEEDED")
        if not math.isinf(deadline):
            assert deadline <= time.monotonic() - began < LONG
            ended.append(deadline)

    with using(script) as channel:
        assert asked(channel)[0] == "OK"
        all_end([gevent.spawn(one, each) for each in deadlines])
    assert ended == sorted(ended)
    assert len(ended) == len(deadlines) - 1


def test_a_greenlet_that_is_killed_cancels_its_call() -> None:
    """A call whose greenlet is killed is reset at the server, and its answer disturbs nobody."""

    def script(peer: Peer) -> None:
        peer.greet()
        first = peer.request().stream
        assert peer.until(frames.RST_STREAM).stream == first
        peer.reply(first, b"late")
        request = peer.request()
        peer.reply(request.stream, request.body[5:])
        peer.ended()

    with using(script) as channel:
        victim = gevent.spawn(asked, channel)
        while not channel.in_flight() or channel.stats().opened == 0:
            gevent.sleep(0.001)
        victim.kill()
        assert channel.in_flight() == 0
        assert asked(channel, b"y") == ("OK", "", b"y")


def test_a_call_that_waits_can_be_cancelled() -> None:
    """What has not been sent yet is simply forgotten; `done` hears nothing of it."""
    told: list[object] = []

    def script(peer: Peer) -> None:
        peer.greet((frames.MAX_CONCURRENT_STREAMS, 1))
        request = peer.request()
        assert request.body[5:] == b"first"
        peer.reply(request.stream, b"1")
        request = peer.request()
        assert request.body[5:] == b"third"
        peer.reply(request.stream, b"3")
        peer.ended()

    with using(script) as channel:
        first = gevent.spawn(asked, channel, b"first")
        gevent.sleep(0)
        pending = channel.submit(PATH, b"second", LONG, lambda *answer: told.append(answer))
        third = gevent.spawn(asked, channel, b"third")
        pending.cancel()
        pending.cancel()
        all_end([first, third])
        assert (first.value, third.value) == (("OK", "", b"1"), ("OK", "", b"3"))
    assert told == []


def test_closing() -> None:
    """Closing ends what is in flight, what waits, and what comes later with CANCELLED."""

    def script(peer: Peer) -> None:
        peer.greet((frames.MAX_CONCURRENT_STREAMS, 1))
        peer.request()
        peer.ended()

    with using(script) as channel:
        calls = [gevent.spawn(asked, channel) for _ in range(3)]
        while channel.stats().opened == 0:
            gevent.sleep(0.001)
        channel.close()
        all_end(calls)
        expected = ("CANCELLED", "the transport is closed", b"")
        assert [each.value for each in calls] == [expected] * 3
        assert asked(channel) == expected


def test_closing_while_connecting() -> None:
    """Closing also ends the wait for a connection."""
    met = threading.Event()

    def silent(peer: Peer) -> None:
        peer.preface()
        met.set()
        peer.ended()

    with using(silent) as channel:
        call = gevent.spawn(asked, channel)
        comes(met)
        channel.close()
        call.join(LONG)
        assert call.value == ("CANCELLED", "the transport is closed", b"")


def test_stream_numbers_that_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a connection has no numbers left, calls go on over a new one, and none is lost."""
    monkeypatch.setattr(connection_module, "_LAST_STREAM", 5)
    with using(echo(3), echo(3), echo(1)) as channel:
        answers = [asked(channel, b"%d" % each) for each in range(7)]
        assert answers == [("OK", "", b"%d" % each) for each in range(7)]
        assert channel.stats().opened == 3


def test_headers_after_the_server_changed_its_table() -> None:
    """A server may make its header table smaller, or do without, at any time; our headers follow."""
    seen: list[str] = []

    def script(peer: Peer) -> None:
        peer.greet()
        for size in (0, 100, 4096, 65_536):
            for _ in range(3):
                request = peer.request()
                seen.append(request.headers[":path"])
                peer.reply(request.stream)
            peer.decoder.max_allowed_table_size = size
            peer.sock.sendall(frames.settings(((frames.HEADER_TABLE_SIZE, size),)))
            peer.send(frames.PING, 0, 0, b"applied?")
            peer.until(frames.PING)
        peer.reply(peer.request().stream)
        peer.ended()

    with using(script) as channel:
        assert [asked(channel)[0] for _ in range(13)] == ["OK"] * 13
    assert seen == [PATH] * 12


def test_a_pool() -> None:
    """A pool spreads calls over its connections, the freest first, and counts what happens on all of them."""

    def script(peer: Peer) -> None:
        peer.greet()
        requests = [peer.request() for _ in range(2)]
        for each in requests:
            peer.reply(each.stream, each.body[5:])
        peer.ended()

    with scripted(script, script, script) as address:
        pool = open_transport(address, connections=3)
        assert isinstance(pool, Pool)
        calls = [gevent.spawn(pool.call, PATH, b"%d" % each, LONG) for each in range(6)]
        all_end(calls)
        assert [each.value for each in calls] == [(0, "", b"%d" % each) for each in range(6)]
        assert (pool.stats().opened, pool.in_flight()) == (3, 0)
        pool.close()
