"""A campaign: mutants against the recorded tests that could see them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing import get_context

from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.campaign.fates import MutantResult
from milvus_tck.mutants.campaign.score import MutatedTest, Scoring
from milvus_tck.mutants.catalogue.mutant import Mutant, MutantScope
from milvus_tck.mutants.defects.answer_defect import AnswerDefect, Defect
from milvus_tck.mutants.defects.refused_effects import effects
from milvus_tck.mutants.defects.registry import BEHAVIOURS
from milvus_tck.mutants.replay.tape import ServerTapes
from milvus_tck.mutants.replay.tape_runner import PlayedTest, TapeRunner
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["Campaign", "Collect", "around", "recorded_states", "run_all"]

#: Brings the tests into a process of its own.
Collect = Callable[[], Mapping[str, Job]]
#: Mutants that a process is given at once.
_CHUNK = 4


def around(binding: Binding, mutant: Mutant) -> Defect:
    """Put a mutant in front of a binding."""
    behaviour = BEHAVIOURS.get(mutant.operator)
    return AnswerDefect(binding, mutant) if behaviour is None else behaviour.around(binding, mutant)


@dataclass
class Campaign:
    """Runs mutants against recorded tests, one after the other."""

    runner: TapeRunner
    jobs: Mapping[str, Job]
    #: Run all tests that touch the RPC, also where a check of the clause itself has noticed.
    full: bool = False
    _clean: dict[str, PlayedTest | None] = field(default_factory=dict)

    @cached_property
    def _by_clause(self) -> dict[str, list[Job]]:
        found: dict[str, list[Job]] = {}
        for job in self.jobs.values():
            for clause in job.clauses:
                found.setdefault(clause, []).append(job)
        return found

    @cached_property
    def _by_rpc(self) -> dict[str, list[Job]]:
        found: dict[str, list[Job]] = {}
        for job in self.jobs.values():
            for rpc in frozenset[str]().union(*(tape.rpcs for tape in self.runner.tapes(job))):
                found.setdefault(rpc, []).append(job)
        return found

    def own(self, mutant: Mutant) -> list[Job]:
        """List the tests of the clause that has to notice."""
        return self._by_clause.get(mutant.clause, [])

    def clean(self, job: Job) -> PlayedTest | None:
        """Replay a test without a defect; `None` where it comes to something else than on the server."""
        if job.test not in self._clean:
            self._clean[job.test] = self._replayed(job)
        return self._clean[job.test]

    def _replayed(self, job: Job) -> PlayedTest | None:
        take = self.runner.recording.take_of(job.test)
        if take is None or job.test not in take.tests:
            return None
        played = self.runner.play(job)
        replayed = {name: state.value for name, (state, _) in played.states.items()}
        return played if replayed == {name: state for name, (state, _) in take.states[job.test].items()} else None

    def judge(self, mutant: Mutant) -> MutantResult:
        """Run a mutant against the tests of its clause, and, if they do not notice, against all that see it."""
        judging, own = Scoring(mutant), self.own(mutant)
        for number, job in enumerate(self._order(mutant, own)):
            if number >= len(own) and judging.noticed and not self.full:
                break
            judging.take(self._try(mutant, job))
        return judging.verdict()

    def _order(self, mutant: Mutant, own: Sequence[Job]) -> Iterator[Job]:
        yield from own
        if mutant.scope is MutantScope.RPC:
            touched = self.jobs.values() if mutant.rpc == "*" else self._by_rpc.get(mutant.rpc, [])
            yield from (job for job in touched if job not in own)

    def _try(self, mutant: Mutant, job: Job) -> MutatedTest:
        clean = self.clean(job)
        if clean is None:
            return MutatedTest(job, None)
        states = {name: state for name, (state, _) in clean.states.items()}
        tried = self._played(mutant, job, _touched(mutant) if mutant.scope is MutantScope.RPC else frozenset())
        if not (tried.applied or tried.trouble) and mutant.scope is MutantScope.CLAUSE:
            # The condition of the clause arises only where the test is prepared.
            tried = self._played(mutant, job, _touched(mutant))
        return replace(tried, clean=states, broken=clean.broken)

    def _played(self, mutant: Mutant, job: Job, touched: frozenset[str] | None) -> MutatedTest:
        """Play a test with a defect; tells whether the defect showed, and what went wrong with it."""
        defects: list[Defect] = []

        def wrap(binding: Binding) -> Binding:
            defects.append(around(binding, mutant))
            return defects[-1]

        played = self.runner.play(job, wrap, touched)
        applied = any(defect.applied for defect in defects)
        trouble = next((defect.trouble for defect in defects if defect.trouble), "")
        return MutatedTest(job, None, played=played, applied=applied, trouble=trouble)


def _touched(mutant: Mutant) -> frozenset[str] | None:
    """Return the RPCs whose answers the mutant may change."""
    if mutant.rpc == "*":
        return None
    return frozenset({mutant.rpc, *(effects(mutant) if mutant.operator in BEHAVIOURS else ())})


def recorded_states(recording: ServerTapes, job: Job) -> Mapping[str, State] | None:
    """Return what the checks of a test came to on the server."""
    take = recording.take_of(job.test)
    if take is None:
        return None
    return {name: State(state) for name, (state, _) in take.states[job.test].items()}


# -- on every core ----------------------------------------------------------------------

_CAMPAIGN: Campaign


def run_all(
    mutants: Sequence[Mutant], recording: ServerTapes, collect: Collect, *, processes: int, full: bool = False
) -> Iterator[MutantResult]:
    """Judge mutants in processes of their own, and yield what became of each."""
    with ProcessPoolExecutor(processes, get_context("spawn"), _start, (recording, collect, full)) as pool:
        yield from pool.map(_judge, mutants, chunksize=_CHUNK)


def _start(recording: ServerTapes, collect: Collect, full: bool) -> None:  # noqa: FBT001 - positional by executor
    global _CAMPAIGN  # noqa: PLW0603 - one campaign for each process
    _CAMPAIGN = Campaign(TapeRunner(recording), collect(), full)


def _judge(mutant: Mutant) -> MutantResult:
    return _CAMPAIGN.judge(mutant)
