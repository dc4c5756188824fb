"""Requests that do not leave in one piece: too long for a frame, or for the peer's windows."""

from collections import deque
from collections.abc import Iterable

from milvus_tck.load.transports.http2.wire import Buffer
from milvus_tck.wire import http2_frames as frames

__all__ = ["Upload", "Uploads"]

#: Stop cutting when so many bytes wait for the socket: what comes later must not wait behind all of a large request.
_ENOUGH = 1 << 20


class Upload:
    """The rest of one request, in buffers that are cut and never copied."""

    __slots__ = ("_buffers", "left", "window")

    def __init__(self, buffers: Iterable[Buffer], window: int) -> None:
        self._buffers = deque(memoryview(each).cast("B") for each in buffers if len(each))
        self.left = sum(len(each) for each in self._buffers)
        #: What the peer allows this stream.
        self.window = window

    def take(self, count: int) -> list[Buffer]:
        """Cut off the next `count` bytes, which are there."""
        taken: list[Buffer] = []
        self.left -= count
        while count:
            first = self._buffers.popleft()
            if len(first) > count:
                self._buffers.appendleft(first[count:])
                first = first[:count]
            taken.append(first)
            count -= len(first)
        return taken


class Uploads:
    """The uploads of one connection, a frame of each in turn."""

    def __init__(self) -> None:
        #: What is left of each request, by the number of its stream.
        self.by_stream: dict[int, Upload] = {}

    def add(self, stream: int, upload: Upload) -> None:
        """Begin one."""
        self.by_stream[stream] = upload

    def drop(self, stream: int) -> bool:
        """Give one up; tell whether it was there."""
        return self.by_stream.pop(stream, None) is not None

    def widen(self, stream: int, more: int) -> bool:
        """Give one stream more window; False if that is more than there may be."""
        upload = self.by_stream.get(stream)
        if upload is not None:
            upload.window += more
        return upload is None or upload.window <= frames.MAX_WINDOW

    def widen_all(self, more: int) -> bool:
        """Give every stream more window, or less; False if one has more than there may be."""
        for upload in self.by_stream.values():
            upload.window += more
        return all(upload.window <= frames.MAX_WINDOW for upload in self.by_stream.values())

    def cut(self, window: int, longest: int, out: list[Buffer]) -> int:
        """Put into `out` what may leave now: frames of at most `longest`, no more than `window` in all.

        Returns the number of bytes that were taken from the window of the connection.
        """
        room = left = min(window, _ENOUGH)
        moved = True
        while moved and left > 0:
            moved = False
            for number, upload in list(self.by_stream.items()):
                count = min(left, upload.window, upload.left, longest)
                if count > 0:
                    self._cut_one(number, upload, count, out)
                    left -= count
                    moved = True
        return room - left

    def _cut_one(self, number: int, upload: Upload, count: int, out: list[Buffer]) -> None:
        last = count == upload.left
        out.append(frames.head(count, frames.DATA, frames.END_STREAM if last else 0, number))
        out.extend(upload.take(count))
        upload.window -= count
        if last:
            del self.by_stream[number]
