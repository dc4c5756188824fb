"""What stands on what: a clause is judged only when the clauses it needs hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from milvus_tck.verdict.case.execution import ExecutionResult
    from milvus_tck.verdict.model.judgement import Judgement
    from milvus_tck.verdict.scheduling.job import Job

__all__ = ["Needs"]


@dataclass
class Needs:
    """Keeps count of what is judged and what of it failed."""

    #: How many jobs have still to judge a clause.
    _open: Counter[str] = field(default_factory=Counter)
    #: The clauses of which some are.
    _pending: set[str] = field(default_factory=set)
    _broken: set[str] = field(default_factory=set)

    def expect(self, jobs: Iterable[Job]) -> None:
        """Take note of every job that will run."""
        for job in jobs:
            self._open.update(job.keys)
            self._pending.update(job.keys)

    def settle(self, job: Job, result: ExecutionResult) -> None:
        """Take in what a job came to."""
        self._open.subtract(job.keys)
        self._pending.difference_update(each for each in job.keys if self._open[each] <= 0)
        for judgement in result.judgements:
            check = judgement.check
            if check.level is Level.MUST and _breaks(judgement):
                self._broken.add(check.key)

    def decided(self, job: Job) -> bool:
        """Tell whether everything that a job needs is judged; what does not run is not waited for."""
        return self._pending.isdisjoint(job.needed)

    def failed(self, job: Job) -> str:
        """Name a needed clause that does not hold; empty if all do."""
        return next((each for each in sorted(job.needed) if each in self._broken), "")


def _breaks(judgement: Judgement) -> bool:
    """Tell whether a judgement keeps others from being judged.

    A step of its test that did not work is none of theirs: they find out whether theirs do.
    """
    if judgement.state is State.BLOCKED:
        return bool(judgement.blocked_by)
    return judgement.state is not State.PASS
