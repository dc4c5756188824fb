"""The judge of a case: it keeps the checks that a test owes, and gives each its judgement.

It is told what was found, and by which exchanges; how a call travels it does not know. Every
check is known before the test starts; what it leaves open when it stops gets the state of the stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from milvus_tck.bindings.exchange_values import Exchange, Outcome
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.model.answer_summary import ANSWERED, answered_of, last_answer, stopping_answer
from milvus_tck.verdict.model.aspects import AspectResult, judge_refusal
from milvus_tck.verdict.model.findings import left_open
from milvus_tck.verdict.model.judgement import HOLDS, Check, Judgement
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import CallRefused, Never

__all__ = ["HarnessError", "Judge"]

#: Exchanges kept as evidence for one check; the decisive ones are the last.
_EVIDENCE = 40


class HarnessError(Exception):
    """A test does not do what it declares: our own bug."""


@dataclass
class Judge:
    """Gives the checks of one test their judgements."""

    test: str
    checks: Sequence[Check]
    profile: Profile
    #: What was said, the last of it last: whoever calls goes on writing it.
    exchanges: Sequence[Exchange]
    strict: bool = False
    #: Whether the same is judged over another binding, so that it matters what decided a pass.
    compared: bool = False
    judgements: dict[str, Judgement] = field(default_factory=dict)

    # -- what the test owes -------------------------------------------------------------

    def clause(self, of: str | None = None) -> Clause:
        """Return the clause of that id among those the test declares, or its only one."""
        found = {check.clause.id: check.clause for check in self.checks}
        if of is None and len(found) == 1:
            return next(iter(found.values()))
        if of not in found:
            message = f"{self.test} judges {of!r}, but declares {sorted(found)}"
            raise HarnessError(message)
        return found[of]

    def owes(self, of: str, case: str = "") -> bool:
        """Tell whether this profile judges a clause that the test declares, in one of its cases."""
        return any((check.clause.id, check.case) == (of, case) for check in self.checks)

    def check(self, clause: Clause, aspect: str, case: str | None) -> Check:
        """Find the check that is judged; where the test declares a single case, it need not be named."""
        named = [check for check in self.checks if check.clause.id == clause.id and check.aspect == aspect]
        found = named if case is None else [check for check in named if check.case == case]
        if len(found) != 1:
            message = f"{self.test}: {clause.id} owes {len(found)} checks {aspect!r} in case {case!r}, not one"
            raise HarnessError(message)
        return found[0]

    # -- judging ------------------------------------------------------------------------

    def refusal(self, check: Check, outcome: Outcome[Any]) -> dict[str, AspectResult]:
        """Find what a refusal comes to in every aspect but what it left behind, which is the check that is given."""
        return judge_refusal(check.clause, self.profile, outcome, check.binding, check.case, strict=self.strict)

    def record(
        self,
        clause: Clause,
        aspect: str,
        finding: AspectResult,
        case: str | None = None,
        deciding: Exchange | None = None,
        answered: Exchange | None = None,
    ) -> None:
        """Give a check its judgement, once.

        `deciding` is the exchange that decided it, `answered` the one that answered what is judged; where known.
        """
        check = self.check(clause, aspect, case)
        if check.id in self.judgements:
            message = f"{self.test} judges {check.id} twice"
            raise HarnessError(message)
        told = answered_of(answered or last_answer(self.exchanges, clause.rpc)) if aspect in ANSWERED else None
        self.judgements[check.id] = replace(self._judgement(check, finding, deciding), answered=told)

    def holds(self, clause: str) -> bool:
        """Tell whether a clause was judged, and kept in all that was."""
        judged = [each for each in self.judgements.values() if each.check.clause.id == clause]
        return bool(judged) and all(each.state is State.PASS for each in judged)

    def close(self, stop: BaseException | None) -> list[Judgement]:
        """Give every check that is still open its state, and return all judgements in order."""
        for check in self.checks:
            if check.id not in self.judgements:
                unjudged = self._judgement(check, self._left_open(stop, check))
                self.judgements[check.id] = replace(unjudged, answered=stopping_answer(self.exchanges, stop, check))
        return [self.judgements[check.id] for check in self.checks]

    def _left_open(self, stop: BaseException | None, check: Check) -> AspectResult:
        """Find what a check comes to that the test did not come to.

        What a clause promises of an RPC is not kept by a server that refuses that RPC on the way
        there, or never comes to tell by it what is waited for.
        """
        promised = check.clause.expectation(self.profile).ok
        if isinstance(stop, CallRefused | Never) and stop.rpc == check.clause.rpc and promised:
            return AspectResult(State.FAIL, stop.finding, "success", str(stop))
        return left_open(stop, check)

    def _judgement(self, check: Check, finding: AspectResult, deciding: Exchange | None = None) -> Judgement:
        if finding.state is State.PASS:
            return Judgement(check, finding.state, deciding=self._decided_pass(check) if self.compared else None)
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

    # -- the evidence -------------------------------------------------------------------

    def last(self) -> Exchange | None:
        """Return what was said last."""
        return self.exchanges[-1] if self.exchanges else None

    def _decided(self, check: Check, finding: AspectResult) -> Exchange | None:
        """Return the exchange whose answer is not as promised, as far as can be told.

        That is the last look, but where the promise is about what an RPC reads: then its own last answer.
        What ended a test on the way is the last call.
        """
        rpc = check.clause.rpc
        told = rpc in rpcs() and rpcs()[rpc].reads  # what is promised of it is what it answers
        reads = finding.state is not State.BLOCKED and (told or finding.signature.startswith("refused:"))
        own = [each for each in self.exchanges if each.rpc == rpc] if reads else []
        return own[-1] if own else self.last()

    def _decided_pass(self, check: Check) -> Exchange | None:
        """Return the exchange that decided a pass: the last of the RPC, where it was refused the last refusal."""
        own = [each for each in self.exchanges if each.rpc == check.clause.rpc]
        refused = [each for each in own if each.status is not None and not each.status.ok]
        return next(reversed(refused if check.aspect != HOLDS and refused else own), None)
