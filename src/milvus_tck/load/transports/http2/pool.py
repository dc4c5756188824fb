"""Several channels to one endpoint, for a server or a link that one connection cannot fill."""

from collections.abc import Sequence

from milvus_tck.load.transports.base import Answer, Done, Payload, TransportStats
from milvus_tck.load.transports.http2.channel import Channel
from milvus_tck.load.transports.http2.stream import Stream

__all__ = ["Pool"]


class Pool:
    """A `Transport` that gives each call to the channel with the fewest in flight."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = tuple(channels)

    def call(self, path: str, payload: Payload, deadline: float) -> Answer:
        """Make one call and wait for its end."""
        return self._freest().call(path, payload, deadline)

    def submit(self, path: str, payload: Payload, deadline: float, done: Done) -> Stream:
        """Begin one call and return."""
        return self._freest().submit(path, payload, deadline, done)

    def _freest(self) -> Channel:
        return min(self._channels, key=Channel.in_flight)

    def in_flight(self) -> int:
        """Count the calls that have begun and not ended."""
        return sum(each.in_flight() for each in self._channels)

    def stats(self) -> TransportStats:
        """Tell what happened to the connections so far."""
        return sum((each.stats() for each in self._channels), TransportStats())

    def close(self) -> None:
        """Give up every connection."""
        for each in self._channels:
            each.close()
