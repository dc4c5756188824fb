"""Replaying: a test runs again on what a good server said to it, perhaps with a defect in between.

The tape is a line of time. A request is answered with the next reply that was recorded
for the same bytes after the point where its thread stands; where there is none, with the
last one. What threads said side by side is thus replayed in the order of each. A request
that the good run never made cannot be answered: the test ends there (`Missed`).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from milvus_tck.bindings.exchange_values import Exchange, Reply
from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import Binding, Metadata
from milvus_tck.mutants.replay.tape import Key, Tape, key_of
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.case.caller import Caller
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.model.stops import Never, Stop
from milvus_tck.wire.call import Call

__all__ = ["Missed", "ReplayBinding", "ReplayCaller", "replay_run"]

Seen = TypeVar("Seen")


class Missed(Stop):
    """The test asked something that it did not ask in the good run."""


@dataclass
class ReplayBinding:
    """Answers from a tape."""

    tape: Tape
    name: str = GRPC
    #: Where each thread stands.
    _at: dict[int, int] = field(default_factory=dict)
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
        thread = threading.get_ident()
        with self._lock:
            at = self._at.get(thread, -1)
            following = next((place for place in places if place > at), None)
            self.repeated = following is None
            self._at[thread] = max(at, following or 0)
        return self.tape.steps[places[-1] if following is None else following].reply

    def close(self) -> None:
        """Nothing is open."""


class _Present:
    """Nobody dies in a recording."""

    def lost(self, exchange: Exchange) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell that the target is there."""
        return False

    def revive(self) -> bool:
        """Go on: what it said after it was killed stands on the tape."""
        return True


class _NoLedger(Ledger):
    """Nothing is created, so nothing is written down."""

    def __init__(self) -> None:
        """Hold nothing."""

    def before(self, call: Call[Any]) -> None:
        """Take no note."""

    def after(self, call: Call[Any]) -> None:
        """Take no note."""


def replay_run(run: str, seed: int, profile: Profile, binding: Binding) -> RunContext:
    """Return a run in which time does not pass."""
    return RunContext(
        run,
        profile,
        {binding.name: Exchanger(binding, profile)},
        _Present(),
        _NoLedger(),
        seed,
        binding=binding.name,
        pause=lambda _seconds: None,
    )


#: Looks at something that does not change any more, before it counts as never coming.
_LOOKS = 3


@dataclass
class ReplayCaller(Caller):
    """A caller for whom waiting takes no time: what the tape does not bring, never comes."""

    #: Tells whether the last answer was one that had been given before.
    repeated: Callable[[], bool] = lambda: True

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
