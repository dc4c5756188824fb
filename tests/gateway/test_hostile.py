"""Clients that mean harm, or know no better: the gateway answers, or hangs up, and goes on."""

import contextlib
import socket
import time
from collections.abc import Iterator

import orjson
import psutil
import pytest

from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.gateway.server.server import Gateway
from milvus_tck.targets.lite import LiteServer
from milvus_tck.wire import messages as m
from tests.gateway.requests import SECONDS, ask
from tests.proxy.servers import Server, serving

#: Patience and room that tests can exhaust.
_SHORT = 0.5
_BODY = 256 << 10
_LIMITS = RequestLimits(body=_BODY, yaml=16 << 10, bodies=2 * _BODY, head=16 << 10, requests=4, connections=12,
                 head_seconds=_SHORT, body_seconds=_SHORT, stalled_seconds=_SHORT, idle_seconds=1)  # fmt: skip


@pytest.fixture(scope="module")
def gateway(server: LiteServer) -> Iterator[Gateway]:
    """A gateway that is soon out of patience."""
    with Gateway(server.address, limits=_LIMITS) as made:
        yield made


@pytest.fixture(autouse=True)
def _goes_on(gateway: Gateway) -> Iterator[None]:
    """Whatever a test did, the next request is answered."""
    yield
    end = time.monotonic() + SECONDS
    while ask(gateway.url, "GET", "/collections-list").status != 200:
        assert time.monotonic() < end


@contextlib.contextmanager
def _connected(gateway: Gateway) -> Iterator[socket.socket]:
    host, _, port = gateway.address.rpartition(":")
    with socket.create_connection((host, int(port)), SECONDS) as made:
        yield made


