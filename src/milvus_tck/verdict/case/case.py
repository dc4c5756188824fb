"""A case: what one test of the suites holds in its hands.

Its calls and names are those of its context; here is decided what is asked of the target, and what
of the answers is judged.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Outcome
from milvus_tck.bindings.faults import only_reads
from milvus_tck.verdict.case.caller import may_put_off, numbers, put_off
from milvus_tck.verdict.case.case_context import CaseContext
from milvus_tck.verdict.case.judge import HarnessError
from milvus_tck.verdict.model.aspects import AspectResult
from milvus_tck.verdict.model.differences import is_unnamed, named
from milvus_tck.verdict.model.findings import Effect, changed, left_open, seen, text, unequal
from milvus_tck.verdict.model.fingerprint import difference
from milvus_tck.verdict.model.judgement import HOLDS, Check
from milvus_tck.verdict.model.obligations import UNTOUCHED
from milvus_tck.verdict.model.recall import RecallSample
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, Unsayable, Unsupported
from milvus_tck.verdict.witnesses.observations import Looks
from milvus_tck.wire.call import Call

__all__ = ["Case", "HarnessError"]

Answer = TypeVar("Answer", bound=Message)

#: Queries of a first sample of recall, and of its only enlargement.
_QUERIES = 40
_MORE_QUERIES = 360


class Case(CaseContext):
    """The context of one test: its calls, its names, its judgements."""

    @property
    def look(self) -> Looks:
        """What there is after its calls, by the witnesses that can be believed."""
        return Looks(self)

    def beside(self, name: str, until: float = float("inf")) -> "Case":
        """Return a case of its own for a thread of the test, which judges nothing: `tck.beside("collection 3")`.

        Calls after `until`, a time of the monotonic clock, are not made: they raise `Unreached`.
        """
        return Case(self._caller.beside(name, until), ())

    def shows(self, other: "Case") -> None:
        """Take what was said in another case as what was said in this one: it is the evidence."""
        self.exchanges.extend(other.exchanges)

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
        what it looks at is refused, or never comes, no effect is seen. A step that it takes before it
        looks, and that is refused, ends the test. Returns the answer; a call that is refused fails the
        clause and ends the test.
        """
        outcome = self.call(call, deadline=deadline)
        if outcome.ok and outcome.answer is not None:
            made = len(self.exchanges)
            found = seen(effect, outcome.answer, expected, stepped=lambda: self._stepped(made))
            self._judge.record(self.clause(of), HOLDS, found, case, answered=outcome.exchange)
            return outcome.answer
        stop = self._caller.stop_of(call, outcome)
        if isinstance(stop, Blocked):
            finding = AspectResult(State.FAIL, f"refused:{numbers(outcome)}", "success", str(outcome))
            self._judge.record(self.clause(of), HOLDS, finding, case, outcome.exchange, outcome.exchange)
        raise stop

    def _stepped(self, made: int) -> bool:
        """Tell whether any but the first so many exchanges did more than look."""
        return not all(only_reads(each) for each in self.exchanges[made:])

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
            self._judge.record(self.clause(of), HOLDS, AspectResult(State.PASS), case)
            return True
        self._judge.record(self.clause(of), HOLDS, unequal(expected, actual, members), case)
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
            finding = AspectResult(State.PASS)
        else:
            name = difference(expected, actual) if signature is None else signature
            told = named(members, actual) if members and isinstance(actual, Sequence) else text(actual)
            finding = AspectResult(State.FAIL, name, text(expected), told)
        self._judge.record(self.clause(of), HOLDS, finding, case)
        return holds

    def recall(self, sample: Callable[[int], RecallSample], threshold: float, *, of: str | None = None) -> None:
        """Judge that a search finds a share of the exact neighbours.

        `sample` asks a number of fresh queries. A sample that cannot tell is enlarged once.
        """
        seen = sample(_QUERIES)
        if seen.against(threshold) is State.INCONCLUSIVE:
            seen += sample(_MORE_QUERIES)
        state = seen.against(threshold)
        signature = "" if state is State.PASS else f"recall:{state.value}"
        expected = f"a recall of at least {threshold}"
        self._judge.record(self.clause(of), HOLDS, AspectResult(state, signature, expected, str(seen)), None)

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

        `untouched` looks up what must not change, with another call; where that tells nothing, only
        the aspect that stands on it is left open. `neighbour` is the nearest valid request: a refusal
        is believed only where that one succeeds.
        """
        clause = self.clause(of)
        expected = clause.expectation(self.profile)
        check = self._judge.check(clause, UNTOUCHED, case)
        before, unseen = self._before(untouched, check)
        outcome = self.call(call, deadline=deadline, answers=expected.grpc)
        if not outcome.ok and outcome.exchange.grpc_code not in expected.grpc:
            stop = self._caller.stop_of(call, outcome)
            if not isinstance(stop, Blocked) or (put_off(outcome) and not may_put_off(expected)):
                raise stop
        found = self._judge.refusal(check, outcome)
        found[UNTOUCHED] = self._untouched(outcome, before, unseen, untouched)
        looked = self._judge.last()
        self._believe(neighbour, outcome)
        for aspect, finding in found.items():
            decided = looked if aspect == UNTOUCHED else outcome.exchange
            self._judge.record(clause, aspect, finding, case, decided, outcome.exchange)
        return outcome

    def _before(self, look: Callable[[], object], check: Check) -> tuple[object, AspectResult | None]:
        """Look what there is before a request; or say why nobody can tell."""
        try:
            return look(), None
        except (Blocked, Unsupported, Unsayable) as stop:
            return None, left_open(stop, check)

    def _untouched(
        self, outcome: Outcome[Any], before: object, unseen: AspectResult | None, look: Callable[[], object]
    ) -> AspectResult:
        """Compare what there is with what there was; what was accepted needs no look, whoever could take one."""
        if outcome.ok:
            return AspectResult(State.BLOCKED, "untouched:accepted", actual="success")
        if unseen is not None:
            return unseen
        made = len(self.exchanges)
        after = look()
        tellers = dict.fromkeys(each.rpc for each in self.exchanges[made:])
        return AspectResult(State.PASS) if before == after else changed(before, after, " and ".join(tellers))

    def _believe(self, neighbour: Call[Any], outcome: Outcome[Any]) -> None:
        """Stop unless the neighbouring valid request succeeds."""
        if outcome.ok:
            return  # nothing was refused, so there is no refusal to doubt
        beside = self.call(neighbour)
        if not beside.ok:
            raise Blocked(f"neighbour:{neighbour.rpc}", f"the valid {neighbour.rpc} beside it fails too: {beside}")
