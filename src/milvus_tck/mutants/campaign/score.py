"""From what tests came to under a mutant to what became of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from milvus_tck.mutants.campaign.fates import CheckFate, Fate, MutantResult
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.mutants.replay.tape_runner import PlayedTest
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["MutatedTest", "Scoring", "summed"]


@dataclass(frozen=True, slots=True)
class MutatedTest:
    """One test under a mutant."""

    job: Job
    #: What each check comes to without the mutant; `None` where that is not known.
    clean: Mapping[str, State] | None
    #: Wire clauses that are broken without the mutant, too.
    broken: frozenset[str] = frozenset()
    played: PlayedTest | None = None
    #: Whether the client has seen the defect.
    applied: bool = False
    #: What the operator of the mutant said where it could not be carried out.
    trouble: str = ""


@dataclass
class Scoring:
    """Takes in one test after the other."""

    mutant: Mutant
    cells: list[CheckFate] = field(default_factory=list)
    tests: int = 0
    missed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def noticed(self) -> bool:
        """Whether the clause itself has noticed."""
        return any(cell.fate is Fate.OWN for cell in self.cells if self._decides(cell))

    def take(self, tried: MutatedTest) -> None:
        """Take in a test."""
        self.tests += 1
        self.trouble = self.trouble or tried.trouble
        if tried.played is None or tried.clean is None:
            self.cells += [CheckFate(check.id, tried.job.test, Fate.INVALID) for check in tried.job.checks]
            return
        if tried.played.missed:
            self.missed[tried.job.test] = tried.played.missed
        if tried.played.error:
            self.errors[tried.job.test] = tried.played.error
        self.cells += self._cells(tried, tried.played, tried.clean)

    def _cells(self, tried: MutatedTest, played: PlayedTest, clean: Mapping[str, State]) -> Iterator[CheckFate]:
        clauses = {check.id: check.clause.id for check in tried.job.checks}
        for name, (state, signature) in played.states.items():
            fate = self._fate(clauses[name], clean[name], state, tried)
            yield CheckFate(name, tried.job.test, fate, signature or ("" if fate is Fate.NOT_APPLIED else state.value))
        for name in sorted(played.broken - tried.broken):
            yield CheckFate(f"{name}@grpc", tried.job.test, self._killed(name), name)

    def _fate(self, clause: str, before: State, after: State, tried: MutatedTest) -> Fate:
        if before is not State.PASS:
            return Fate.INVALID
        if after.failed:
            return self._killed(clause)
        missed = tried.played is not None and tried.played.missed and after is State.INCONCLUSIVE
        return Fate.NOT_APPLIED if missed or not tried.applied else Fate.SURVIVED

    def _killed(self, clause: str) -> Fate:
        return Fate.OWN if clause == self.mutant.clause else Fate.ELSEWHERE

    def verdict(self, *, live: bool = False) -> MutantResult:
        """Sum up: who noticed counts most; what never showed says nothing, what broke down proves nothing."""
        fates = {cell.fate for cell in self.cells if self._decides(cell)}
        order = (Fate.OWN, Fate.ELSEWHERE, Fate.SURVIVED, Fate.NOT_APPLIED, Fate.INVALID)
        fate = next((each for each in order if each in fates), Fate.NOT_APPLIED)
        fate = Fate.FAULTY if self.trouble else fate
        found = tuple(self.cells)
        return MutantResult(self.mutant, fate, found, self.tests, self.missed, self.errors, self.trouble, live)

    def _decides(self, cell: CheckFate) -> bool:
        """Where a mutant is about one aspect, only checks of that aspect speak for the clause."""
        return not self.mutant.aspect or f":{self.mutant.aspect}@" in cell.check or cell.fate is Fate.ELSEWHERE


def summed(mutant: Mutant, tried: Iterable[MutatedTest], *, live: bool = False) -> MutantResult:
    """Judge a mutant by all its tests."""
    judging = Scoring(mutant)
    for each in tried:
        judging.take(each)
    return judging.verdict(live=live)
