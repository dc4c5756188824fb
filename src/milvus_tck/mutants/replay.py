"""Replaying: a test runs again on what a good server said to it, perhaps with a defect in between.

The tape is a line of time. A request is answered with the next reply that was recorded
for the same bytes after the point where the test stands; where there is none, with the
last one. A request that the good run never made can not be answered: the test ends
there (`Missed`).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from milvus_tck.bindings.exchange import Exchanger
from milvus_tck.bindings.grpc import Binding, Metadata
from milvus_tck.bindings.outcome import Exchange, Reply
from milvus_tck.mutants.recording import Key, Tape, key_of
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.ledger import Ledger
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.stops import Never, Stop
from milvus_tck.wire.call import Call

__all__ = ["Missed", "ReplayBinding", "ReplayCase", "replay_run"]

Seen = TypeVar("Seen")


class Missed(Stop):
    """The test asked something that it did not ask in the good run."""


@dataclass
class ReplayBinding:
    """Answers from a tape."""

    tape: Tape
    name: str = "grpc"
    _at: int = -1
    _places: dict[Key, list[int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    #: The last answer came from a place that was answered from before.
    repeated: bool = False

    def __post_init__(self) -> None:
        for place, step in enumerate(self.tape.steps):
            self._places.setdefault(step.key, []).append(place)

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:  # noqa: ARG002
        """Return what was answered; raises `Missed` for a request that was never made."""
        places = self._places.get(key_of(rpc, payload, metadata))
        if not places:
            raise Missed(f"missed:{rpc}", f"the good run made no such {rpc}")
        with self._lock:
            following = next((place for place in places if place > self._at), None)
            self.repeated = following is None
            self._at = max(self._at, following or 0)
        return self.tape.steps[places[-1] if following is None else following].reply

    def close(self) -> None:
        """Nothing is open."""


class _Present:
    """Nobody dies in a recording."""

    def lost(self, exchange: Exchange) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell that the target is there."""
        return False


class _NoLedger(Ledger):
    """Nothing is created, so nothing is written down."""

    def __init__(self) -> None:
        """Hold nothing."""

    def before(self, call: Call[Any]) -> None:
        """Take no note."""

    def after(self, call: Call[Any]) -> None:
        """Take no note."""


def replay_run(run: str, seed: int, profile: Profile, binding: Binding) -> Run:
    """Return a run in which time does not pass."""
    return Run(run, profile, Exchanger(binding, profile), _Present(), _NoLedger(), seed, pause=lambda _seconds: None)


#: Looks at something that does not change any more, before it counts as never coming.
_LOOKS = 3


class ReplayCase(Case):
    """A case in which waiting takes no time: what the tape does not bring, never comes."""

    #: Tells whether the last answer was one that had been given before.
    repeated: Callable[[], bool]

    def repeat(
        self, look: Callable[[], Seen], done: Callable[[Seen], bool], *, rpc: str, what: str, within: float = 60
    ) -> Seen:
        """Look until what is seen is as wanted, as often as there are new answers."""
        looks = 0
        while True:
            before = len(self.exchanges)
            seen = look()
            if done(seen):
                return seen
            looks += self.repeated()
            if looks >= _LOOKS:
                raise Never(rpc, what, within)
            del self.exchanges[before:]
