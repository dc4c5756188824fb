"""A case: what one test of the suites holds in its hands.

It makes calls, gives out names, and takes judgements. Every check that the test owes
is known before it starts; what it leaves open when it stops gets the state of the stop.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from milvus_tck.bindings.outcome import Exchange, Outcome
from milvus_tck.spec.clauses import Clause
from milvus_tck.verdict.aspects import Finding, judge_refusal
from milvus_tck.verdict.caller import Caller, HarnessError, may_put_off, numbers, put_off
from milvus_tck.verdict.differences import is_unnamed, named
from milvus_tck.verdict.findings import Effect, changed, left_open, seen, text, unequal
from milvus_tck.verdict.fingerprint import difference
from milvus_tck.verdict.judgement import HOLDS, Check, Judgement
from milvus_tck.verdict.looks import Looks
from milvus_tck.verdict.owed import UNTOUCHED
from milvus_tck.verdict.recall import Sample
from milvus_tck.verdict.states import State
from milvus_tck.verdict.stops import Blocked, Never, Refused
from milvus_tck.wire.call import Call

__all__ = ["Case", "HarnessError"]

Answer = TypeVar("Answer", bound=Message)

#: Exchanges kept as evidence for one check; the decisive ones are the last.
_EVIDENCE = 40
#: Queries of a first sample of recall, and of its only enlargement.
_QUERIES = 40
_MORE_QUERIES = 360
#: RPCs whose answers are what is promised of them.
_READS = ("Calc", "Check", "Describe", "Get", "Has", "List", "Query", "Search", "Select", "Show")


class Case(Caller):
    """The context of one test: its calls, its names, its judgements."""

    @property
    def look(self) -> Looks:
        """What there is after its calls, by the witnesses that can be believed."""
        return Looks(self)

    # -- judging ------------------------------------------------------------------------

    def accepted(
        self,
        call: Call[Answer],
        *,
        effect: Callable[[Answer], Effect],
        expected: str = "",
        of: str | None = None,
        case: str | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Judge that a call succeeds and that `effect`, looked up in another way, took place.

        `effect` tells so by `same`, or says in a word what is wrong (an empty text is nothing); where
        what it looks at is refused, or never comes, no effect is seen. Returns the answer; a call that
        is refused fails the clause and ends the test.
        """
        outcome = self.call(call, deadline=deadline)
        if outcome.ok and outcome.answer is not None:
            self._judge(self.clause(of), HOLDS, seen(effect, outcome.answer, expected), case)
            return outcome.answer
        stop = self._stop(call, outcome)
        if isinstance(stop, Blocked):
            finding = Finding(State.FAIL, f"refused:{numbers(outcome)}", "success", str(outcome))
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
        self._judge(self.clause(of), HOLDS, unequal(expected, actual, members), case)
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
            told = named(members, actual) if members and isinstance(actual, Sequence) else text(actual)
            finding = Finding(State.FAIL, name, text(expected), told)
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
        effect: Callable[[Answer], Effect],
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
            if not isinstance(stop, Blocked) or (put_off(outcome) and not may_put_off(expected)):
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
        made = len(self.exchanges)
        after = look()
        tellers = dict.fromkeys(each.rpc for each in self.exchanges[made:])
        return Finding(State.PASS) if before == after else changed(before, after, " and ".join(tellers))

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
        What ended a test on the way is the last call.
        """
        rpc = check.clause.rpc
        reads = finding.state is not State.BLOCKED and (
            rpc.startswith(_READS) or finding.signature.startswith("refused:")
        )
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
        return left_open(stop, check)
