"""Calls and their answers, against a peer that is spoken to frame by frame."""

import math

import gevent
import pytest

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.load.transports.base import CODES
from milvus_tck.load.transports.http2.limits import PeerLimits
from milvus_tck.load.transports.registry import open_fast
from milvus_tck.wire import http2_frames as frames
from tests.load.peer import LONG, PATH, Frame, Peer, Request, Script, asked, message, scripted, together, using


def echo(count: int, *settings: tuple[int, int]) -> Script:
    """Answer so many requests with what they brought."""

    def script(peer: Peer) -> None:
        peer.greet(*settings)
        for _ in range(count):
            request = peer.request()
            peer.reply(request.stream, request.body[5:])
        peer.ended()

    return script


def test_a_call() -> None:
    """The message goes out with its prefix, the answer's message comes back without; streams are odd and ascending."""
    seen: list[Request] = []

    def script(peer: Peer) -> None:
        peer.greet()
        for answer in (b"first", b"", b"third"):
            seen.append(peer.request())
            peer.reply(seen[-1].stream, answer)
        peer.ended()

    with using(script) as channel:
        answers = [asked(channel, payload) for payload in (b"abc", b"", b"abc")]
    assert answers == [("OK", "", b"first"), ("OK", "", b""), ("OK", "", b"third")]
    assert [each.body for each in seen] == [message(b"abc"), message(b""), message(b"abc")]
    assert [each.stream for each in seen] == [1, 3, 5]


def test_headers_of_a_request() -> None:
    """Every request has the headers that gRPC wants, with metadata behind them, first in full and then by index."""
    seen: list[dict[str, str]] = []

    def script(peer: Peer) -> None:
        peer.greet()
        for _ in range(3):
            request = peer.request()
            seen.append(request.headers)
            peer.reply(request.stream)
        peer.ended()

    with scripted(script) as address:
        channel = open_fast(address, Credentials(metadata=(("authorization", "cm9vdDpNaWx2dXM="), ("dbname", "a"))))
        for deadline in (2.5, 2.5, math.inf):
            channel.call(PATH, b"", deadline)
        channel.close()
    agent = seen[0].pop("user-agent")
    expected = {
        ":method": "POST", ":scheme": "http", ":path": PATH, ":authority": address, "te": "trailers",
        "content-type": "application/grpc", "authorization": "cm9vdDpNaWx2dXM=", "dbname": "a",
    }  # fmt: skip
    assert agent.startswith("milvus-tck/")
    assert seen[0] == expected | {"grpc-timeout": "2500000u"}
    assert seen[1] == expected | {"grpc-timeout": "2500000u", "user-agent": agent}
    assert seen[2] == expected | {"user-agent": agent}


def test_many_at_once() -> None:
    """Each of many calls gets its own answer, in whatever order the answers come."""

    def script(peer: Peer) -> None:
        peer.greet()
        requests = [peer.request() for _ in range(50)]
        for request in reversed(requests):
            peer.reply(request.stream, request.body[5:])
        peer.ended()

    payloads = [b"%d" % each for each in range(50)]
    with using(script) as channel:
        assert together(channel, *payloads) == [("OK", "", each) for each in payloads]
        assert channel.stats().opened == 1


def test_many_replies_in_pieces() -> None:
    """Replies are understood wherever the stream of bytes is cut."""

    def script(peer: Peer) -> None:
        peer.greet()
        requests = [peer.request() for _ in range(5)]
        whole = b"".join(
            frames.frame(frames.HEADERS, frames.END_HEADERS, each.stream, peer.block((":status", "200")))
            + frames.frame(frames.DATA, 0, each.stream, each.body)
            + frames.frame(frames.HEADERS, 5, each.stream, peer.block(("grpc-status", "0")))
            for each in requests
        )
        for at in range(len(whole)):
            peer.sock.sendall(whole[at : at + 1])
        peer.ended()

    payloads = [b"%d" % each for each in range(5)]
    with using(script) as channel:
        assert together(channel, *payloads) == [("OK", "", each) for each in payloads]


def test_pieces_of_a_request_are_sent_one_behind_the_other() -> None:
    """A payload in several buffers is one message, whatever its size."""
    for size in (10, 30_000):
        pieces: list[bytes | memoryview] = [b"a" * size, memoryview(b"b" * size), b"", b"c"]
        with using(echo(1)) as channel:
            assert asked(channel, pieces) == ("OK", "", b"a" * size + b"b" * size + b"c")


def test_an_answer_from_the_hub() -> None:
    """`submit` returns before the answer is there, and tells `done` of it once."""
    told: list[tuple[int, str, bytes]] = []
    over = gevent.event.Event()

    def done(*answer: object) -> None:
        told.append(answer)  # type: ignore[arg-type] # it is one
        over.set()

    with using(echo(1)) as channel:
        channel.submit(PATH, b"x", LONG, done)
        assert (told, channel.in_flight()) == ([], 1)
        assert over.wait(LONG)
        assert (told, channel.in_flight()) == ([(0, "", b"x")], 0)


