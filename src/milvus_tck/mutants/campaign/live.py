"""Mutants on a server that runs: what a test asks after the defect depends on it, so no recording can answer.

Each mutant has a run of its own on one server, so that many are judged side by side.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TypeVar

from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.campaign.campaign import Campaign, around, recorded_states
from milvus_tck.mutants.campaign.fates import Fate, MutantResult
from milvus_tck.mutants.campaign.score import MutatedTest, summed
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.mutants.defects.answer_defect import Defect
from milvus_tck.mutants.replay.tape_runner import PlayedTest
from milvus_tck.verdict.case.caller import Caller
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import execute
from milvus_tck.verdict.case.preparations import Preparations
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.case.wire_log import WireLog
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.open_target import OpenTarget, open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["run_live"]

Seen = TypeVar("Seen")

#: Seconds for what takes its time: a good server needs less, unless it has much else to do.
_PATIENCE, _MUCH_PATIENCE = 6.0, 45.0
#: Mutants that are judged at the same time: servers wait rather than work.
_AT_ONCE = 24
#: Numbers of second looks begin here: their names have to differ.
_SECOND = 648
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass
class _Impatient(Caller):
    """A caller that does not wait long for what a defect keeps from coming."""

    patience: float = _PATIENCE

    def repeat(
        self, look: Callable[[], Seen], done: Callable[[Seen], bool], *, rpc: str, what: str, within: float = 60
    ) -> Seen:
        """Look until what is seen is as wanted, for a short time."""
        return super().repeat(look, done, rpc=rpc, what=what, within=min(within, self.patience))


def run_live(
    mutants: Sequence[Mutant],
    campaign: Campaign,
    options: CheckOptions,
    opened: Callable[[RunSetup], OpenTarget] = open_target,
) -> Iterator[MutantResult]:
    """Judge mutants on a server that is started for them; raises `TargetError` where there is none."""
    target = opened(RunSetup(options))
    try:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mutant") as pool:
            server = _LiveServer(target.run, campaign)
            futures = [pool.submit(server.judge, number, mutant) for number, mutant in enumerate(mutants)]
            for future in as_completed(futures):
                yield future.result()
    finally:
        target.run.ledger.close(clean=True)
        target.stop()


@dataclass(frozen=True)
class _LiveServer:
    """A server with mutants in front of it."""

    run: RunContext
    campaign: Campaign

    def judge(self, number: int, mutant: Mutant) -> MutantResult:
        """Run a mutant against the tests of its clause; who was not noticed in haste gets a second look."""
        verdict = self._judged(number, mutant, _PATIENCE)
        if verdict.fate in {Fate.OWN, Fate.FAULTY} or mutant.equivalent:
            return verdict
        return self._judged(number + _SECOND, mutant, _MUCH_PATIENCE)

    def _judged(self, number: int, mutant: Mutant, patience: float) -> MutantResult:
        """Run the tests in a run of their own."""
        defect = around(self.run.exchanger.binding, mutant)
        run = self._run(number, defect)
        preparations = Preparations(run, workers=4)
        try:
            jobs = [job for job in self.campaign.own(mutant) if not job.hostile]
            return summed(mutant, (self._try(run, preparations, defect, job, patience) for job in jobs), live=True)
        finally:
            preparations.close()

    def _try(
        self, run: RunContext, preparations: Preparations, defect: Defect, job: Job, patience: float
    ) -> MutatedTest:
        clean = recorded_states(self.campaign.runner.recording, job)
        if clean is None:
            return MutatedTest(job, None)
        case = Case(_Impatient(run, job.test, job.rpcs, patience=patience), job.checks)
        result = execute(case, lambda: job.body(case, [preparations.get(shared) for shared in job.shared]))
        states = {each.check.id: (each.state, each.signature) for each in result.judgements}
        errors = [each.actual for each in result.judgements if each.state is State.HARNESS_ERROR]
        broken = frozenset(clause for clause, _ in run.contract.broken)
        played = PlayedTest(job.test, states, broken, error=errors[0] if errors else "")
        return MutatedTest(job, clean, frozenset(), played, defect.applied, defect.trouble)

    def _run(self, number: int, binding: Binding) -> RunContext:
        """Return a run with names of its own."""
        name = f"{self.run.id[:4]}{_DIGITS[number // 36 % 36]}{_DIGITS[number % 36]}"
        exchanger = Exchanger(binding, self.run.profile, self.run.exchanger.deadline)
        return replace(
            self.run.on_instance({self.run.binding: exchanger}, self.run.guard).noting(contract=WireLog()), id=name
        )
