"""The caller of a case: it makes calls, under names of its own, and says what ends a test on the way.

How a call travels is known here and nowhere above: another caller puts another way into `_exchange`.
What the answers come to is a judge's business.
"""

import random
import time
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Exchange, Outcome
from milvus_tck.bindings.faults import DEADLINE, fault_of, only_reads
from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.capabilities import is_optional
from milvus_tck.spec.clauses import Expectation
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.model.stops import (
    Blocked,
    CallRefused,
    Faulted,
    Never,
    Silent,
    Stop,
    TargetDied,
    Undecided,
    Unreached,
    Unsayable,
    Unsupported,
)
from milvus_tck.wire.call import Call
from milvus_tck.wire.json_form import Inexpressible
from milvus_tck.wire.messages import ErrorCode

__all__ = ["Caller", "may_put_off", "numbers", "put_off"]

Answer = TypeVar("Answer", bound=Message)
Seen = TypeVar("Seen")
Step = TypeVar("Step")

#: `Status.code` of a server that has too much to do: ServiceRateLimit.
_RATE_LIMIT = 8
#: How often a call that changes nothing is made at most, where no answer of the target came.
_SENT = 3
#: Status of HTTP that says the same as a rate limit.
_TOO_MANY = 429
#: Seconds between two looks at something that takes its time.
_POLL = 0.05


