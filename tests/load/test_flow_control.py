"""Flow control: we send no more than a server allows, and allow it to go on as we read."""

import threading

import gevent
import pytest

from milvus_tck.load.transports.http2.limits import PeerLimits
from milvus_tck.wire import http2_frames as frames
from tests.load.peer import Frame, Peer, asked, comes, message, together, using

_BIG = bytes(range(256)) * 1000


def _arrived(peer: Peer, count: int) -> list[Frame]:
    """Read DATA frames up to exactly so many bytes."""
    found: list[Frame] = []
    while sum(len(each.content) for each in found) < count:
        found.append(peer.until(frames.DATA))
    assert sum(len(each.content) for each in found) == count
    return found


def _silence(peer: Peer) -> None:
    """Show that nothing more comes: the answer to a ping is the next frame."""
    peer.send(frames.PING, 0, 0, b"anybody?")
    found = peer.next()
    assert (found.kind, found.flags) == (frames.PING, frames.ACK)


def test_a_request_stays_within_the_window() -> None:
    """Of a large request as much goes out as the windows allow, of the stream and of the connection, then the rest."""
    whole = message(_BIG)
    got = b""

    def script(peer: Peer) -> None:
        nonlocal got
        peer.greet()
        stream = peer.begin()
        sent = _arrived(peer, 65_535)
        _silence(peer)
        peer.sock.sendall(frames.window_update(stream, 100_000))
        _silence(peer)
        peer.sock.sendall(frames.window_update(0, 10_000))
        sent += _arrived(peer, 10_000)
        _silence(peer)
        peer.sock.sendall(frames.window_update(0, 1 << 20))
        sent += _arrived(peer, 90_000)
        _silence(peer)
        assert not any(each.flags & frames.END_STREAM for each in sent)
        peer.sock.sendall(frames.window_update(stream, 1 << 20))
        sent += _arrived(peer, len(whole) - 165_535)
        assert sent[-1].flags & frames.END_STREAM
        assert max(len(each.content) for each in sent) <= frames.SHORTEST_FRAME
        got = b"".join(each.content for each in sent)
        peer.reply(stream)
        peer.ended()

    with using(script) as channel:
        assert asked(channel, _BIG)[0] == "OK"
    assert got == whole


def test_frames_as_long_as_the_server_takes_them() -> None:
    """A request is cut into frames no longer than the server said, and not shorter than need be."""
    lengths: list[int] = []

    def script(peer: Peer) -> None:
        peer.preface()
        larger = frames.settings(((frames.MAX_FRAME_SIZE, 100_000), (frames.INITIAL_WINDOW_SIZE, 1 << 20)))
        peer.sock.sendall(larger + frames.window_update(0, 1 << 20))
        stream = peer.begin()
        lengths.extend(len(each.content) for each in _arrived(peer, len(_BIG) + 5))
        peer.reply(stream)
        peer.ended()

    with using(script) as channel:
        assert asked(channel, _BIG)[0] == "OK"
    assert lengths == [100_000, 100_000, 56_005]


def test_a_window_that_shrinks() -> None:
    """A server may make the windows of streams smaller than what was used already; they come back from below zero."""

    def script(peer: Peer) -> None:
        peer.greet()
        peer.sock.sendall(frames.window_update(0, 1 << 20))
        stream = peer.begin()
        _arrived(peer, 65_535)
        peer.sock.sendall(frames.settings(((frames.INITIAL_WINDOW_SIZE, 1000),)))
        peer.until(frames.SETTINGS)
        peer.sock.sendall(frames.window_update(stream, 64_535))
        _silence(peer)
        peer.sock.sendall(frames.window_update(stream, 1))
        _arrived(peer, 1)
        peer.sock.sendall(frames.settings(((frames.INITIAL_WINDOW_SIZE, 1 << 20),)))
        _arrived(peer, len(_BIG) + 5 - 65_536)
        peer.reply(stream)
        peer.ended()

    with using(script) as channel:
        assert asked(channel, _BIG)[0] == "OK"


def test_small_windows_from_the_start() -> None:
    """With windows of a few bytes every request is sent in such pieces, small ones as well."""

    def script(peer: Peer) -> None:
        peer.greet((frames.INITIAL_WINDOW_SIZE, 4))
        for _ in range(2):
            stream = peer.begin()
            _arrived(peer, 4)
            peer.sock.sendall(frames.window_update(stream, 4))
            _arrived(peer, 4)
            peer.sock.sendall(frames.window_update(stream, 100))
            _arrived(peer, 5)
            peer.reply(stream)
        peer.ended()

    with using(script) as channel:
        for _ in range(2):
            assert asked(channel, b"12345678") == ("OK", "", b"")


def test_small_requests_when_the_connection_has_no_window() -> None:
    """Small requests wait, too, when the window of the connection is used up, and none overtakes its own bytes."""

    def serve(peer: Peer) -> None:
        peer.greet((frames.INITIAL_WINDOW_SIZE, 1 << 20))
        for _ in range(2):
            peer.reply(peer.request().stream)
        used = 2 * len(message(b"warm"))
        received: dict[int, bytes] = {}
        total = 0

        def take(until: int) -> None:
            nonlocal total
            while total < until:
                found = peer.next()
                if found.kind == frames.DATA:
                    received[found.stream] = received.get(found.stream, b"") + found.content
                    total += len(found.content)

        take(65_535 - used)
        assert total == 65_535 - used
        peer.sock.sendall(frames.window_update(0, 1 << 20))
        take(len(message(_BIG)) + 2 * len(message(b"small")))
        assert sorted(received.values(), key=len) == [message(b"small"), message(b"small"), message(_BIG)]
        for stream in received:
            peer.reply(stream)
        peer.ended()

    with using(serve) as channel:
        assert [asked(channel, b"warm")[0] for _ in range(2)] == ["OK", "OK"]
        assert [code for code, *_ in together(channel, _BIG, b"small", b"small")] == ["OK"] * 3


