"""One HTTP/2 connection: the fast path of sending and receiving, and whose turn it is.

Replies are read and told in two steps. Reading touches nothing but our own state; telling
switches into the greenlets that wait, which may then do whatever they like with us: begin
calls, cancel them, close us. What they send leaves together when all have been told.
"""

import contextlib
import sys
from struct import Struct
from typing import Final

from gevent.hub import Hub
from hpack import HPACKError

from milvus_tck.load.transports.http2 import control, reply_frames
from milvus_tck.load.transports.http2.blocks import Blocks, timeout_text
from milvus_tck.load.transports.http2.limits import PeerLimits, ProtocolError, StreamOwner
from milvus_tck.load.transports.http2.replies import Block, Replies
from milvus_tck.load.transports.http2.stream import Stream
from milvus_tck.load.transports.http2.uploads import Upload, Uploads
from milvus_tck.load.transports.http2.wire import Buffer, Wire
from milvus_tck.wire import http2_frames as frames
from milvus_tck.wire.http2_frames import DATA, END_HEADERS, END_STREAM, HEADERS, PADDED, PRIORITY_FLAG

__all__ = ["Http2Connection"]

#: The last number of a stream that we use; a new connection begins again at 1.
_LAST_STREAM: Final = 2**31 - 3
#: How many prebuilt beginnings of requests are kept, one for each path, deadline and length.
_KEPT: Final = 4096
_HEAD_SIZE: Final = 9
_HEAD = Struct(">BHBBI").unpack_from
_NUMBER = Struct(">I").pack
#: Before every message: whether it is compressed, and its length.
_PREFIX = Struct(">BI")
_PREFIX_SIZE: Final = _PREFIX.size
_UNPREFIX = _PREFIX.unpack_from
_SHAPE: Final = PADDED | PRIORITY_FLAG | END_HEADERS


