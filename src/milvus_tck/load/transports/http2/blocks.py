"""The header blocks of requests (HPACK, RFC 7541).

A call differs from the one before in its path and its timeout at most. Every header goes into
the server's table when it is first sent; from then on a request's whole block is a handful of
index bytes. Nothing is ever pushed out of the table: what does not fit is sent in full each
time, so an index changes only when a new header is added.
"""

import math
from collections.abc import Sequence

from milvus_tck.wire.http2_frames import header_number, header_text

__all__ = ["Blocks", "timeout_text"]

#: The table that a server has before it said otherwise, and the largest that we make use of.
_TABLE = 4096
#: What an entry takes beside its texts.
_OVERHEAD = 32
#: Places in the static table of the headers that a request of gRPC has.
_STATIC = {(":method", "POST"): 3, (":scheme", "http"): 6, (":scheme", "https"): 7}
_STATIC_NAMES = {":authority": 1, ":path": 4, "authorization": 23, "content-type": 31, "user-agent": 58}
_STATIC_SIZE = 61
#: How many timeouts get a place in the table, so that ever new ones do not fill it.
_TIMEOUTS = 8

#: The first byte of each representation: its mark, and how many bits of a number fit behind it.
_INDEXED = (0x80, 7)
_ADDED = (0x40, 6)
_IN_FULL = (0x00, 4)
_RESIZED = (0x20, 5)


def timeout_text(seconds: float) -> str:
    """Write a deadline as `grpc-timeout`: at most eight digits, never shorter than asked; empty for none."""
    if math.isinf(seconds):
        return ""
    for scale, unit in ((1e6, "u"), (1e3, "m"), (1.0, "S")):
        number = max(0, math.ceil(round(seconds * scale, 3)))
        if number < 10**8:
            return f"{number}{unit}"
    return f"{min(math.ceil(seconds / 3600), 10**8 - 1)}H"


class Blocks:
    """Writes the header blocks of one connection, in the order in which they are sent."""

    def __init__(self, scheme: str, authority: str, metadata: Sequence[tuple[str, str]], agent: str) -> None:
        """Take what is the same in every request."""
        self._before = [(":method", "POST"), (":scheme", scheme)]
        self._after = [
            (":authority", authority),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("user-agent", agent),
            *metadata,
        ]
        self._limit = _TABLE
        self._places: dict[tuple[str, str], int] = {}
        self._used = 0
        self._timeouts = 0
        self._prefix = b""

    def block(self, path: str, timeout: str) -> tuple[bytes, bool]:
        """Write the block of the next request, and tell whether the same bytes serve again.

        They do if nothing went into the table; until the table changes, that is: forget them as
        soon as another call says that they do not.
        """
        known = len(self._places)
        prefix, self._prefix = self._prefix, b""
        headers = [*self._before, (":path", path), *self._after]
        pieces = [self._header(*each) for each in headers]
        if timeout:
            pieces.append(self._timeout(timeout))
        return prefix + b"".join(pieces), not prefix and known == len(self._places)

    def resize(self, limit: int) -> None:
        """Obey a server that announced another size of its table: begin a new one."""
        limit = min(limit, _TABLE)
        if limit == self._limit:
            return
        self._limit = limit
        self._places.clear()
        self._used = self._timeouts = 0
        self._prefix = header_number(_RESIZED, 0) + (header_number(_RESIZED, self._limit) if self._limit else b"")

    def _timeout(self, text: str) -> bytes:
        header = ("grpc-timeout", text)
        if header not in self._places and self._timeouts >= _TIMEOUTS:
            return header_number(_IN_FULL, 0) + _ascii(header[0]) + _ascii(text)
        self._timeouts += header not in self._places
        return self._header(*header)

    def _header(self, name: str, value: str) -> bytes:
        if (name, value) in _STATIC:
            return header_number(_INDEXED, _STATIC[name, value])
        if (name, value) in self._places:
            return header_number(_INDEXED, _STATIC_SIZE + len(self._places) - self._places[name, value])
        index = _STATIC_NAMES.get(name, 0)
        written = (b"" if index else _ascii(name)) + _ascii(value)
        size = len(name) + len(value) + _OVERHEAD
        if self._used + size > self._limit:
            return header_number(_IN_FULL, index) + written
        self._places[name, value] = len(self._places)
        self._used += size
        return header_number(_ADDED, index) + written


def _ascii(text: str) -> bytes:
    return header_text(text.encode("ascii"))
