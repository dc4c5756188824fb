"""The header blocks of replies: what they say about the call.

We announce a header table of size 0. A server that keeps to it sends blocks that mean the same
each time, so each one is decoded once. One that does not is understood just as well, only
slower: a block is remembered if it found the table empty and left it so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from hpack import Decoder

from milvus_tck.load.transports.base import CODES

__all__ = ["NO_STATUS", "Block", "Replies"]

#: How many different blocks are remembered; their texts may be different for every error.
_KEPT = 1024
#: In place of a code where a block has none.
NO_STATUS: Final = -1
_UNKNOWN: Final = CODES.index("UNKNOWN")
_INTERNAL: Final = CODES.index("INTERNAL")
_UNAVAILABLE: Final = CODES.index("UNAVAILABLE")
_OK: Final = 200
#: What an HTTP status without a gRPC one means, by gRPC's own table.
_FROM_HTTP = {
    400: _INTERNAL,
    401: CODES.index("UNAUTHENTICATED"),
    403: CODES.index("PERMISSION_DENIED"),
    404: CODES.index("UNIMPLEMENTED"),
    429: _UNAVAILABLE,
    502: _UNAVAILABLE,
    503: _UNAVAILABLE,
    504: _UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Block:
    """What one header block says."""

    #: HTTP status; 0 where there is none, as in trailers.
    http: int
    #: gRPC code; `NO_STATUS` where there is none.
    code: int
    details: str
    #: Whether messages may follow: HTTP 200, and a content type of gRPC if any.
    opens: bool

    @property
    def informs(self) -> bool:
        """Whether it only announces the real headers, which are yet to come."""
        return 100 <= self.http < _OK  # noqa: PLR2004 - the class of such statuses


class Replies:
    """Reads the header blocks that one connection receives, in their order."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        #: Blocks by their bytes; the fast path looks here by itself.
        self.known: dict[bytes, Block] = {}

    def read(self, block: bytes) -> Block:
        """Decode a block; raises `hpack.HPACKError` where that is impossible."""
        found = self.known.get(block)
        if found is not None:
            return found
        table = self._decoder.header_table
        pure, size = not table.dynamic_entries, table.maxsize
        read = _read((_ascii(name), _ascii(value)) for name, value in self._decoder.decode(block, raw=True))
        if pure and not table.dynamic_entries and size == table.maxsize:
            if len(self.known) >= _KEPT:
                self.known.clear()
            self.known[block] = read
        elif table.dynamic_entries:
            self.known.clear()
        return read


def _ascii(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("latin-1")


def _read(headers: Iterable[tuple[str, str]]) -> Block:
    found = dict(headers)
    http = _number(found.get(":status", "0"))
    kind = found.get("content-type", "")
    opens = http == _OK and (not kind or kind.startswith("application/grpc"))
    if "grpc-status" in found:
        code = _number(found["grpc-status"])
        if code < 0:
            return Block(http, _INTERNAL, f"a gRPC status that is no number: {found['grpc-status']!r}", opens)
        code = code if code < len(CODES) else _UNKNOWN
        return Block(http, code, unquote(found.get("grpc-message", "")), opens)
    if opens or not http:
        return Block(http, NO_STATUS, "", opens)
    why = f"HTTP status {http}" if http != _OK else f"content-type {kind!r} is not that of gRPC"
    return Block(http, _FROM_HTTP.get(http, _UNKNOWN), why, opens)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1
