"""The transports of one worker: one for each binding that its operations need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from milvus_tck.load.speech.speech import Speech
from milvus_tck.load.transport import Transport

__all__ = ["Ways"]


@dataclass
class Ways:
    """Makes a transport when it is first needed, and keeps it."""

    #: What makes a transport, by the name of a binding.
    dials: Mapping[str, Callable[[], Transport]]
    _made: dict[str, Transport] = field(default_factory=dict)

    def of(self, speech: Speech) -> Transport:
        """Return the transport that a speech travels over."""
        made = self._made.get(speech.name)
        if made is None:
            made = self._made[speech.name] = self.fresh(speech)
        return made

    def fresh(self, speech: Speech) -> Transport:
        """Make a transport that nobody else uses; whoever asked closes it."""
        return self.dials[speech.name]()

    def close(self) -> None:
        """Give up all connections."""
        for each in self._made.values():
            each.close()
        self._made.clear()
