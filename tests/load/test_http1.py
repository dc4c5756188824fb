"""The HTTP/1.1 client of load runs: replies in any pieces, peers of any manners."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.load.transports.base import CODES
from milvus_tck.load.transports.http1.reply import BrokenReplyError, ReplyReader
from milvus_tck.load.transports.registry import open_http
from tests.load.peer import all_end

_REQUEST = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
_PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nhello"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
_CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"
_CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + _PLAIN
_OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"
_FOLDED = b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello"
#: Every way to say the same, and whether the connection is done with.
_REPLIES = {
    _PLAIN: False, _CHUNKED: False, _CLOSING: True, _CONTINUED: False, _OLD: True, _FOLDED: False,
}  # fmt: skip


@given(st.sampled_from(sorted(_REPLIES)), st.lists(st.integers(1, 200), max_size=8), st.integers(1, 3))
def test_a_reply_is_read_however_it_is_cut(reply: bytes, cuts: list[int], times: int) -> None:
    """Status, body and whether the connection goes on are the same, wherever the pieces end."""
    known: dict[bytes, tuple[int, int]] = {}
    for _ in range(times):
        reader = ReplyReader(known)
        reader.begin()
        found = None
        bounds = sorted({0, len(reply), *(cut for cut in cuts if cut < len(reply))})
        for start, stop in pairwise(bounds):
            assert found is None
            found = reader.feed(reply[start:stop])
        found = found or reader.feed(b"")
        assert found == (200, b"hello")
        assert reader.last is _REPLIES[reply]


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 2x0 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
        b"\x00" * 70_000,
    ],
)
def test_what_is_no_whole_reply_is_told(reply: bytes) -> None:
    """A reply that is cut short, or that is none, raises and is never taken for an answer."""
    reader = ReplyReader({})
    reader.begin()
    with pytest.raises(BrokenReplyError):  # noqa: PT012 - it may come with the bytes or with the end
        assert reader.feed(reply) is None
        assert reader.feed(b"") is None
        raise AssertionError


@contextmanager
def _peer(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve each connection in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(taken: socket.socket) -> None:
        with taken:
            serve(taken)

    def accept() -> None:
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(taken,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _answering(*replies: bytes) -> Callable[[socket.socket], None]:
    """Answer one request after the other, and close after the last."""

    def serve(taken: socket.socket) -> None:
        for reply in replies:
            if not taken.recv(65536):
                return
            taken.sendall(reply)

    return serve


def test_connections_are_kept_and_shared_out() -> None:
    """Many users take turns on as many connections as there are users, and each gets the answer to its own request."""

    def serve(taken: socket.socket) -> None:
        while data := taken.recv(65536):
            name = data.split(b" ")[1]
            taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(name), name))

    with _peer(serve) as url:
        transport = open_http(url)

        def user(number: int) -> None:
            for turn in range(20):
                name = b"/%d-%d" % (number, turn)
                code, _, body = transport.call("", _REQUEST.replace(b"/x", name), 10)
                assert (code, body) == (0, name)

        all_end(gevent.spawn(user, number) for number in range(8))
        assert transport.stats().opened == 8
        assert transport.in_flight() == 0
        transport.close()


def test_a_connection_that_is_closed_between_requests_is_replaced() -> None:
    """A server that closes after each reply, announced or not, costs new connections and no request."""
    for reply in (_PLAIN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), _CLOSING):
        with _peer(_answering(reply)) as url:
            transport = open_http(url)
            assert [transport.call("", _REQUEST, 10)[::2] for _ in range(5)] == [(0, b"hello")] * 5
            assert transport.stats().opened == 5
            transport.close()


@pytest.mark.parametrize(
    ("reply", "code", "word"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone", "UNIMPLEMENTED", "HTTP 404: none"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "UNAVAILABLE", "HTTP 503"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "UNAVAILABLE", "in the middle"),
        (b"", "UNAVAILABLE", "closed"),
        (b"nonsense\r\n\r\n", "UNAVAILABLE", "no reply of HTTP/1.1"),
    ],
)
def test_what_is_no_success_has_a_code(reply: bytes, code: str, word: str) -> None:
    """Refusals, broken replies and lost connections end with a code and a reason, and the next request is served."""
    replies = iter([reply, _PLAIN])

    def serve(taken: socket.socket) -> None:
        _answering(next(replies))(taken)

    with _peer(serve) as url:
        transport = open_http(url)
        number, details, body = transport.call("", _REQUEST, 10)
        assert (CODES[number], body) == (code, b"")
        assert word in details
        if transport.stats().lost:
            assert transport.call("", _REQUEST, 10)[::2] == (0, b"hello")
        transport.close()


def test_a_request_that_is_not_answered_in_time_ends() -> None:
    """A silent server ends the request with DEADLINE_EXCEEDED, and its connection is not used again."""

    def silent(taken: socket.socket) -> None:
        while taken.recv(1 << 16):
            pass

    with _peer(silent) as url:
        transport = open_http(url)
        assert CODES[transport.call("", _REQUEST, 0.2)[0]] == "DEADLINE_EXCEEDED"
        assert transport.in_flight() == 0
        transport.close()


def test_a_server_that_is_not_there_is_said_so() -> None:
    """Without a listener a request ends with UNAVAILABLE and the reason."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = open_http(f"http://127.0.0.1:{port}")
    code, details, _ = transport.call("", _REQUEST, 10)
    assert (CODES[code], "cannot connect" in details) == ("UNAVAILABLE", True)
    transport.close()


def test_large_bodies_pass_both_ways() -> None:
    """A request and a reply of 20 MB arrive whole, though no socket takes them at once."""
    size = 20_000_000

    def serve(taken: socket.socket) -> None:
        left = size + len(_head(size))
        while left:
            left -= len(taken.recv(1 << 20))
        taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"y" * size)

    with _peer(serve) as url:
        transport = open_http(url)
        code, _, body = transport.call("", _head(size) + b"x" * size, 30)
        assert (code, len(body), set(body)) == (0, size, {ord("y")})
        transport.close()


def _head(size: int) -> bytes:
    return b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size
