"""Connections: the transports of one worker: one for each binding that its operations need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from milvus_tck.load.codecs.base import Codec
from milvus_tck.load.transports.base import Transport

__all__ = ["Connections"]


@dataclass
class Connections:
    """Makes a transport when it is first needed, and keeps it."""

    #: What makes a transport, by the name of a binding.
    dials: Mapping[str, Callable[[], Transport]]
    _made: dict[str, Transport] = field(default_factory=dict)

    def of(self, codec: Codec) -> Transport:
        """Return the transport that a codec travels over."""
        made = self._made.get(codec.name)
        if made is None:
            made = self._made[codec.name] = self.fresh(codec)
        return made

    def fresh(self, codec: Codec) -> Transport:
        """Make a transport that nobody else uses; whoever asked closes it."""
        return self.dials[codec.name]()

    def close(self) -> None:
        """Give up all connections."""
        for each in self._made.values():
            each.close()
        self._made.clear()
