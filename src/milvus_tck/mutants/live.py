"""Mutants on a server that runs: what a test asks after the defect depends on it, so no recording can answer.

Each mutant has a run of its own on one server, so that many are judged side by side.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TypeVar

from milvus_tck.bindings.exchange import Exchanger
from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.campaign import Campaign, around, recorded_states
from milvus_tck.mutants.defect import Defect
from milvus_tck.mutants.judging import Tried, summed
from milvus_tck.mutants.mutant import Mutant
from milvus_tck.mutants.outcome import Fate, Verdict
from milvus_tck.mutants.player import Played
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.contract_log import ContractLog
from milvus_tck.verdict.execute import execute
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.session import Session
from milvus_tck.verdict.shared import Preparations
from milvus_tck.verdict.states import State

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
class _Impatient(Case):
    """A case that does not wait long for what a defect keeps from coming."""

    patience: float = _PATIENCE

    def repeat(
        self, look: Callable[[], Seen], done: Callable[[Seen], bool], *, rpc: str, what: str, within: float = 60
    ) -> Seen:
        """Look until what is seen is as wanted, for a short time."""
        return super().repeat(look, done, rpc=rpc, what=what, within=min(within, self.patience))


def run_live(mutants: Sequence[Mutant], campaign: Campaign, options: CheckOptions) -> Iterator[Verdict]:
    """Judge mutants on a server that is started for them; raises `TargetError` where there is none."""
    session = Session(options)
    session.open()
    try:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mutant") as pool:
            stage = _Stage(session.run, campaign)
            futures = [pool.submit(stage.judge, number, mutant) for number, mutant in enumerate(mutants)]
            for future in as_completed(futures):
                yield future.result()
    finally:
        session.run.ledger.close(clean=True)
        session.stop()


@dataclass(frozen=True)
class _Stage:
    """A server with mutants in front of it."""

    run: Run
    campaign: Campaign

    def judge(self, number: int, mutant: Mutant) -> Verdict:
        """Run a mutant against the tests of its clause; who was not noticed in haste gets a second look."""
        verdict = self._judged(number, mutant, _PATIENCE)
        if verdict.fate in {Fate.OWN, Fate.FAULTY} or mutant.equivalent:
            return verdict
        return self._judged(number + _SECOND, mutant, _MUCH_PATIENCE)

    def _judged(self, number: int, mutant: Mutant, patience: float) -> Verdict:
        """Run the tests in a run of their own."""
        defect = around(self.run.exchanger.binding, mutant)
        run = self._run(number, defect)
        preparations = Preparations(run, workers=4)
        try:
            jobs = [job for job in self.campaign.own(mutant) if not job.hostile]
            return summed(mutant, (self._try(run, preparations, defect, job, patience) for job in jobs), live=True)
        finally:
            preparations.close()

    def _try(self, run: Run, preparations: Preparations, defect: Defect, job: Job, patience: float) -> Tried:
        clean = recorded_states(self.campaign.player.recording, job)
        if clean is None:
            return Tried(job, None)
        case = _Impatient(run, job.test, job.checks, patience=patience)
        result = execute(case, lambda: job.body(case, [preparations.get(shared) for shared in job.shared]))
        states = {each.check.id: (each.state, each.signature) for each in result.judgements}
        errors = [each.actual for each in result.judgements if each.state is State.HARNESS_ERROR]
        broken = frozenset(clause for clause, _ in run.contract.broken)
        played = Played(job.test, states, broken, error=errors[0] if errors else "")
        return Tried(job, clean, frozenset(), played, defect.applied, defect.trouble)

    def _run(self, number: int, binding: Binding) -> Run:
        """Return a run with names of its own."""
        name = f"{self.run.id[:4]}{_DIGITS[number // 36 % 36]}{_DIGITS[number % 36]}"
        exchanger = Exchanger(binding, self.run.profile, self.run.exchanger.deadline)
        return replace(self.run.beside(exchanger, self.run.guard), id=name, contract=ContractLog())