def test_two_large_requests_take_turns() -> None:
    """Of two large requests neither waits for the end of the other."""
    order: list[int] = []

    def script(peer: Peer) -> None:
        peer.greet((frames.INITIAL_WINDOW_SIZE, 1 << 20))
        peer.sock.sendall(frames.window_update(0, 1 << 22))
        ends = 0
        while ends < 2:
            found = peer.until(frames.DATA)
            order.append(found.stream)
            ends += found.flags & frames.END_STREAM
        for stream in sorted(set(order)):
            peer.reply(stream)
        peer.ended()

    with using(script) as channel:
        assert [code for code, *_ in together(channel, _BIG, _BIG)] == ["OK", "OK"]
    first = order.index(3)
    assert first <= 1
    assert order[first:-1] != sorted(order[first:-1])


@pytest.mark.parametrize("frame", [1000, 16_384, 65_535])
def test_a_server_may_go_on(frame: int) -> None:
    """A server that keeps to small windows can send a reply, and then a second one, of any size."""
    window = 65_535
    content = _BIG * 4

    def script(peer: Peer) -> None:
        peer.greet()
        allowed = {0: window}
        for _ in range(2):
            stream = peer.request().stream
            allowed[stream] = window
            peer.open(stream)
            whole = message(content)
            while whole:
                size = min(frame, len(whole), allowed[0], allowed[stream])
                if not size:
                    updates = [each for each in peer.others if each.kind == frames.WINDOW_UPDATE]
                    for found in updates or [peer.until(frames.WINDOW_UPDATE)]:
                        allowed[found.stream] = allowed.get(found.stream, 0) + int.from_bytes(found.content)
                    peer.others.clear()
                    continue
                peer.send(frames.DATA, 0, stream, whole[:size])
                allowed[0] -= size
                allowed[stream] -= size
                whole = whole[size:]
            peer.trailers(stream)
        peer.ended()

    with using(script, limits=PeerLimits(window=window, longest=1 << 16)) as channel:
        for _ in range(2):
            assert asked(channel) == ("OK", "", content)


def test_replies_that_nobody_reads_are_allowed_again() -> None:
    """What arrives for a call that was given up counts as read: it does not use up the connection's window."""
    window, met = 65_535, threading.Event()

    def script(peer: Peer) -> None:
        peer.greet()
        given_up = peer.request().stream
        met.set()
        peer.until(frames.RST_STREAM)
        for _ in range(4):
            peer.send(frames.DATA, 0, given_up, bytes(16_000))
        stream = peer.request().stream
        updates = [each for each in peer.others if each.kind == frames.WINDOW_UPDATE]
        more = updates[0] if updates else peer.until(frames.WINDOW_UPDATE)
        assert (more.stream, window - 64_000 + int.from_bytes(more.content) >= window // 2) == (0, True)
        peer.reply(stream)
        peer.ended()

    with using(script, limits=PeerLimits(window=window)) as channel:
        waiting = gevent.spawn(asked, channel)
        comes(met)
        waiting.kill()
        assert asked(channel)[0] == "OK"


def test_an_early_answer_stops_the_upload() -> None:
    """A server that answers before it read the whole request gets no more of it, and the connection goes on."""

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.begin()
        _arrived(peer, 65_535)
        block = peer.block((":status", "200"), ("grpc-status", "8"), ("grpc-message", "too large"))
        peer.send(frames.HEADERS, 5, stream, block)
        found = peer.until(frames.RST_STREAM)
        assert found.stream == stream
        peer.sock.sendall(frames.window_update(stream, 1 << 20) + frames.window_update(0, 1 << 20))
        peer.reply(peer.request().stream, b"next")
        assert not any(each.kind == frames.DATA for each in peer.others)
        peer.ended()

    with using(script) as channel:
        assert asked(channel, _BIG) == ("RESOURCE_EXHAUSTED", "too large", b"")
        assert asked(channel) == ("OK", "", b"next")


def test_a_reply_larger_than_allowed() -> None:
    """A reply that grows beyond the bound is given up, which the server is told."""

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.request().stream
        peer.open(stream)
        for _ in range(11):
            peer.send(frames.DATA, 0, stream, bytes(10_000))
        assert peer.until(frames.RST_STREAM).stream == stream
        peer.reply(peer.request().stream, b"next")
        peer.ended()

    with using(script, limits=PeerLimits(reply=100_000)) as channel:
        assert asked(channel) == ("RESOURCE_EXHAUSTED", "the reply is larger than 100000 bytes", b"")
        assert asked(channel) == ("OK", "", b"next")


def test_a_server_that_reads_slowly() -> None:
    """A request that fills the socket waits for room there, and arrives whole; calls behind it as well."""
    content = bytes(20_000_000)
    got: list[int] = []

    def script(peer: Peer) -> None:
        peer.greet((frames.INITIAL_WINDOW_SIZE, frames.MAX_WINDOW), (frames.MAX_FRAME_SIZE, 1 << 20))
        peer.sock.sendall(frames.window_update(0, 1 << 30))
        for _ in range(2):
            request = peer.request()
            got.append(len(request.body))
            peer.reply(request.stream)
        peer.ended()

    with using(script) as channel:
        assert [code for code, *_ in together(channel, content, b"small")] == ["OK", "OK"]
    assert sorted(got) == [10, len(content) + 5]