class Http2Connection:
    """Streams over one wire; everything happens in the hub or, for `begin`, in the greenlet that asks."""

    def __init__(self, wire: Wire, hub: Hub, owner: StreamOwner, blocks: Blocks, limits: PeerLimits) -> None:
        self.owner = owner
        self.blocks = blocks
        self.limits = limits
        self.replies = Replies()
        self.streams: dict[int, Stream] = {}
        self.uploads = Uploads()
        #: Streams whose end was read, and that nobody was told of yet.
        self.finished: list[tuple[Stream, int, str, bytes]] = []
        self.out: list[Buffer] = []
        # What the peer allows, until it says otherwise.
        self.window = self.initial_window = frames.START_WINDOW
        self.longest = frames.SHORTEST_FRAME
        self.max_streams = 1 << 31
        #: Whether the peer's first settings are there.
        self.greeted = False
        #: Whether no new stream may begin: the peer said goodbye.
        self.draining = False
        self.closed = False
        #: The number of the next stream.
        self.next = 1
        #: The header block that CONTINUATION frames are still going to complete.
        self.joining: reply_frames.Joining | None = None
        self._wire = wire
        self._hub = hub
        self._known = self.replies.known
        #: Whether `_flush` will run by itself: it is scheduled, or telling goes on, or the socket is full.
        self._flushing = False
        self._full = False
        self._rest = b""
        self._starts: dict[tuple[str, float, int], tuple[bytes, bytes, bytes]] = {}
        #: Bytes of DATA that the peer has not been allowed again.
        self._consumed = 0
        self._half = limits.window // 2
        self._reader = hub.loop.io(wire.fileno(), 1)
        self._writer = hub.loop.io(wire.fileno(), 2)
        self._greet()

    def _greet(self) -> None:
        limits = self.limits
        announced = (
            (frames.HEADER_TABLE_SIZE, 0),
            (frames.ENABLE_PUSH, 0),
            (frames.INITIAL_WINDOW_SIZE, limits.window),
            (frames.MAX_FRAME_SIZE, limits.longest),
        )
        self.out += (frames.PREFACE, frames.settings(announced))
        if limits.window > frames.START_WINDOW:
            self.out.append(frames.window_update(0, limits.window - frames.START_WINDOW))
        self._reader.start(self._readable)
        # What came together with the end of the TLS handshake lies in memory, where no watcher sees it.
        self._hub.loop.run_callback(self._readable)
        self.schedule()

    def begin(self, stream: Stream) -> bool:
        """Send a request; False if there is no room for another stream."""
        streams = self.streams
        number = self.next
        if len(streams) >= self.max_streams or number > _LAST_STREAM:
            return self._no_room()
        payload = stream.payload
        size = len(payload)
        start = self._starts.get((stream.path, stream.deadline, size)) if type(payload) is bytes else None
        if start is None or size + _PREFIX_SIZE > self.window:
            return self._begin_slowly(stream)
        self.next = number + 2
        streams[number] = stream
        stream.number = number
        stream.holder = self
        self.window -= size + _PREFIX_SIZE
        raw = _NUMBER(number)
        self.out += (start[0], raw, start[1], raw, start[2], payload)  # type: ignore[arg-type] # these are bytes
        if not self._flushing:
            self._flushing = True
            self._hub.loop.run_callback(self._flush)
        return True

    def _no_room(self) -> bool:
        if self.next > _LAST_STREAM and not self.draining:
            self.draining = True
            self.owner.drained(self)
            self.schedule()
        return False

    def _begin_slowly(self, stream: Stream) -> bool:
        """Send a request that needs a new header block, several frames, or more window than there is."""
        parts = (stream.payload,) if isinstance(stream.payload, bytes) else stream.payload
        size = sum(memoryview(each).nbytes for each in parts)
        block, steady = self.blocks.block(stream.path, timeout_text(stream.deadline))
        if not steady:
            self._starts.clear()
        prefix = _PREFIX.pack(0, size)
        whole = size + _PREFIX_SIZE
        number, self.next = self.next, self.next + 2
        self.streams[number] = stream
        stream.number, stream.holder = number, self
        self.out.append(frames.header_frames(number, block, self.longest))
        if max(whole, len(block)) <= self.longest and whole <= min(self.initial_window, self.window):
            self.window -= whole
            self.out += (frames.head(whole, DATA, END_STREAM, number), prefix, *parts)
            if steady:
                self._remember(stream, size, block, prefix)
        else:
            self.uploads.add(number, Upload((prefix, *parts), self.initial_window))
        self.schedule()
        return True

    def _remember(self, stream: Stream, size: int, block: bytes, prefix: bytes) -> None:
        """Keep what is the same in every request of this path, deadline and length."""
        if len(self._starts) >= _KEPT:
            self._starts.clear()
        before = frames.head(len(block), HEADERS, END_HEADERS, 0)[:5]
        middle = block + frames.head(size + _PREFIX_SIZE, DATA, END_STREAM, 0)[:5]
        self._starts[stream.path, stream.deadline, size] = (before, middle, prefix)

    def forget_starts(self) -> None:
        """Build the beginnings of requests anew: what the peer allows has changed."""
        self._starts.clear()

    def _readable(self) -> None:
        """Take what has arrived, tell whose replies it holds, and send what they ask for next."""
        if self.closed:
            return
        # What the told greenlets ask for waits for the one flush at the end.
        self._flushing = True
        try:
            self._read(self._wire.recv())
            self._give_back()
        except BlockingIOError:
            pass
        except OSError as error:
            self.lose(f"the connection was lost: {error}")
        except ProtocolError as broken:
            self.refuse(broken)
        self.tell()
        self._flush()

    def _read(self, data: bytes) -> None:  # noqa: C901, PLR0912 - calls in this loop would cost more than its work
        """Read frames; what is not complete waits for more. This loop decides what a reply costs."""
        if not data:
            message = "the peer closed it"
            raise ConnectionResetError(message)
        if self._rest:
            data = self._rest + data
        streams, known, uploads = self.streams, self._known, self.uploads.by_stream
        longest, end, at = self.limits.longest, len(data), 0
        if not self.greeted and end >= _HEAD_SIZE:
            control.check_greeting(data)
        while end - at >= _HEAD_SIZE:
            high, low, kind, flags, number = _HEAD(data, at)
            length = high << 16 | low
            if length > longest:
                raise ProtocolError(frames.FRAME_SIZE_ERROR, f"a frame of {length} bytes, of {longest} allowed")
            start = at + _HEAD_SIZE
            stop = start + length
            if stop > end:
                break
            at = stop
            if kind == HEADERS and flags & _SHAPE == END_HEADERS and self.joining is None:
                block = known.get(data[start:stop]) or self._decode(data[start:stop])
                stream = streams.get(number)
                if (
                    not block.code
                    and flags & END_STREAM
                    and stream is not None
                    and stream.parts is None
                    and len(body := stream.body) >= _PREFIX_SIZE
                    and _UNPREFIX(body) == (0, len(body) - _PREFIX_SIZE)
                    and number not in uploads
                ):
                    del streams[number]
                    self.finished.append((stream, 0, block.details, body[_PREFIX_SIZE:]))
                elif block.opens and not flags & END_STREAM and stream is not None and not stream.open:
                    stream.open = True
                else:
                    reply_frames.headers(self, number, block, ends=bool(flags & END_STREAM))
            elif kind == DATA and self.joining is None:
                self._consumed += length
                stream = streams.get(number)
                if flags or length >= self._half or stream is None or not stream.open or stream.body:
                    reply_frames.data(self, number, flags, data[start:stop])
                else:
                    stream.body = data[start:stop]
            else:
                control.frame(self, kind, flags, number, data[start:stop])
        self._rest = data[at:]

    def _give_back(self) -> None:
        """Let the peer send as much again as was read."""
        if self._consumed >= self._half:
            self.out.append(frames.window_update(0, self._consumed))
            self._consumed = 0

    def _decode(self, raw: bytes) -> Block:
        try:
            return self.replies.read(raw)
        except HPACKError as error:
            why = f"a header block that cannot be decoded: {error}"
            raise ProtocolError(frames.COMPRESSION_ERROR, why) from error

    def join(self, number: int, raw: bytes, *, ends: bool) -> None:
        """Take a header block that came in a way the fast path does not read."""
        reply_frames.headers(self, number, self._decode(raw), ends=ends)

    def finish(self, number: int, code: int, details: str, body: bytes = b"") -> None:
        """End a stream that is there; who waits for it is told when all frames were read."""
        stream = self.streams.pop(number)
        if self.uploads.drop(number):
            # The rest of the request is not wanted any more, and the server need not wait for it.
            self.out.append(frames.rst_stream(number, frames.CANCEL))
        self.finished.append((stream, code, details, body))

    def reset(self, number: int, error: int, code: int, why: str) -> None:
        """End a stream, and tell the server that we do."""
        self.uploads.drop(number)
        self.out.append(frames.rst_stream(number, error))
        self.finish(number, code, why)

    def drop(self, stream: Stream) -> None:
        """Forget a call that was given up; its late reply will belong to nobody."""
        if self.streams.pop(stream.number, None) is not None:
            self.uploads.drop(stream.number)
            self.out.append(frames.rst_stream(stream.number, frames.CANCEL))
            self.schedule()

    def tell(self) -> None:
        """Tell everybody whose end was read."""
        while self.finished:
            finished, self.finished = self.finished, []
            for stream, code, details, body in finished:
                done = stream.done
                if done is None:
                    continue
                stream.done = None
                try:
                    done(code, details, body)
                except Exception:  # noqa: BLE001 - the others' answers must not suffer
                    self._hub.handle_error(done, *sys.exc_info())
        self.owner.roomy(self)

    def schedule(self) -> None:
        """See to it that what is to be sent is sent."""
        if not self._flushing:
            self._flushing = True
            self._hub.loop.run_callback(self._flush)

    def _flush(self) -> None:
        """Send what there is, and go on until the socket is full."""
        self._flushing = self._full
        if self.closed or self._full:
            return
        if self.draining and not self.streams:
            self.lose("it was drained")
            return
        uploading = bool(self.uploads.by_stream)
        if uploading:
            self.window -= self.uploads.cut(self.window, self.longest, self.out)
        if not self.out:
            return
        out, self.out = self.out, []
        try:
            gone = self._wire.send(out, bulk=uploading)
        except OSError as error:
            self.lose(f"the connection was lost: {error}")
            return
        if not gone:
            self._full = self._flushing = True
            self._writer.start(self._writable)
        elif uploading:
            self.schedule()

    def _writable(self) -> None:
        try:
            gone = self._wire.resume()
        except OSError as error:
            self.lose(f"the connection was lost: {error}")
            return
        if gone:
            self._writer.stop()
            self._full = False
            self._flush()

    def lose(self, why: str) -> None:
        """End it; the owner learns which streams have no answer."""
        orphans = self.shut()
        self.owner.lost(self, why, orphans)

    def refuse(self, broken: ProtocolError) -> None:
        """Tell a peer that broke the rules, if it listens, and end."""
        self._say_goodbye(broken.error, str(broken))
        self.lose(f"the peer broke the rules: {broken}")

    def _say_goodbye(self, error: int, why: str) -> None:
        """Send GOAWAY if that is possible at once."""
        if not self.closed and not self._full:
            with contextlib.suppress(OSError):
                self._wire.send([*self.out, frames.goaway(error, why)], bulk=False)
            self.out = []

    def shut(self, error: int = frames.NO_ERROR) -> list[Stream]:
        """Close the wire and return the streams without an answer, of which nobody was told."""
        if not self.closed:
            self._say_goodbye(error, "")
            self.closed = True
            for watcher in (self._reader, self._writer):
                watcher.stop()
                watcher.close()
            self._wire.close()
        orphans = list(self.streams.values())
        self.streams.clear()
        return orphans
