"""Statuses: whether an answer says that all went well, at a fraction of a microsecond.

Every answer begins with its Status (or is one). The bytes of a Status are few and repeat, so
that each kind is parsed once, and after that looked up.
"""

from google.protobuf.message import DecodeError

from milvus_tck.spec.errors import codes
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.wire_format import tag

__all__ = ["MALFORMED", "Statuses"]

#: What an answer is called that cannot be read.
MALFORMED = "MALFORMED"
_SHORT = 0x80
_MOST = 4096


class Statuses:
    """Reads the Status of the answers of one RPC: an empty text for success, else a name or a number."""

    def __init__(self, rpc: str) -> None:
        self._kind = message_class(method(rpc).output_type.full_name)
        self._bare = self._kind.DESCRIPTOR.full_name == m.Status.DESCRIPTOR.full_name
        self._tag = 0 if self._bare else tag(self._kind.DESCRIPTOR, "status")[0]
        self._known: dict[bytes, str] = {}

    def read(self, body: bytes) -> str:
        """Return what became of a request."""
        if self._bare:
            key = body
        elif len(body) > 1 and body[0] == self._tag and body[1] < _SHORT:
            key = body[2 : 2 + body[1]]
        else:
            return self._whole(body)
        found = self._known.get(key)
        return self._learn(key) if found is None else found

    def _learn(self, key: bytes) -> str:
        try:
            said = _word(m.Status.FromString(key))
        except DecodeError:
            return MALFORMED
        if len(self._known) < _MOST:
            self._known[key] = said
        return said

    def _whole(self, body: bytes) -> str:
        """Read an answer whose Status is long, or not the first thing in it."""
        try:
            return _word(self._kind.FromString(body).status)  # type: ignore[attr-defined] # it has one
        except DecodeError:
            return MALFORMED


def _word(status: m.Status) -> str:
    if not status.code and not status.error_code:
        return ""
    number = status.code or int(status.error_code)
    names = (each.name for each in codes() if each.number == number) if status.code else ()
    return next(iter(names), None) or f"code {number}"
