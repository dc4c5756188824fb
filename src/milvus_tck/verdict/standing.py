"""Which witnesses a run believes.

Each scene is made once, when it is first asked for, on the binding that is judged. What a
target tells wrong there is left out of account for the checks of other RPCs. A target of
which no RPC tells that a collection was created earns nothing at all: whatever it answers,
nobody could see it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from milvus_tck.spec.rpcs import rpcs
from milvus_tck.spec.witnesses import Fact, facts, facts_of
from milvus_tck.verdict.stops import Refused, Stop, TargetDied, Undecided, Unsayable

if TYPE_CHECKING:
    from milvus_tck.verdict.run import Run
    from milvus_tck.verdict.scenes import Told

__all__ = ["ALONE", "BLIND", "FLOOR", "Scenes", "Standing", "Tried"]

#: The scene that shows whether there is anything to stand on.
FLOOR = "collections"
#: The fact that it tells.
_THERE = "collection"
#: What is wrong with a witness that nobody contradicts.
BLIND = "it tells the same of what is so and of what is not"
#: How often the floor is tried where the target does not answer at all.
_TRIES = 3


class Standing(Protocol):
    """Knows whom to believe."""

    def witnesses(self, fact: str, own: frozenset[str], *, waiting: bool = False) -> tuple[str, ...]:
        """Return the witnesses of a fact in the order in which they are asked; those of a test's own RPCs always.

        Those that always tell the fact to be so decide nothing, but let a test that is `waiting` for it go on.
        """

    def doubt(self, rpc: str) -> str:
        """Say why what an RPC tells is not to be believed; empty where it is."""

    def nobody(self, fact: str) -> str:
        """Say why nobody tells a fact."""

    def floor(self) -> str:
        """Say why nothing can be judged at all; empty where it can."""


class Alone:
    """Asks the first witness and believes it: where a test stands by itself, as on a recording."""

    def witnesses(self, fact: str, own: frozenset[str], *, waiting: bool = False) -> tuple[str, ...]:  # noqa: ARG002 - part of the protocol
        """Return the first witness."""
        return facts()[fact].rpcs[:1]

    def doubt(self, rpc: str) -> str:  # noqa: ARG002 - part of the protocol
        """Believe everything."""
        return ""

    def nobody(self, fact: str) -> str:
        """Say that there is none."""
        return f"no RPC tells {facts()[fact].text}"

    def floor(self) -> str:
        """Let everything be judged."""
        return ""


ALONE = Alone()
#: Plays a scene by its name; raises a `Stop` where it can not be made.
Scenes = Callable[[str], "Told"]


@dataclass
class Tried:
    """Believes who told the scenes right."""

    run: "Run"
    play: Scenes
    _told: dict[str, "Future[Told]"] = field(default_factory=dict)
    #: Why the floor is missing.
    _floor: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def witnesses(self, fact: str, own: frozenset[str], *, waiting: bool = False) -> tuple[str, ...]:
        """Return those that are not wrong, and those whose own promises are judged."""
        each, troubles = facts()[fact], self._troubles(facts()[fact])
        standing = [rpc for rpc in each.rpcs if rpcs()[rpc].stands_in(self.run.profile)] or each.rpcs
        borne = {"", BLIND} if waiting else {""}
        return tuple(rpc for rpc in standing if rpc in own or troubles.get(rpc, "") in borne)

    def doubt(self, rpc: str) -> str:
        """Doubt who is right about nothing that it is a witness of, or whose calls bring nothing about."""
        told = [self._troubles(fact) for fact in facts_of(rpc)]
        troubles = [each[rpc] for each in told if rpc in each]
        return troubles[0] if troubles and all(troubles) else ""

    def nobody(self, fact: str) -> str:
        """Name every witness with what is wrong with it."""
        troubles = self._troubles(facts()[fact])
        said = "; ".join(f"{rpc}: {troubles.get(rpc) or 'not asked'}" for rpc in facts()[fact].rpcs)
        return f"no RPC tells {facts()[fact].text} ({said})"

    def floor(self) -> str:
        """Ask for a collection that was created."""
        self._scene(FLOOR)
        return self._floor

    def _troubles(self, fact: Fact) -> dict[str, str]:
        return dict(self._scene(fact.scene).get(fact.name, {}))

    def _scene(self, name: str) -> "Told":
        with self._lock:
            future, mine = self._told.get(name), name not in self._told
            if future is None:
                future = self._told[name] = Future()
        if mine:
            future.set_result(self._played(name))
        return future.result()

    def _played(self, name: str) -> "Told":
        """Play a scene; one that can not be made says nothing of anybody."""
        for _ in range(_TRIES):
            try:
                told = self.play(name)
            except (Undecided, TargetDied, Unsayable):
                continue
            except Stop as stop:
                return self._without(name, str(stop), answered=not isinstance(stop, Refused) or stop.in_band)
            if name == FLOOR and "" not in told.get(_THERE, {}).values():
                self._floor = "no RPC tells a collection that was created from one that was not"
            return told
        return {}

    def _without(self, name: str, why: str, *, answered: bool) -> "Told":
        if name == FLOOR and answered:
            self._floor = why
        return {}
