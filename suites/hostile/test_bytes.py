"""Requests that are no messages, or messages that nobody means."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from milvus_tck.fixtures.guarded_requests import request
from milvus_tck.fixtures.marks import rule
from milvus_tck.fixtures.small_collections import SmallCollection
from milvus_tck.suites.hostile._assertions import judge_survived

from milvus_tck.bindings.odd_frames import FRAMING, NAMES
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call

Bytes = Callable[[Call[Any], random.Random], Iterator[bytes]]


def _garbage(_call: Call[Any], seeded: random.Random) -> Iterator[bytes]:
    for size in (1, 16, 4096):
        yield seeded.randbytes(size)


def _truncated(call: Call[Any], _seeded: random.Random) -> Iterator[bytes]:
    whole = call.sent
    for size in sorted({len(whole) // 3, len(whole) // 2, len(whole) - 1}):
        yield whole[: max(0, size)]


def _flipped(call: Call[Any], seeded: random.Random) -> Iterator[bytes]:
    for _ in range(4):
        wrong = bytearray(call.sent or b"\0")
        wrong[seeded.randrange(len(wrong))] ^= 1 << seeded.randrange(8)
        yield bytes(wrong)


def _nested(_call: Call[Any], _seeded: random.Random) -> Iterator[bytes]:
    """Groups within groups, of a field that no request has: deeper than any reader goes."""
    yield b"\x9b\x06" * 50_000
    yield b"\x9b\x06" * 5_000 + b"\x9c\x06" * 5_000


def _endless(_call: Call[Any], _seeded: random.Random) -> Iterator[bytes]:
    """A member that says to be longer than anything there is, and a number that does not end."""
    yield b"\x0a\xff\xff\xff\xff\x07"
    yield b"\x08" + b"\xff" * 64


_BYTES: dict[str, Bytes] = {
    "garbage": _garbage,
    "truncated": _truncated,
    "bits-flipped": _flipped,
    "nested": _nested,
    "endless": _endless,
}
_NAMED: dict[str, Callable[[str], Call[Any]]] = {
    "long-name": lambda rpc: request(rpc, "x" * 1_000_000),
    "odd-name": lambda rpc: request(rpc, "\0\x1b[2J\u202e\U0001f9e8'\";--"),
    "empty": lambda rpc: request(rpc, ""),
}


@rule("survives-bytes", cases=(*_BYTES, *_NAMED))
def test_bytes_that_nobody_means(tck: Case, bystander: SmallCollection, rpc: str) -> None:
    """Whatever an RPC is sent, the server goes on, and has what it had."""
    right = request(rpc, tck.foreign_name())
    for case, spell in _BYTES.items():
        judge_survived(tck, bystander, map(right.raw, spell(right, tck.random)), case=case)
    for case, named in _NAMED.items():
        judge_survived(tck, bystander, [named(rpc)], case=case)


@pytest.mark.clause("service/survives-frames", cases=NAMES)
def test_frames_that_nobody_sends(tck: Case, bystander: SmallCollection) -> None:
    """However a call is framed, the server goes on, and has what it had."""
    for case in NAMES:
        judge_survived(tck, bystander, [_framed(bystander.name, case)], case=case)


def _framed(name: str, framing: str) -> Call[Any]:
    return calls.has_collection(name).tagged(**{FRAMING: framing})


@pytest.mark.clause("service/survives-deadlines")
def test_calls_that_are_given_up(tck: Case, bystander: SmallCollection) -> None:
    """Many calls whose callers do not wait for the end leave the server as it was."""
    late = ("DEADLINE_EXCEEDED", "CANCELLED")
    for turn in range(200):
        call: Call[Any] = calls.query(bystander.name, "id >= 0") if turn % 2 else calls.show_collections()
        tck.call(call.within(0.0005), answers=late)
    judge_survived(tck, bystander, [])
