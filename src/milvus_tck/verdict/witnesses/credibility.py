"""Credibility of witnesses: whom a run believes.

Reference objects are made once, when they are first asked for, on the binding that is judged. What a
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
from milvus_tck.verdict.model.stops import CallRefused, Faulted, Stop, TargetDied, Undecided, Unsayable

if TYPE_CHECKING:
    from milvus_tck.verdict.case.run_context import RunContext
    from milvus_tck.verdict.witnesses.reference_objects import Told

__all__ = ["ALONE", "BLIND", "FLOOR", "SERVER", "References", "Standing", "Tried"]

#: The reference objects that show whether there is anything to stand on.
FLOOR = "collections"
#: The fact that it tells.
_THERE = "collection"
#: The reference objects, and their only fact, that show whether there is a server, where no collection is needed.
SERVER = "server"
#: What is wrong with a witness that nobody contradicts.
BLIND = "it tells the same of what is so and of what is not"
#: How often reference objects are tried where the target does not answer at all, each time until the deadline.
_TRIES = 3
#: How often where calls are lost on the way: one lost connection takes all calls with it that are under way.
_SHAKEN = 12


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

    def floor(self, *, of_itself: bool = False) -> str:
        """Say why nothing can be judged at all; empty where it can.

        What is asked of a server itself (`of_itself`) needs no collection: there is a server, and no stub, where
        it says what it is.
        """


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

    def floor(self, *, of_itself: bool = False) -> str:  # noqa: ARG002 - part of the protocol
        """Let everything be judged."""
        return ""


ALONE = Alone()
#: Makes reference objects by their name and asks every witness; raises a `Stop` where they cannot be made.
References = Callable[[str], "Told"]


@dataclass
class Tried:
    """Believes who told the reference objects right."""

    run: "RunContext"
    ask: References
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
        first = ""
        for fact in facts_of(rpc):
            trouble = self._troubles(fact).get(rpc)
            if trouble == "":
                return ""  # no other fact can change that, and its reference objects may take their time
            first = first or trouble or ""
        return first

    def nobody(self, fact: str) -> str:
        """Name every witness with what is wrong with it."""
        troubles = self._troubles(facts()[fact])
        said = "; ".join(f"{rpc}: {troubles.get(rpc) or 'not asked'}" for rpc in facts()[fact].rpcs)
        return f"no RPC tells {facts()[fact].text} ({said})"

    def floor(self, *, of_itself: bool = False) -> str:
        """Ask for a collection that was created; of the server itself, what it says it is."""
        self._reference(FLOOR)
        if self._floor and of_itself and "" in self._reference(SERVER).get(SERVER, {}).values():
            return ""
        return self._floor

    def _troubles(self, fact: Fact) -> dict[str, str]:
        return dict(self._reference(fact.reference).get(fact.name, {}))

    def _reference(self, name: str) -> "Told":
        with self._lock:
            future, mine = self._told.get(name), name not in self._told
            if future is None:
                future = self._told[name] = Future()
        if mine:
            try:
                future.set_result(self._asked(name))
            except BaseException as error:  # whatever it is: others wait for the same answer, and must not for ever
                future.set_exception(error)
                raise
        return future.result()

    def _asked(self, name: str) -> "Told":
        """Ask about reference objects; those that cannot be made say nothing of anybody."""
        waited = 0
        for _ in range(_SHAKEN):
            try:
                told = self.ask(name)
            except Faulted:
                continue
            except (Undecided, TargetDied, Unsayable):
                waited += 1
                if waited == _TRIES:
                    break
                continue
            except Stop as stop:
                return self._without(name, str(stop), answered=not isinstance(stop, CallRefused) or stop.in_band)
            if name == FLOOR and "" not in told.get(_THERE, {}).values():
                self._floor = "no RPC tells a collection that was created from one that was not"
            return told
        return {}

    def _without(self, name: str, why: str, *, answered: bool) -> "Told":
        if name == FLOOR and answered:
            self._floor = why
        return {}
