"""Reading replies: the usual kind at the price of a look-up, every other one by h11.

The head of a reply is the same bytes again and again, but for its date, which changes once a
second. So a head is understood once, and after that looked up.
"""

import re
from dataclasses import dataclass, field
from typing import Final

import h11

__all__ = ["BrokenReplyError", "ReplyReader"]

_END: Final = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})[^\r\n]*\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,10})[ \t]*(?=\r\n)")
#: Heads with any of these are for h11: the body is told in another way, or the connection ends with it.
_OTHER = re.compile(rb"\r\n(?:transfer-encoding|connection|upgrade)[ \t]*:|\r\n[ \t]")
_KNOWN = 1024
_LOWEST_FINAL: Final = 200
_NO_BODY: Final = frozenset({204, 304})
#: Bytes that a reply may have at most.
LONGEST = 512 << 20


class BrokenReplyError(Exception):
    """What came is no reply of HTTP/1.1."""


@dataclass
class ReplyReader:
    """Reads the replies of one connection, one for each request."""

    #: Status and length of the body by head; for every connection of a transport.
    known: dict[bytes, tuple[int, int]]
    _parts: bytes = b""
    _slow: h11.Connection | None = None
    _status: int = 0
    _body: list[bytes] = field(default_factory=list)
    _size: int = 0
    #: Whether the connection ends with the reply that was read last.
    last: bool = False

    def begin(self) -> None:
        """Expect the reply to a request that is sent now."""
        self._parts = b""
        self._slow = None

    def feed(self, data: bytes) -> tuple[int, bytes] | None:
        """Take what has arrived, nothing at the end; return status and body once they are whole."""
        if self._slow is None:
            if not data and not self._parts:
                return None
            if self._parts:
                data = self._parts + data
            cut = data.find(_END)
            if cut >= 0 and data:
                found = self.known.get(data[:cut]) or self._learn(data[:cut])
                if found is not None:
                    status, length = found
                    start = cut + len(_END)
                    if len(data) == start + length:
                        return status, data[start:]
            if cut < 0 and data and len(data) < 1 << 16:
                self._parts = data
                return None
            self._slow = _expecting()
        return self._by_library(data)

    def _learn(self, head: bytes) -> tuple[int, int] | None:
        """Understand a head of the usual kind; `None` for any other one."""
        lower = head.lower() + b"\r\n"
        status, lengths = _STATUS.match(head + b"\r\n"), _LENGTH.findall(lower)
        if not status or len(lengths) != 1 or _OTHER.search(lower):
            return None
        number = int(status[1])
        if number < _LOWEST_FINAL or number in _NO_BODY or int(lengths[0]) > LONGEST:
            return None
        if len(self.known) >= _KNOWN:
            self.known.clear()
        found = self.known[head] = (number, int(lengths[0]))
        return found

    def _by_library(self, data: bytes) -> tuple[int, bytes] | None:
        slow = self._slow
        assert slow is not None  # noqa: S101 - it was made before
        try:
            slow.receive_data(data)
            while True:
                event = slow.next_event()
                if event is h11.NEED_DATA:
                    return None
                if isinstance(event, h11.Response):
                    self._status, self._body, self._size = event.status_code, [], 0
                elif isinstance(event, h11.Data):
                    self._take(bytes(event.data))
                elif isinstance(event, h11.EndOfMessage):
                    self.last = slow.their_state is not h11.DONE or bool(slow.trailing_data[0])
                    return self._status, b"".join(self._body)
        except h11.RemoteProtocolError as error:
            if not data:
                raise BrokenReplyError("the server closed the connection in the middle of a reply") from error
            raise BrokenReplyError(f"no reply of HTTP/1.1: {error}") from error

    def _take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > LONGEST:
            raise BrokenReplyError(f"a reply of more than {LONGEST >> 20} MiB")
        self._body.append(piece)


def _expecting() -> h11.Connection:
    """Make a parser that has sent a request."""
    made = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    made.send(h11.Request(method="POST", target="/", headers=[("host", "-"), ("content-length", "0")]))
    made.send(h11.EndOfMessage())
    return made
