"""Removing what a run left on a target.

Works from names alone and asks nobody whether they exist, so it does not depend on any
feature that was under test. It never changes a verdict.
"""

import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from google.protobuf.message import DecodeError

from milvus_tck.bindings.grpc import Binding
from milvus_tck.wire import messages as m

__all__ = ["drop_collections"]

_SECONDS = 30.0
_AT_ONCE = 8
#: Seconds without a single success after which a target is left alone: it hangs or is gone.
_PATIENCE = 60.0
#: Seconds within which a creation that nobody waited for takes effect, if it does, and between two looks.
_LATE_SECONDS, _LOOK_SECONDS = 3.0, 0.1


def drop_collections(
    binding: Binding,
    names: Iterable[tuple[str, str]],
    seconds: float = _SECONDS,
    *,
    unanswered: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """Drop collections by name and database; return those that may still be there.

    `seconds` is what one call may take. `unanswered` are those whose creation nobody waited
    for: they may appear while we are at it. What resists is tried once more: it may have
    been the alias of another one.
    """
    cleaner = _Cleaner(binding, min(seconds, _SECONDS))
    left = cleaner.drop_all(names)
    replace(cleaner, seconds=min(seconds, _LATE_SECONDS)).drop_late(unanswered)
    return [name for name, _ in cleaner.drop_all(left)]


@dataclass
class _Cleaner:
    """Drops collections as long as the target goes along."""

    binding: Binding
    seconds: float
    _last_success: float = field(default_factory=time.monotonic)

    def drop_all(self, names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Drop collections; return those that may still be there."""
        wanted = list(names)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            gone = pool.map(lambda each: self._drop(*each), wanted)
            return [each for each, dropped in zip(wanted, gone, strict=True) if not dropped]

    def drop_late(self, names: Iterable[tuple[str, str]]) -> None:
        """Drop what appears within a moment."""
        awaited, end = deque(names), time.monotonic() + _LATE_SECONDS
        while awaited and time.monotonic() < end:
            each = awaited.popleft()
            if not (self._exists(*each) and self._drop(*each)):
                awaited.append(each)
                time.sleep(_LOOK_SECONDS / len(awaited))

    def _drop(self, name: str, database: str) -> bool:
        """Drop one collection; one that does not exist is gone too."""
        if time.monotonic() - self._last_success > _PATIENCE:
            return False
        request = m.DropCollectionRequest(collection_name=name, db_name=database)
        reply = self.binding.send("DropCollection", request.SerializeToString(), self.seconds)
        if reply.payload is None:
            return False
        gone = _succeeded(reply.payload) or not self._exists(name, database)
        if gone:
            self._last_success = time.monotonic()
        return gone

    def _exists(self, name: str, database: str) -> bool:
        """Tell whether a collection may be there; only a clear no is a no."""
        request = m.HasCollectionRequest(collection_name=name, db_name=database)
        reply = self.binding.send("HasCollection", request.SerializeToString(), self.seconds)
        if reply.payload is None:
            return True
        try:
            return m.BoolResponse.FromString(reply.payload).value
        except DecodeError:
            return True


def _succeeded(payload: bytes) -> bool:
    try:
        status = m.Status.FromString(payload)
    except DecodeError:
        return False
    return status.code == 0 and status.error_code == 0
