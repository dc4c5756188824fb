"""Field trial: the suite over a model with a defect that somebody reported of a released server."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from milvus_tck.model.defects.planted_model import planted
from milvus_tck.mutants.code.code_campaign import noticed
from milvus_tck.mutants.code.fork_pool import ForkPool
from milvus_tck.mutants.code.model_binding import ModelBinding
from milvus_tck.mutants.code.suite_runner import SuiteRunner, TooLongError
from milvus_tck.mutants.code.trial_order import Suite
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.field_defects import FieldDefect

__all__ = ["FieldFate", "FieldResult", "try_all"]

#: Seconds of work that a test may take, and seconds of the clock that all tests of a defect may: none needs as many.
_SECONDS, _HARD = 60.0, 600.0


class FieldFate(StrEnum):
    """What the suite makes of a defect, held against what its row says."""

    #: By a check of a clause that the row names.
    NOTICED = "noticed"
    #: By nobody, and the row says why.
    EXPLAINED = "explained"
    #: By nobody, or by checks of other clauses alone, which may fail for another reason.
    OPEN = "open"
    #: The row says that nobody can, and somebody does.
    STALE = "stale"
    #: The harness raised, or the process was ended: nothing is known.
    FAULT = "a fault of ours"


@dataclass(frozen=True, slots=True)
class FieldResult:
    """A defect, and the check that noticed it."""

    defect: FieldDefect
    #: The first check that failed of a clause that the row names; of any other clause; empty where none did.
    check: str = ""
    elsewhere: str = ""
    #: How many tests were run.
    tests: int = 0
    #: What was raised by us.
    fault: str = ""

    @property
    def fate(self) -> FieldFate:
        """What that means."""
        if self.fault:
            return FieldFate.FAULT
        if self.defect.unnoticed:
            return FieldFate.STALE if self.check or self.elsewhere else FieldFate.EXPLAINED
        return FieldFate.NOTICED if self.check else FieldFate.OPEN


def try_all(
    defects: Sequence[FieldDefect], suite: Suite, *, processes: int, known: bool
) -> Generator[FieldResult, None, None]:
    """Run the suite over a model with each defect, those tests first that are known to notice it.

    `known` runs no others where there are some.
    """
    calls = ((defect, partial(_tried, defect, suite, known=known)) for defect in defects)
    with closing(ForkPool(processes, _HARD).ended(calls)) as ended:
        for defect, end in ended:
            yield end.value or FieldResult(defect, fault=end.fault or end.ended)


def _tried(defect: FieldDefect, suite: Suite, *, known: bool) -> FieldResult:
    runner = SuiteRunner(ModelBinding(planted(defect.id), suite.profile))
    own = [name for name, job in suite.jobs.items() if job.clauses & set(defect.noticed)]
    others = sorted(set(suite.jobs) - set(own), key=lambda name: (suite.good.seconds[name], name))
    tests, elsewhere = own if known and own else [*own, *others], ""
    for count, name in enumerate(tests, 1):
        try:
            run = runner.run(suite.jobs[name], _SECONDS)
        except TooLongError:
            return FieldResult(defect, tests=count, fault=f"{name} took more than {_SECONDS:g} s")
        found = noticed(run, suite.good.states[name])
        check = next((each for each in found if CheckId.parse(each).clause in defect.noticed), "")
        elsewhere = elsewhere or next(iter(found), "")
        if check or (elsewhere and defect.unnoticed):
            return FieldResult(defect, check, elsewhere, count)
    return FieldResult(defect, "", elsewhere, len(tests))
