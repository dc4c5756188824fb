"""A case: what one test of the suites holds in its hands.

It makes calls, gives out names, and takes judgements. Every check that the test owes
is known before it starts; what it leaves open when it stops gets the state of the stop.
"""

import random
import time
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import Message

from milvus_tck.bindings.faults import DEADLINE, fault_of, only_reads
from milvus_tck.bindings.outcome import Exchange, Outcome
from milvus_tck.spec.clauses import Clause, Expectation
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.aspects import Finding, judge_refusal
from milvus_tck.verdict.differences import Difference, differences, is_unnamed, named, shown
from milvus_tck.verdict.fingerprint import difference
from milvus_tck.verdict.judgement import HOLDS, Check, Judgement
from milvus_tck.verdict.looks import Looks
from milvus_tck.verdict.owed import UNTOUCHED
from milvus_tck.verdict.recall import Sample
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.states import State
from milvus_tck.verdict.stops import (
    Blocked,
    Faulted,
    Never,
    Refused,
    Silent,
    Stop,
    TargetDied,
    Undecided,
    Unsayable,
    Unsupported,
)
from milvus_tck.wire.call import Call
from milvus_tck.wire.json_form import Inexpressible
from milvus_tck.wire.messages import ErrorCode

__all__ = ["Case", "HarnessError"]

Answer = TypeVar("Answer", bound=Message)
Seen = TypeVar("Seen")
Step = TypeVar("Step")

#: Exchanges kept as evidence for one check; the decisive ones are the last.
_EVIDENCE = 40
#: Queries of a first sample of recall, and of its only enlargement.
_QUERIES = 40
_MORE_QUERIES = 360
#: `Status.code` of a server that has too much to do: ServiceRateLimit.
_RATE_LIMIT = 8
#: How often a call that changes nothing is made at most, where no answer of the target came.
_SENT = 3
#: Status of HTTP that says the same as a rate limit.
_TOO_MANY = 429
#: RPCs whose answers are what is promised of them.
_READS = ("Calc", "Check", "Describe", "Get", "Has", "List", "Query", "Search", "Select", "Show")
#: Seconds between two looks at something that takes its time.
_POLL = 0.05


class HarnessError(Exception):
    """A test does not do what it declares: our own bug."""