def _read(connection: socket.socket) -> bytes:
    """Read until the other side hangs up, politely or not."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            found += piece
    return found


def _sent(gateway: Gateway, text: bytes) -> bytes:
    with _connected(gateway) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(text)
        return _read(connection)


HEAD = b"POST /collections HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"

BODIES: dict[str, bytes] = {
    "no JSON": b"{b",
    "cut off": b'{"collection_name": "x"',
    "two values": b"{} {}",
    "an array": b"[{}]",
    "a text": b'"x"',
    "NaN": b'{"shards_num": NaN}',
    "no UTF-8": b'{"collection_name": "\xff"}',
    "half a surrogate": b'{"collection_name": "\\ud800"}',
    "a NUL": b"\x00",
    "twice": b'{"collection_name": "x", "collection_name": "y"}',
    "twice, deep within": b'{"schema": {"fields": [{"name": "x", "name": "y"}]}}',
    "twice, by escapes": b'{"a": 1, "\\u0061": 1}',
    "a text for a number": b'{"shards_num": "1"}',
    "a fraction for an integer": b'{"shards_num": 1.5}',
    "a number for a text": b'{"collection_name": 1}',
    "an array for an object": b'{"schema": []}',
    "an object for an array": b'{"schema": {"fields": {}}}',
    "beyond 32 bits": b'{"shards_num": 2147483648}',
    "beyond 64 bits": b'{"shards_num": 18446744073709551616}',
    "a huge exponent": b'{"shards_num": 1e999999999}',
    "a hundred thousand digits": b'{"shards_num": ' + b"9" * 100_000 + b"}",
    "arrays in arrays": b'{"schema": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "objects in objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "objects, as deep as the parser goes": b'{"a":' * 1000 + b"1" + b"}" * 1000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_that_are_no_request(gateway: Gateway, body: bytes) -> None:
    """They are 400, with a Status that says why, and cost less than three seconds of work."""
    begun = time.process_time()
    answer = ask(gateway.url, "POST", "/collections", body)
    assert time.process_time() - begun < SECONDS / 10
    assert (answer.status, answer.plain["code"], answer.headers["grpc-status"]) == (400, 1100, "3")
    assert len(answer.body) < 1000


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_same_in_the_words_of_milvus(gateway: Gateway, body: bytes) -> None:
    """Over /api/v1 they are 400 without a code; what Milvus reads is for the server to refuse."""
    answer = ask(gateway.url, "POST", "/api/v1/collection", body)
    assert answer.status in {200, 400}
    assert answer.plain.get("reason")
    assert len(answer.body) < 1000


@pytest.mark.parametrize(
    "body",
    [b"a: [" * 2000, b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", b"!!python/object/apply:os.system ['true']", b"\t:",
     b"a: 1\na: 2", b"? [a]\n: b", b"{" * 5000],
    ids=["deep", "aliases", "tags", "tab", "twice", "a list for a key", "braces"],
)  # fmt: skip
def test_yaml(gateway: Gateway, body: bytes) -> None:
    """YAML that nests, unfolds or calls is 400."""
    assert ask(gateway.url, "POST", "/collections", body, "application/yaml").status == 400


@pytest.mark.parametrize("size", [_BODY + 1, 8 * _BODY])
def test_a_large_body(gateway: Gateway, size: int) -> None:
    """A body that says it is too large is 413, read or not."""
    answer = ask(gateway.url, "POST", "/collections", b" " * size)
    assert (answer.status, answer.headers["grpc-status"], answer.headers["connection"]) == (413, "8", "close")


def test_a_large_body_in_pieces(gateway: Gateway) -> None:
    """A body that grows piece by piece is 413 as soon as it is too large."""
    piece = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    answer = _sent(gateway, HEAD + b"transfer-encoding: chunked\r\n\r\n" + piece * 10 + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_body_that_never_ends(gateway: Gateway) -> None:
    """Whoever sends without an end is cut off, and costs no memory."""
    before = psutil.Process().memory_info().rss
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with _connected(gateway) as connection:
        connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            connection.sendall(piece * 4000)
    assert psutil.Process().memory_info().rss - before < 64 << 20


def test_who_asks_first_whether_to_send(gateway: Gateway) -> None:
    """A body that is announced as too large is refused before it is sent."""
    answer = _sent(gateway, HEAD + b"expect: 100-continue\r\ncontent-length: 99999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_yaml_has_less_room(gateway: Gateway) -> None:
    """YAML, which is slow to read, is 413 much earlier."""
    assert ask(gateway.url, "POST", "/collections", b"a: " + b"x" * 20_000, "application/yaml").status == 413


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"".join(b"h%d: x\r\n" % n for n in range(20_000)) + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: x\r\nh: " + b"x" * 100_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: x\r\nh: " + b"x" * 17_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: x\r\nh : y\r\n\r\n", 400),
        (HEAD + b"content-length: 3\r\ncontent-length: 4\r\n\r\n{}  ", 400),
        (HEAD + b"content-length: -1\r\n\r\n", 400),
        (HEAD + b"transfer-encoding: gzip\r\n\r\n", 501),
        (HEAD + b"transfer-encoding: chunked\r\n\r\nxyz\r\n", 400),
    ],
    ids=["no host", "nonsense", "TLS", "long path", "many headers", "long header", "headers in one piece",
         "two hosts", "space in a name", "two lengths", "length below zero", "coding", "no chunk"],
)  # fmt: skip
def test_what_is_no_http(gateway: Gateway, text: bytes, status: int) -> None:
    """It is refused with a status of HTTP and a Status in JSON, and the connection ends."""
    answer = _sent(gateway, text)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 ")
    # h11 names a few of these more exactly than others; each is an error of the client or something that we lack.
    assert int(head.split()[1]) in {status, 400}
    assert orjson.loads(body)["error_code"] == 5


@pytest.mark.parametrize("text", [b"", b"GET / HT", HEAD], ids=["nothing", "half a line", "half a head"])
def test_a_head_that_does_not_come(gateway: Gateway, text: bytes) -> None:
    """Who connects and says nothing, or half of something, hears 408 and is cut off."""
    begun = time.monotonic()
    answer = _sent(gateway, text)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun < SECONDS / 2


def test_a_head_letter_by_letter(gateway: Gateway) -> None:
    """A letter now and then does not buy more time."""
    with _connected(gateway) as connection:
        begun = time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() - begun < SECONDS:
                connection.sendall(b"G")
                connection.settimeout(0.05)
                with contextlib.suppress(TimeoutError):
                    if connection.recv(1):
                        break
    assert time.monotonic() - begun < SECONDS / 2


def test_a_body_letter_by_letter(gateway: Gateway) -> None:
    """A body that trickles in is 408 after its time."""
    with _connected(gateway) as connection:
        connection.sendall(HEAD + b"content-length: 100000\r\n\r\n")
        begun = time.monotonic()
        connection.settimeout(0.05)
        answer = b""
        while not answer and time.monotonic() - begun < SECONDS:
            connection.sendall(b" ")
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_half_a_body_and_gone(gateway: Gateway) -> None:
    """Who hangs up in the middle of a body leaves nothing behind."""
    for _ in range(50):
        with _connected(gateway) as connection:
            connection.sendall(HEAD + b"content-length: 100000\r\n\r\n" + b" " * 50_000)


def test_more_connections_than_there_are_places(gateway: Gateway) -> None:
    """Connections beyond the limit are ended; when others end, there is room again."""
    with contextlib.ExitStack() as every:
        made = [every.enter_context(_connected(gateway)) for _ in range(3 * _LIMITS.connections)]
        ended = [_read(each) for each in made]
    assert sum(not each for each in ended) >= _LIMITS.connections
    assert sum(each.startswith(b"HTTP/1.1 408 ") for each in ended) <= _LIMITS.connections


def test_many_requests_on_one_connection(gateway: Gateway) -> None:
    """Requests that are sent before the first is answered are answered one after the other."""
    one = b"GET /api/v1/health HTTP/1.1\r\nhost: x\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    answer = _sent(gateway, one * 50 + last)
    assert answer.count(b"HTTP/1.1 200 ") == 51


def test_more_requests_than_are_answered_at_a_time() -> None:
    """What is too much at a time is 503 with Retry-After, and goes well later."""
    peer = Server()
    with serving(peer) as address, Gateway(address, limits=_LIMITS) as gateway, contextlib.ExitStack() as every:
        hang = HEAD.replace(b"/collections", b"/collections/x/records/query") + b"content-length: 2\r\n\r\n{}"
        for _ in range(_LIMITS.requests):
            every.enter_context(_connected(gateway)).sendall(hang)
        end = time.monotonic() + SECONDS
        while (refused := ask(gateway.url, "GET", "/version")).status == 200:
            assert time.monotonic() < end
        assert (refused.status, refused.plain["code"], refused.headers["retry-after"]) == (503, 2, "1")
        peer.given_up.set()
        while ask(gateway.url, "GET", "/version").status != 200:
            assert time.monotonic() < end


def test_who_reads_no_answer() -> None:
    """An answer that nobody reads is given up after its time."""
    large = m.GetVersionResponse(version="x" * (64 << 20)).SerializeToString()
    peer = Server(answer=lambda _rpc, _request: large)
    with serving(peer) as address, Gateway(address, limits=_LIMITS) as gateway, _connected(gateway) as connection:
        connection.sendall(b"GET /version HTTP/1.1\r\nhost: x\r\n\r\n")
        assert connection.recv(1) == b"H"
        assert gateway._server is not None
        end = time.monotonic() + SECONDS
        while gateway._server.server_state.connections:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert len(_read(connection)) < len(large)
