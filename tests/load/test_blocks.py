"""Header blocks of requests, read by a decoder that is not ours; header blocks of replies, written by others."""

import math

import pytest
from hpack import Decoder, Encoder
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.load.transports.base import CODES
from milvus_tck.load.transports.http2.blocks import Blocks, timeout_text
from milvus_tck.load.transports.http2.replies import Replies

_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200)
_KEYS = st.from_regex(r"[a-z0-9_.-]{1,20}", fullmatch=True)


@given(
    st.lists(st.tuples(_VALUES, st.sampled_from(["", "1S", "2S"])), min_size=1, max_size=30),
    st.lists(st.tuples(_KEYS, _VALUES), max_size=5),
    st.lists(st.sampled_from([0, 50, 200, 4096, 10_000]), max_size=3),
)
def test_any_requests(calls: list[tuple[str, str]], metadata: list[tuple[str, str]], sizes: list[int]) -> None:
    """Whatever is called in whatever order, and however the table is resized, each block says what it should."""
    decoder, blocks = Decoder(max_header_list_size=1 << 20), Blocks("http", "host:1", metadata, "agent")
    changes = dict(zip(range(2, 60, 5), sizes, strict=False))
    steady: dict[tuple[str, str], bytes] = {}
    for at, (path, timeout) in enumerate(calls):
        if at in changes:
            decoder.max_allowed_table_size = changes[at]
            blocks.resize(changes[at])
        block, again = blocks.block(path, timeout)
        if not again:
            steady.clear()
        expected = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "host:1"),
                    ("te", "trailers"),
                    ("content-type", "application/grpc"), ("user-agent", "agent"), *metadata]  # fmt: skip
        expected += [("grpc-timeout", timeout)] if timeout else []
        assert [(str(name), str(value)) for name, value in decoder.decode(block)] == expected
        for kept in steady.values():
            decoder.decode(kept)
        assert steady.get((path, timeout), block) == block
        if again:
            steady[path, timeout] = block


def test_a_block_gets_short() -> None:
    """A request that was sent before takes a byte for each header."""
    blocks = Blocks("http", "localhost:19530", (("authorization", "x" * 40),), "agent")
    first, _ = blocks.block("/milvus.proto.milvus.MilvusService/Search", "30S")
    second, steady = blocks.block("/milvus.proto.milvus.MilvusService/Search", "30S")
    assert (len(first) > 100, len(second), steady) == (True, 9, True)


def test_ever_new_timeouts_leave_room_for_paths() -> None:
    """A thousand different timeouts do not fill the table: a new path still becomes short."""
    blocks = Blocks("http", "localhost:19530", (), "agent")
    for each in range(1000):
        blocks.block("/a/B", f"{each}u")
    blocks.block("/c/D", "1S")
    assert len(blocks.block("/c/D", "")[0]) == 7


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.5, "2500000u"), (0.1, "100000u"), (1e-7, "1u"), (99.999999, "99999999u"), (100.0, "100000m"),
     (3600.0, "3600000m"),
     (1e6, "1000000S"), (1e9, "277778H"), (0.0, "0u"), (-1.0, "0u"), (math.inf, ""), (1e30, "99999999H")],
)  # fmt: skip
def test_timeouts(seconds: float, text: str) -> None:
    """A timeout has at most eight digits, in the finest unit that holds it, and is never shorter than asked."""
    assert timeout_text(seconds) == text


@given(st.lists(st.tuples(st.integers(0, 16), st.text(max_size=50), st.sampled_from([None, 0, 4096])), min_size=1))
def test_any_replies(replies: list[tuple[int, str, int | None]]) -> None:
    """Blocks of a server that uses a header table, and changes its size, are read right, remembered or not."""
    encoder, ours = Encoder(), Replies()
    for code, text, size in replies:
        if size is not None:
            encoder.header_table_size = size
        raw = text.encode().hex()
        read = ours.read(encoder.encode([(":status", "200"), ("grpc-status", str(code)), ("grpc-message", raw)]))
        assert (read.http, read.code, read.details) == (200, code, raw)


def test_a_pure_block_is_decoded_once() -> None:
    """A block that uses no table is known by its bytes the second time."""
    encoder, ours = Encoder(), Replies()
    encoder.header_table_size = 0
    ours.read(encoder.encode([(":status", "200")]))
    raw = encoder.encode([("grpc-status", "0")])
    assert ours.read(raw) is ours.read(raw) is ours.known[raw]


def test_the_names_of_codes() -> None:
    """The codes have the names and numbers that gRPC gives them."""
    import grpc  # noqa: PLC0415 - for this table alone

    assert {name: at for at, name in enumerate(CODES)} == {each.name: each.value[0] for each in grpc.StatusCode}
