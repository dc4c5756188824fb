"""The event log of a run: who is told of every event, and what the end of the run has to know of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.model.judgement import Judgement, over
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header, check_event

__all__ = ["Consumer", "EventLog"]


class Consumer(Protocol):
    """Somebody who is told of every event."""

    def write(self, event: Header | CheckEvent | Footer) -> None:
        """Take in one event."""


@dataclass
class EventLog:
    """Tells consumers of events, and keeps what became of every check."""

    consumers: Sequence[Consumer]
    profile: Profile
    #: Checks that were asked for, by their ids.
    wanted: Collection[str]
    events: list[CheckEvent] = field(default_factory=list)
    #: What nobody asked for, and was run because others need it.
    support: list[CheckEvent] = field(default_factory=list)
    #: What decided the passes of a run over several bindings.
    _decided: dict[str, Exchange] = field(default_factory=dict)

    def tell(self, event: Header | CheckEvent | Footer) -> None:
        """Hand an event to everybody."""
        for consumer in self.consumers:
            consumer.write(event)

    def judged(self, judgement: Judgement, test: str, shared: list[str]) -> None:
        """Tell what became of a check of a test, and whether that was asked for."""
        if judgement.state is State.PASS and judgement.deciding is not None:
            self._decided[judgement.check.id] = judgement.deciding
        self._report(judgement, test, shared, support=judgement.check.id not in self.wanted)

    def of_wire(self, judgement: Judgement) -> None:
        """Tell what all answers together said of a promise of the wire."""
        self._report(judgement, "wire", [], support=False)

    def _report(self, judgement: Judgement, test: str, shared: list[str], *, support: bool) -> None:
        text = judgement.check.clause.sentence(self.profile)
        event = check_event(judgement, test, text, shared, support=support)
        self.tell(event)
        (self.support if support else self.events).append(event)

    def counterparts(self, bindings: Sequence[str]) -> dict[str, Exchange]:
        """Return what decided the passes of checks that fail over another of these bindings, by check."""
        failed = [each for each in self.events if State(each.state).broken]
        others = {over(each.check, binding) for each in failed for binding in bindings}
        return {name: self._decided[name] for name in sorted(others & self._decided.keys())}
