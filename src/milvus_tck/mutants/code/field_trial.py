"""Field trial: the suite over a model with a defect that somebody reported of a released server."""

import select
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from milvus_tck.model.defects.planted_model import planted
from milvus_tck.mutants.code.code_campaign import Suite, noticed
from milvus_tck.mutants.code.forked_call import ForkedCall
from milvus_tck.mutants.code.model_binding import ModelBinding
from milvus_tck.mutants.code.suite_runner import SuiteRunner
from milvus_tck.spec.field_defects import FieldDefect

__all__ = ["FieldResult", "try_all"]

#: Seconds that a test may take: none needs as many.
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class FieldResult:
    """A defect, and the check that noticed it."""

    defect: FieldDefect
    #: The first check that failed; empty where none did.
    check: str
    #: How many tests were run.
    tests: int

    @property
    def open(self) -> bool:
        """Whether nobody noticed it and nobody says why."""
        return not self.check and not self.defect.unnoticed


def try_all(defects: Sequence[FieldDefect], suite: Suite, *, processes: int, known: bool) -> Iterator[FieldResult]:
    """Run the suite over a model with each defect, those tests first that are known to notice it.

    `known` runs no others where there are some.
    """
    waiting, running = list(reversed(defects)), list[ForkedCall]()
    while waiting or running:
        while waiting and len(running) < processes:
            defect = waiting.pop()
            running.append(ForkedCall(partial(_tried, defect, suite, known=known)))
        ready, _, _ = select.select(running, [], [])
        for call in [each for each in ready if each.take()]:
            running.remove(call)
            yield call.result()


def _tried(defect: FieldDefect, suite: Suite, *, known: bool) -> FieldResult:
    runner = SuiteRunner(ModelBinding(planted(defect.id), suite.profile))
    own = [name for name, job in suite.jobs.items() if job.clauses & set(defect.noticed)]
    others = sorted(set(suite.jobs) - set(own), key=lambda name: (suite.good.seconds.get(name, 0.0), name))
    tests = own if known and own else [*own, *others]
    for count, name in enumerate(tests, 1):
        check = noticed(runner.run(suite.jobs[name], _SECONDS), suite.good.states.get(name, {}))
        if check:
            return FieldResult(defect, check, count)
    return FieldResult(defect, "", len(tests))