@dataclass
class Case:
    """The context of one test: its calls, its names, its judgements."""

    run: Run
    #: Unique within the run and the same in every run; names and seeds derive from it.
    test: str
    checks: Sequence[Check]
    judgements: dict[str, Judgement] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    #: Which run of the test this is, counted from 1: what it makes is not called like what an earlier one left.
    attempt: int = 1
    _names: int = 0

    # -- what the test knows ------------------------------------------------------------

    @property
    def profile(self) -> Profile:
        """The profile that the target is held to."""
        return self.run.profile

    @property
    def rpcs(self) -> frozenset[str]:
        """The RPCs that its clauses are about."""
        return frozenset(check.clause.rpc for check in self.checks)

    @property
    def look(self) -> Looks:
        """What there is after its calls, by the witnesses that can be believed."""
        return Looks(self)

    @property
    def random(self) -> random.Random:
        """A generator seeded by the run's seed and the test's name."""
        return random.Random(f"{self.run.seed}/{self._node}")  # noqa: S311 - data, not secrets

    @property
    def _node(self) -> str:
        """The test without its binding: its data are the same over all of them."""
        return self.test.removesuffix(f"@{self.run.exchanger.binding.name}")

    def clause(self, of: str | None = None) -> Clause:
        """Return the clause of that id among those the test declares, or its only one."""
        found = {check.clause.id: check.clause for check in self.checks}
        if of is None and len(found) == 1:
            return next(iter(found.values()))
        if of not in found:
            message = f"{self.test} judges {of!r}, but declares {sorted(found)}"
            raise HarnessError(message)
        return found[of]

    def name(self, before: str = "", after: str = "") -> str:
        """Return a fresh name for an object of this run: `before` + prefix + number + `after`."""
        self._names += 1
        return f"{before}{self.run.prefix}{self.run.slug(self.test, self.attempt)}{self._names}{after}"

    # -- calling ------------------------------------------------------------------------

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
        """Make a call once; only a dead target raises, and a run that ends."""
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
        doubt = "" if call.rpc in self.rpcs else self.run.standing.doubt(call.rpc)
        if doubt:
            raise Silent(f"doubted:{call.rpc}", f"{call.rpc} can not be believed: {doubt}")
        return self.answered(call, self.call(call, deadline=deadline))

    def answered(self, call: Call[Answer], outcome: Outcome[Answer]) -> Answer:
        """Return the answer of a call that has to have succeeded; raises what ends the test where it has not."""
        if outcome.ok and outcome.answer is not None:
            return outcome.answer
        raise self._stop(call, outcome)

    def until(self, call: Call[Answer], done: Callable[[Answer], bool], *, what: str, within: float = 120) -> Answer:
        """Repeat a call until its answer is as wanted; `what` names the condition."""
        return self.repeat(lambda: self.ok(call), done, rpc=call.rpc, what=what, within=within)

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
            self.run.pause(_POLL)

    def _record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self.run.watch(exchange)

    def _stop(self, call: Call[Answer], outcome: Outcome[Answer]) -> Stop:
        message = f"{call.rpc}: {outcome}"
        if outcome.unsupported:
            return (Unsupported if call.rpc in self.rpcs else Silent)(f"unsupported:{call.rpc}", message)
        if _put_off(outcome):
            return Blocked(f"put-off:{call.rpc}", message)
        return Refused(call.rpc, _numbers(outcome), message)

    # -- judging ------------------------------------------------------------------------

    def accepted(
        self,
        call: Call[Answer],
        *,
        effect: Callable[[Answer], bool | str],
        expected: str = "an effect",
        of: str | None = None,
        case: str | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Judge that a call succeeds and that `effect`, looked up in another way, took place.

        `effect` tells so, or says in a word what is wrong (an empty text is nothing); where what
        it looks at is refused, or never comes, no effect is seen. Returns the answer; a call that
        is refused fails the clause and ends the test.
        """
        outcome = self.call(call, deadline=deadline)
        if outcome.ok and outcome.answer is not None:
            self._judge(self.clause(of), HOLDS, _effect(_seen(effect, outcome.answer), expected), case)
            return outcome.answer
        stop = self._stop(call, outcome)
        if isinstance(stop, Blocked):
            finding = Finding(State.FAIL, f"refused:{_numbers(outcome)}", "success", str(outcome))
            self._judge(self.clause(of), HOLDS, finding, case, outcome.exchange)
        raise stop

    def expect(
        self,
        expected: Any,  # noqa: ANN401 - whatever a test compares
        actual: Any,  # noqa: ANN401 - the same
        *,
        of: str | None = None,
        case: str | None = None,
        members: Sequence[str] = (),
    ) -> bool:
        """Judge that a value is the expected one.

        Where a test puts several values together, `members` says what each of them is: a reader is
        told of those that differ, by these names.
        """
        if is_unnamed(expected) and not members:
            message = f"{self.test} compares {expected!r} without saying what its members are"
            raise HarnessError(message)
        if members and len(members) != len(expected):
            message = f"{self.test} names {len(members)} members of {expected!r}"
            raise HarnessError(message)
        if expected == actual:
            self._judge(self.clause(of), HOLDS, Finding(State.PASS), case)
            return True
        found = differences(expected, actual, members)
        texts = _apart(expected, actual, found)
        finding = Finding(State.FAIL, difference(expected, actual), *texts, found)
        self._judge(self.clause(of), HOLDS, finding, case)
        return False

    def judge(
        self,
        holds: bool,  # noqa: FBT001 - the verdict itself
        expected: object,
        actual: object,
        *,
        of: str | None = None,
        case: str | None = None,
        signature: str | None = None,
        members: Sequence[str] = (),
    ) -> bool:
        """Judge a promise by a decision made already; the values are shown as evidence, by the names of `members`."""
        if holds:
            finding = Finding(State.PASS)
        else:
            name = difference(expected, actual) if signature is None else signature
            told = named(members, actual) if members and isinstance(actual, Sequence) else _text(actual)
            finding = Finding(State.FAIL, name, _text(expected), told)
        self._judge(self.clause(of), HOLDS, finding, case)
        return holds

    def recall(self, sample: Callable[[int], Sample], threshold: float, *, of: str | None = None) -> None:
        """Judge that a search finds a share of the exact neighbours.

        `sample` asks a number of fresh queries. A sample that can not tell is enlarged once.
        """
        seen = sample(_QUERIES)
        if seen.against(threshold) is State.INCONCLUSIVE:
            seen += sample(_MORE_QUERIES)
        state = seen.against(threshold)
        signature = "" if state is State.PASS else f"recall:{state.value}"
        expected = f"a recall of at least {threshold}"
        self._judge(self.clause(of), HOLDS, Finding(state, signature, expected, str(seen)), None)

    def answers(
        self,
        call: Call[Answer],
        *,
        effect: Callable[[Answer], bool | str],
        neighbour: Call[Any],
        untouched: Callable[[], object],
        of: str | None = None,
        case: str | None = None,
        deadline: float | None = None,
    ) -> None:
        """Judge a call that some profiles accept and others refuse, as this one demands."""
        if self.clause(of).expectation(self.profile).ok:
            self.accepted(call, effect=effect, of=of, case=case, deadline=deadline)
        else:
            self.refused(call, neighbour=neighbour, untouched=untouched, of=of, case=case, deadline=deadline)

    def refused(
        self,
        call: Call[Any],
        *,
        neighbour: Call[Any],
        untouched: Callable[[], object],
        of: str | None = None,
        case: str | None = None,
        deadline: float | None = None,
    ) -> Outcome[Any]:
        """Judge that a call is refused in every aspect that its clause demands.

        `untouched` looks up what must not change, with another call. `neighbour` is the
        nearest valid request: a refusal is believed only where that one succeeds.
        """
        clause = self.clause(of)
        expected = clause.expectation(self.profile)
        before = untouched()
        outcome = self.call(call, deadline=deadline, answers=expected.grpc)
        if not outcome.ok and outcome.exchange.grpc_code not in expected.grpc:
            stop = self._stop(call, outcome)
            if not isinstance(stop, Blocked) or (_put_off(outcome) and not _may_put_off(expected)):
                raise stop
        found = judge_refusal(clause, self.profile, outcome, strict=self.run.strict)
        found[UNTOUCHED] = self._untouched(outcome, before, untouched)
        looked = self._last()
        self._believe(neighbour, outcome)
        for aspect, finding in found.items():
            self._judge(clause, aspect, finding, case, looked if aspect == UNTOUCHED else outcome.exchange)
        return outcome

    def _untouched(self, outcome: Outcome[Any], before: object, look: Callable[[], object]) -> Finding:
        if outcome.ok:
            return Finding(State.BLOCKED, "untouched:accepted", actual="success")
        after = look()
        if before == after:
            return Finding(State.PASS)
        apart = differences(before, after)
        texts = _apart(before, after, apart)
        return Finding(State.FAIL, f"changed:{difference(before, after)}", *texts, apart)

    def _believe(self, neighbour: Call[Any], outcome: Outcome[Any]) -> None:
        """Stop unless the neighbouring valid request succeeds."""
        if outcome.ok:
            return  # nothing was refused, so there is no refusal to doubt
        beside = self.call(neighbour)
        if not beside.ok:
            raise Blocked(f"neighbour:{neighbour.rpc}", f"the valid {neighbour.rpc} beside it fails too: {beside}")

    def _judge(
        self, clause: Clause, aspect: str, finding: Finding, case: str | None, deciding: Exchange | None = None
    ) -> None:
        check = self._check(clause, aspect, case)
        if check.id in self.judgements:
            message = f"{self.test} judges {check.id} twice"
            raise HarnessError(message)
        self.judgements[check.id] = self._judgement(check, finding, deciding)

    def _check(self, clause: Clause, aspect: str, case: str | None) -> Check:
        """Find the check that is judged; where the test declares a single case, it need not be named."""
        named = [check for check in self.checks if check.clause.id == clause.id and check.aspect == aspect]
        found = named if case is None else [check for check in named if check.case == case]
        if len(found) != 1:
            message = f"{self.test}: {clause.id} owes {len(found)} checks {aspect!r} in case {case!r}, not one"
            raise HarnessError(message)
        return found[0]

    def _judgement(self, check: Check, finding: Finding, deciding: Exchange | None = None) -> Judgement:
        if finding.state is State.PASS:
            return Judgement(check, finding.state, deciding=self._decided_pass(check) if self.run.others else None)
        return Judgement(
            check,
            finding.state,
            finding.signature,
            finding.expected,
            finding.actual,
            exchanges=tuple(self.exchanges[-_EVIDENCE:]),
            differences=finding.differences,
            deciding=deciding or self._decided(check, finding),
        )

    def _decided(self, check: Check, finding: Finding) -> Exchange | None:
        """Return the exchange whose answer is not as promised, as far as can be told.

        That is the last look, but where the promise is about what an RPC reads: then its own last answer.
        """
        rpc = check.clause.rpc
        reads = rpc.startswith(_READS) or finding.signature.startswith("refused:")
        own = [each for each in self.exchanges if each.rpc == rpc] if reads else []
        return own[-1] if own else self._last()

    def _last(self) -> Exchange | None:
        return self.exchanges[-1] if self.exchanges else None

    def _decided_pass(self, check: Check) -> Exchange | None:
        """Return the exchange that decided a pass: the last of the RPC, where it was refused the last refusal."""
        own = [each for each in self.exchanges if each.rpc == check.clause.rpc]
        refused = [each for each in own if each.status is not None and not each.status.ok]
        return next(reversed(refused if check.aspect != HOLDS and refused else own), None)

    def close(self, stop: BaseException | None) -> list[Judgement]:
        """Give every check that is still open its state, and return all judgements in order."""
        for check in self.checks:
            if check.id not in self.judgements:
                self.judgements[check.id] = self._judgement(check, self._left_open(stop, check))
        return [self.judgements[check.id] for check in self.checks]

    def _left_open(self, stop: BaseException | None, check: Check) -> Finding:
        """Find what a check comes to that the test did not come to.

        What a clause promises of an RPC is not kept by a server that refuses that RPC on the way
        there, or never comes to tell by it what is waited for.
        """
        promised = check.clause.expectation(self.profile).ok
        if isinstance(stop, Refused | Never) and stop.rpc == check.clause.rpc and promised:
            return Finding(State.FAIL, stop.finding, "success", str(stop))
        return _left_open(stop, check)


def _effect(seen: bool | str, expected: str) -> Finding:  # noqa: FBT001 - what the test looked up
    trouble = ("" if seen else "no-effect") if isinstance(seen, bool) else seen
    return Finding(State.FAIL, trouble, expected, trouble) if trouble else Finding(State.PASS)


def _seen(effect: Callable[[Answer], bool | str], answer: Answer) -> bool | str:
    """Look for an effect; whoever asks for it and is refused does not see it.

    A look-up that gets no Status at all says nothing of the effect: that is its own trouble.
    """
    try:
        return effect(answer)
    except Refused as stop:
        if not stop.in_band:
            raise
        return f"no-effect:{stop.signature}"
    except Never as stop:
        return f"no-effect:{stop.signature}"


def _numbers(outcome: Outcome[Any]) -> str:
    """Name what a refusal came with."""
    status = outcome.status
    return outcome.exchange.grpc_code if status is None else f"{status.code}/{status.legacy}"


def _put_off(outcome: Outcome[Any]) -> bool:
    """Tell whether a server only asks to come back later: that refuses nothing."""
    status, via = outcome.status, outcome.exchange.via
    if status is None:
        return via is not None and via.status == _TOO_MANY
    return status.code == _RATE_LIMIT or status.legacy == ErrorCode.RateLimit


def _may_put_off(expected: Expectation) -> bool:
    """Tell whether a rate limit is what a clause promises."""
    return _RATE_LIMIT in expected.codes or ErrorCode.RateLimit in expected.legacy


def _left_open(stop: BaseException | None, check: Check) -> Finding:
    if stop is None:
        return Finding(State.HARNESS_ERROR, "not-judged", "a judgement", "the test ended without one")
    if isinstance(stop, Unsupported) and not stop.of(check.clause.rpc):
        return Finding(State.BLOCKED, stop.signature, actual=str(stop))
    if isinstance(stop, Stop):
        return Finding(stop.state, stop.signature, actual=str(stop))
    return Finding(State.HARNESS_ERROR, type(stop).__name__, actual=f"{type(stop).__name__}: {stop}")


def _text(value: object) -> str:
    """Show a value in a line; long ones are cut. A text is told as it stands."""
    text = value if isinstance(value, str) else shown(value, _SHOWN)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _apart(expected: object, actual: object, found: Sequence[Difference]) -> tuple[str, str]:
    """Show two values by the members in which they differ."""
    if not any(each.path for each in found):
        return _text(expected), _text(actual)
    wanted = "; ".join(f"{each.path}: {each.expected}" for each in found)
    came = "; ".join(f"{each.path}: {each.actual}" for each in found)
    return _text(wanted), _text(came)


_SHOWN = 600
