"""A campaign: every mutant against the tests that could see it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import get_context

from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.aftermath import EFFECTS
from milvus_tck.mutants.behaviours import BEHAVIOURS
from milvus_tck.mutants.defect import AnswerDefect, Defect
from milvus_tck.mutants.mutant import Mutant, Scope
from milvus_tck.mutants.outcome import Cell, Fate, Verdict
from milvus_tck.mutants.player import Played, Player
from milvus_tck.mutants.recording import Recording
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.states import State

__all__ = ["Campaign", "around", "run_all"]

#: Brings the tests into a process of its own.
Collect = Callable[[], Mapping[str, Job]]


def around(binding: Binding, mutant: Mutant) -> Defect:
    """Put a mutant in front of a binding."""
    behaviour = BEHAVIOURS.get(mutant.operator)
    return AnswerDefect(binding, mutant) if behaviour is None else behaviour.around(binding, mutant)


@dataclass
class Campaign:
    """Runs mutants against recorded tests, one after the other."""

    player: Player
    jobs: Mapping[str, Job]
    #: Run all tests that touch the RPC, also where a check of the clause itself has noticed.
    full: bool = False
    _clean: dict[str, Played | None] = field(default_factory=dict)

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
            for rpc in frozenset[str]().union(*(tape.rpcs for tape in self.player.tapes(job))):
                found.setdefault(rpc, []).append(job)
        return found

    def clean(self, job: Job) -> Played | None:
        """Replay a test without a defect; `None` where the good run and the replay differ, or there is none."""
        if job.test not in self._clean:
            self._clean[job.test] = self._replayed(job)
        return self._clean[job.test]

    def _replayed(self, job: Job) -> Played | None:
        take = self.player.recording.take_of(job.test)
        recorded = None if take is None else take.states.get(job.test)
        if recorded is None:
            return None
        played = self.player.play(job)
        return (
            played
            if {name: state.value for name, (state, _) in played.states.items()}
            == {name: state for name, (state, _) in recorded.items()}
            else None
        )

    # -- one mutant ---------------------------------------------------------------------

    def judge(self, mutant: Mutant) -> Verdict:
        """Run a mutant against the tests of its clause, and, if they do not notice, against all that see it."""
        own = self._own(mutant)
        cells: list[Cell] = []
        missed: dict[str, str] = {}
        errors: dict[str, str] = {}
        tests = 0
        for job in self._order(mutant, own):
            if tests >= len(own) and not self.full and any(cell.fate is Fate.OWN for cell in cells):
                break
            tests += 1
            found, played = self._try(mutant, job)
            cells.extend(found)
            if played is not None and played.missed:
                missed[job.test] = played.missed
            if played is not None and played.error:
                errors[job.test] = played.error
        return Verdict(mutant, _fate(cells, mutant), tuple(cells), tests, missed, errors)

    def _own(self, mutant: Mutant) -> list[Job]:
        if mutant.clause.startswith("wire/"):
            return []
        return self._by_clause.get(mutant.clause, [])

    def _order(self, mutant: Mutant, own: Sequence[Job]) -> Iterator[Job]:
        yield from own
        if mutant.scope is Scope.RPC:
            touched = self.jobs.values() if mutant.rpc == "*" else self._by_rpc.get(mutant.rpc, [])
            yield from (job for job in touched if job not in own)

    def _try(self, mutant: Mutant, job: Job) -> tuple[list[Cell], Played | None]:
        clean = self.clean(job)
        if clean is None:
            return [Cell(check.id, job.test, Fate.INVALID) for check in job.checks], None
        defects: list[Defect] = []

        def wrap(binding: Binding) -> Binding:
            defects.append(around(binding, mutant))
            return defects[-1]

        played = self.player.play(job, wrap, _touched(mutant))
        applied = any(defect.applied for defect in defects)
        cells = [self._cell(mutant, job, name, clean, played, applied=applied) for name in played.states]
        broken = sorted(played.broken - clean.broken)
        cells += [Cell(f"{name}@grpc", job.test, _killed(mutant, name), name) for name in broken]
        return cells, played

    def _cell(self, mutant: Mutant, job: Job, name: str, clean: Played, played: Played, *, applied: bool) -> Cell:
        before, _ = clean.states[name]
        after, signature = played.states[name]
        if before is not State.PASS:
            return Cell(name, job.test, Fate.INVALID)
        if after.failed:
            clause = next(check.clause.id for check in job.checks if check.id == name)
            return Cell(name, job.test, _killed(mutant, clause), signature)
        if not applied or (played.missed and after is State.INCONCLUSIVE):
            return Cell(name, job.test, Fate.NOT_APPLIED)
        return Cell(name, job.test, Fate.SURVIVED, signature or after.value)


def _touched(mutant: Mutant) -> frozenset[str] | None:
    if mutant.rpc == "*":
        return None
    return frozenset({mutant.rpc}) | (EFFECTS.get(mutant.rpc, frozenset()) if mutant.operator in BEHAVIOURS else set())


def _killed(mutant: Mutant, clause: str) -> Fate:
    return Fate.OWN if clause == mutant.clause else Fate.ELSEWHERE


def _fate(cells: Iterable[Cell], mutant: Mutant) -> Fate:
    """Sum up: who noticed counts most; a defect that never showed says nothing."""
    fates = {cell.fate for cell in cells if not mutant.aspect or _decides(cell, mutant)}
    order = (Fate.OWN, Fate.ELSEWHERE, Fate.SURVIVED, Fate.NOT_APPLIED, Fate.INVALID)
    return next((fate for fate in order if fate in fates), Fate.NOT_APPLIED)


def _decides(cell: Cell, mutant: Mutant) -> bool:
    """In a family about one aspect, only checks of that aspect decide about the clause itself."""
    return f":{mutant.aspect}@" in cell.check or cell.fate is Fate.ELSEWHERE


# -- on every core ----------------------------------------------------------------------

_CAMPAIGN: Campaign


def run_all(
    mutants: Sequence[Mutant], recording: Recording, collect: Collect, *, processes: int, full: bool = False
) -> Iterator[Verdict]:
    """Judge mutants in processes of their own, and yield what became of each as it is known."""
    with ProcessPoolExecutor(processes, get_context("spawn"), _start, (recording, collect, full)) as pool:
        yield from pool.map(_judge, mutants, chunksize=4)


def _start(recording: Recording, collect: Collect, full: bool) -> None:  # noqa: FBT001 - positional by executor
    global _CAMPAIGN  # noqa: PLW0603 - one campaign for each process
    _CAMPAIGN = Campaign(Player(recording), collect(), full)


def _judge(mutant: Mutant) -> Verdict:
    return _CAMPAIGN.judge(mutant)