def test_an_error_in_a_callback_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `done` raises goes where gevent shows such errors, and takes no other call with it."""
    shown: list[object] = []
    monkeypatch.setattr(gevent.get_hub(), "handle_error", lambda _where, _kind, value, _trace: shown.append(value))

    def broken(*_answer: object) -> None:
        message = "not my day"
        raise RuntimeError(message)

    with using(echo(3)) as channel:
        channel.submit(PATH, b"x", LONG, broken)
        assert [asked(channel, b"y") for _ in range(2)] == [("OK", "", b"y")] * 2
    assert [str(each) for each in shown] == ["not my day"]


@pytest.mark.parametrize("code", range(1, len(CODES)))
def test_an_error_without_a_message(code: int) -> None:
    """A reply of trailers alone, or with trailers behind a message, brings the error and its details, decoded."""

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.request().stream
        block = peer.block((":status", "200"), ("grpc-status", str(code)), ("grpc-message", "na%C3%AFve 100%25 %zz"))
        peer.send(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, stream, block)
        stream = peer.request().stream
        peer.open(stream)
        peer.send(frames.DATA, 0, stream, message(b"half an answer"))
        peer.trailers(stream, code, "no")
        peer.ended()

    with using(script) as channel:
        assert asked(channel) == (CODES[code], "naïve 100% %zz", b"")
        assert asked(channel) == (CODES[code], "no", b"")


def test_texts_of_all_sorts_in_one_connection() -> None:
    """Errors whose texts differ each time, more than are remembered, are each told right."""
    count = 3000

    def script(peer: Peer) -> None:
        peer.greet()
        for _ in range(count):
            request = peer.request()
            block = peer.block((":status", "200"), ("grpc-status", "5"), ("grpc-message", request.body[5:].decode()))
            peer.send(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, request.stream, block)
        peer.ended()

    with using(script) as channel:
        assert all(asked(channel, b"%d" % each)[1] == str(each) for each in range(count))


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "INTERNAL"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "UNIMPLEMENTED"),
     (429, "UNAVAILABLE"), (500, "UNKNOWN"), (502, "UNAVAILABLE"), (503, "UNAVAILABLE"), (504, "UNAVAILABLE")],
)  # fmt: skip
def test_an_answer_of_http_alone(status: int, code: str) -> None:
    """What a proxy says in plain HTTP becomes the code that gRPC has for it, with content or without."""

    def script(peer: Peer) -> None:
        peer.greet()
        for content in (b"", b"<html>sorry</html>"):
            stream = peer.request().stream
            block = peer.block((":status", str(status)), ("content-type", "text/html"))
            peer.send(frames.HEADERS, 4 if content else 5, stream, block)
            if content:
                peer.send(frames.DATA, frames.END_STREAM, stream, content)
        peer.ended()

    with using(script) as channel:
        for _ in range(2):
            assert asked(channel) == (code, f"HTTP status {status}", b"")


def test_another_content_type() -> None:
    """An answer that says 200 but is no gRPC is an error that names what it is."""

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.request().stream
        peer.send(frames.HEADERS, 4, stream, peer.block((":status", "200"), ("content-type", "text/html")))
        peer.send(frames.DATA, frames.END_STREAM, stream, b"<html/>")
        peer.ended()

    with using(script) as channel:
        assert asked(channel) == ("UNKNOWN", "content-type 'text/html' is not that of gRPC", b"")


def test_headers_that_only_inform() -> None:
    """Headers with a status of 1xx come before the real ones and change nothing."""

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.request().stream
        peer.send(frames.HEADERS, 4, stream, peer.block((":status", "103"), ("link", "x")))
        peer.reply(stream, b"real")
        peer.ended()

    with using(script) as channel:
        assert asked(channel) == ("OK", "", b"real")


def test_a_message_in_many_frames() -> None:
    """A message that is cut anywhere, its prefix too, with padding and empty frames between, is put together."""
    content = bytes(range(256)) * 400

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.request().stream
        peer.open(stream)
        whole = message(content)
        for piece in (whole[:3], b"", whole[3:50_000], whole[50_000:]):
            peer.send(frames.DATA, frames.PADDED, stream, bytes([7]) + piece + bytes(7))
        peer.trailers(stream)
        peer.ended()

    with using(script) as channel:
        assert asked(channel) == ("OK", "", content)


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_headers_in_continuation(pieces: int) -> None:
    """Header blocks of a reply may go on in CONTINUATION frames, and may be padded and carry a priority."""

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.request().stream
        for flags, headers in ((0, ((":status", "200"),)), (1, (("grpc-status", "9"), ("grpc-message", "m" * 40)))):
            block = peer.block(*headers)
            size = -(-len(block) // pieces)
            cuts = [block[at : at + size] for at in range(0, len(block), size)]
            for at, piece in enumerate(cuts):
                end = frames.END_HEADERS if at == len(cuts) - 1 else 0
                if at:
                    peer.send(frames.CONTINUATION, end, stream, piece)
                else:
                    padded = bytes([3]) + bytes(5) + piece + bytes(3)
                    peer.send(frames.HEADERS, flags | end | frames.PADDED | frames.PRIORITY_FLAG, stream, padded)
        peer.ended()

    with using(script) as channel:
        assert asked(channel) == ("FAILED_PRECONDITION", "m" * 40, b"")


def test_a_long_header_of_ours() -> None:
    """Metadata that is longer than a frame goes on in CONTINUATION frames."""
    token = "t" * 40_000
    seen: list[str] = []

    def script(peer: Peer) -> None:
        peer.greet()
        for _ in range(2):
            request = peer.request()
            seen.append(request.headers["authorization"])
            peer.reply(request.stream)
        peer.ended()

    with scripted(script) as address:
        channel = open_fast(address, Credentials(metadata=(("authorization", token),)))
        assert [asked(channel) for _ in range(2)] == [("OK", "", b"")] * 2
        channel.close()
    assert seen == [token, token]


def test_a_server_that_compresses_headers_into_a_table() -> None:
    """A server that uses a header table although we asked for none is understood all the same."""

    def script(peer: Peer) -> None:
        peer.greet()
        for code in (5, 5, 6, 5, 5):
            stream = peer.request().stream
            peer.trailers(stream, code, f"text {code}")
        peer.encoder.header_table_size = 0
        for code in (5, 5, 6):
            peer.trailers(peer.request().stream, code, f"text {code}")
        peer.ended()

    with using(script) as channel:
        answers = [asked(channel)[:2] for _ in range(8)]
    name = {5: "NOT_FOUND", 6: "ALREADY_EXISTS"}
    assert answers == [(name[code], f"text {code}") for code in (5, 5, 6, 5, 5, 5, 5, 6)]


def test_what_we_announce() -> None:
    """We allow no header table and no pushes, and windows as large as asked, for the connection as for each stream."""
    seen: list[Frame] = []

    def script(peer: Peer) -> None:
        peer.preface()
        seen.extend((peer.next(), peer.next()))
        peer.sock.sendall(frames.settings(()))
        peer.reply(peer.request().stream)
        peer.ended()

    with using(script, limits=PeerLimits(window=1_000_000, longest=20_000)) as channel:
        asked(channel)
    announced = {
        int.from_bytes(seen[0].content[at : at + 2]): int.from_bytes(seen[0].content[at + 2 : at + 6])
        for at in range(0, len(seen[0].content), 6)
    }
    assert announced == {1: 0, 2: 0, 4: 1_000_000, 5: 20_000}
    assert seen[1] == Frame(frames.WINDOW_UPDATE, 0, 0, (1_000_000 - 65535).to_bytes(4))


def test_a_ping_is_answered() -> None:
    """A ping comes back with the same bytes, also while a call waits; an answer to a ping is not answered."""
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        peer.greet()
        request = peer.request()
        peer.send(frames.PING, frames.ACK, 0, b"ignored!")
        peer.send(frames.PING, 0, 0, b"12345678")
        seen.append(peer.until(frames.PING).content)
        peer.reply(request.stream)
        peer.ended()

    with using(script) as channel:
        assert asked(channel)[0] == "OK"
    assert seen == [b"12345678"]


def test_frames_of_no_kind_that_we_know() -> None:
    """Unknown frames and settings, and priorities, are passed over."""

    def script(peer: Peer) -> None:
        peer.greet((0x99, 7))
        stream = peer.request().stream
        peer.send(0x77, 0xFF, stream, b"???")
        peer.send(frames.PRIORITY, 0, stream, bytes(5))
        peer.reply(stream, b"fine")
        peer.ended()

    with using(script) as channel:
        assert asked(channel) == ("OK", "", b"fine")


def test_settings_are_acknowledged() -> None:
    """Settings of the server, the first ones and later ones, are acknowledged in their turn."""
    acknowledged: list[int] = []

    def script(peer: Peer) -> None:
        peer.greet()
        peer.reply(peer.request().stream)
        peer.sock.sendall(frames.settings(((frames.MAX_FRAME_SIZE, 20_000),)))
        peer.reply(peer.request().stream)
        acknowledged.append(sum(each.kind == frames.SETTINGS and each.flags == frames.ACK for each in peer.ended()))

    with using(script) as channel:
        assert [asked(channel)[0] for _ in range(2)] == ["OK", "OK"]
    assert acknowledged == [2]