@dataclass
class Caller:
    """Makes the calls of one test."""

    run: RunContext
    #: Unique within the run and the same in every run; names and seeds derive from it.
    test: str
    #: The RPCs that the test is about: what the target is known to tell wrong is believed of these alone.
    rpcs: frozenset[str] = frozenset()
    #: Which run of the test this is, counted from 1: what it makes is not called like what an earlier one left.
    attempt: int = 1
    #: What was said, as far as it proves anything.
    exchanges: list[Exchange] = field(default_factory=list)
    #: The time, of the monotonic clock, after which no call is made any more.
    until: float = float("inf")
    _names: int = 0

    def beside(self, name: str, until: float) -> Self:
        """Return a caller like this one for a thread of the test, with names and exchanges of its own."""
        return replace(self, test=f"{self.test}/{name}", rpcs=frozenset(), exchanges=[], until=until, _names=0)

    # -- names --------------------------------------------------------------------------

    @property
    def profile(self) -> Profile:
        """The profile that the target is held to."""
        return self.run.profile

    @property
    def random(self) -> random.Random:
        """A generator seeded by the run's seed and the test's name."""
        return random.Random(f"{self.run.seed}/{self._node}")  # noqa: S311 - data, not secrets

    @property
    def _node(self) -> str:
        """The test without its binding: its data are the same over all of them."""
        return self.test.removesuffix(f"@{self.run.binding}")

    def name(self, before: str = "", after: str = "") -> str:
        """Return a fresh name for an object of this run: `before` + prefix + number + `after`."""
        self._names += 1
        return f"{before}{self.run.prefix}{self.run.slug(self.test, self.attempt)}{self._names}{after}"

    def foreign_name(self) -> str:
        """Return the name of something that nobody makes in this run."""
        return f"{self.run.prefix}nowhere"

    # -- calling ------------------------------------------------------------------------

    def revive(self) -> bool:
        """Kill the target without warning, and start it again on its data; tell whether it came back."""
        if self.run.ending.is_set():
            raise Undecided("interrupted", "the run was interrupted")
        noted = self.run.noted
        noted.buried = noted.buried or not self.run.guard.revive()
        return not noted.buried

    def through(self, wrap: Callable[[Binding], Binding]) -> None:
        """Let calls travel through something that stands before the target, from now on."""
        run, exchanger = self.run, self.run.exchanger
        wrapped = replace(exchanger, binding=wrap(exchanger.binding))
        self.run = run.on_instance({**run.exchangers, run.binding: wrapped}, run.guard)

    def call(
        self, call: Call[Answer], *, deadline: float | None = None, answers: Container[str] = ()
    ) -> Outcome[Answer]:
        """Make a call and return what the target said to it, whatever that is.

        Where no answer of the target came it raises: the test stops, for nothing is known. A call that
        changes nothing is made again before. `answers` are gRPC codes of faults that count as an answer here.
        """
        timed = call if deadline is None else call.within(deadline)
        outcome, fault = self._told(timed, answers)
        for _ in range(1, _SENT):
            if not fault or fault == DEADLINE or not only_reads(call):
                break
            self.exchanges.remove(outcome.exchange)
            outcome, fault = self._told(timed, answers)
        if not fault:
            return outcome
        message = f"{call.rpc}: {outcome}"
        raise Undecided(f"deadline:{call.rpc}", message) if fault == DEADLINE else Faulted(call.rpc, fault, message)

    def undisturbed(self, step: Callable[[], Step]) -> Step:
        """Take a step that makes what it needs and judges nothing; again where the transport failed in it."""
        for _ in range(1, _SENT):
            with suppress(Faulted):
                return step()
        return step()

    def _told(self, call: Call[Answer], answers: Container[str]) -> tuple[Outcome[Answer], str]:
        """Make a call once; the fault of transport that ended it is named beside its outcome."""
        outcome = self._call(call)
        fault = "" if outcome.exchange.grpc_code in answers else fault_of(outcome.exchange)
        if fault and fault != DEADLINE:
            self.run.disturbed(fault)
        return outcome, fault

    def _call(self, call: Call[Answer]) -> Outcome[Answer]:
        """Make a call once; only a dead target raises, and a run or a time that ends."""
        if time.monotonic() > self.until:
            raise Unreached(call.rpc)
        if self.run.ending.is_set():
            raise Undecided("interrupted", "the run was interrupted")
        self.run.ledger.before(call)
        outcome = self._exchange(call)
        if outcome.in_band:
            self.run.ledger.after(call)
        if self.run.ending.is_set() and not outcome.in_band:
            raise Undecided("interrupted", "the run was interrupted")  # it was us who hung up
        if self.run.guard.lost(outcome.exchange):
            raise TargetDied("died", f"the target is gone after {call.rpc}")
        return outcome

    def _exchange(self, call: Call[Answer]) -> Outcome[Answer]:
        try:
            return self.run.exchanger.call(call, self._record)
        except Inexpressible as error:
            self.run.ledger.after(call)  # nothing was sent
            raise Unsayable(call.rpc, str(error)) from error

    def ok(self, call: Call[Answer], *, deadline: float | None = None) -> Answer:
        """Make a call that has to succeed for the test to have a point, and return the answer.

        What the target is known to tell wrong (see `standing`) is believed in tests of that RPC alone.
        """
        self._believe(call.rpc)
        return self.answered(call, self.call(call, deadline=deadline))

    def told(self, call: Call[Answer]) -> Answer | None:
        """Ask something on the way: return the answer, or `None` where the target refuses in a Status.

        A refusal says something only where the RPC can be believed; like `ok`, it raises where that cannot be.
        """
        self._believe(call.rpc)
        outcome = self.call(call)
        if outcome.in_band and not outcome.ok and not outcome.unsupported and not outcome.garbled:
            return None
        return self.answered(call, outcome)

    def _believe(self, rpc: str) -> None:
        doubt = "" if rpc in self.rpcs else self.run.standing.doubt(rpc)
        if doubt:
            raise Silent(f"doubted:{rpc}", f"{rpc} cannot be believed: {doubt}")

    def answered(self, call: Call[Answer], outcome: Outcome[Answer]) -> Answer:
        """Return the answer of a call that has to have succeeded; raises what ends the test where it has not."""
        if outcome.ok and outcome.answer is not None:
            return outcome.answer
        raise self.stop_of(call, outcome)

    def repeat(
        self, look: Callable[[], Seen], done: Callable[[Seen], bool], *, rpc: str, what: str, within: float = 120
    ) -> Seen:
        """Look again and again until what is seen is as wanted; `what` names the condition, `rpc` who tells it."""
        within = min(within, self.run.patience)
        end = time.monotonic() + within
        while True:
            before = len(self.exchanges)
            seen = look()
            if done(seen):
                return seen
            if time.monotonic() > end or self.run.ending.is_set():
                raise Never(rpc, what, within)
            del self.exchanges[before:]  # of many looks, the last one is evidence enough
            self.pause(_POLL)

    def pause(self, seconds: float) -> None:
        """Wait between two looks, where a condition ends the waiting."""
        self.run.pause(seconds)

    def _record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self.run.watch(exchange)

    def stop_of(self, call: Call[Answer], outcome: Outcome[Answer]) -> Stop:
        """Say what ends a test whose call had to succeed and has not."""
        message = f"{call.rpc}: {outcome}"
        if outcome.unsupported:
            if call.rpc in self.rpcs or is_optional(call.rpc):
                return Unsupported(call.rpc, message)
            return Silent(f"unsupported:{call.rpc}", message)
        if put_off(outcome):
            return Blocked(f"put-off:{call.rpc}", message)
        return CallRefused(call.rpc, numbers(outcome), message, looks=only_reads(call))


def numbers(outcome: Outcome[Any]) -> str:
    """Name what a refusal came with."""
    status = outcome.status
    return outcome.exchange.grpc_code if status is None else f"{status.code}/{status.legacy}"


def put_off(outcome: Outcome[Any]) -> bool:
    """Tell whether a server only asks to come back later: that refuses nothing."""
    status = outcome.status
    if status is None:
        return outcome.exchange.via.status == _TOO_MANY
    return status.code == _RATE_LIMIT or status.legacy == ErrorCode.RateLimit


def may_put_off(expected: Expectation) -> bool:
    """Tell whether a rate limit is what a clause promises."""
    return _RATE_LIMIT in expected.codes or ErrorCode.RateLimit in expected.legacy
