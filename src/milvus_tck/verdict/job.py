"""A job: one test that the scheduler runs, with what it judges and what it reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from milvus_tck.verdict.case import Case
from milvus_tck.verdict.judgement import Check
from milvus_tck.verdict.shared import Shared

__all__ = ["Job"]


@dataclass(frozen=True, eq=False)
class Job:
    """One test to run."""

    test: str
    checks: Sequence[Check]
    #: Runs the test in a case, with the prepared things in the order of `shared`.
    body: Callable[[Case, Sequence[Any]], object]
    shared: tuple[Shared[Any], ...] = ()

    @cached_property
    def hostile(self) -> bool:
        """Whether it is known to kill servers."""
        return any(check.clause.hostile for check in self.checks)

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Ids of the clauses it judges."""
        return frozenset(check.clause.id for check in self.checks)

    @cached_property
    def rpcs(self) -> frozenset[str]:
        """RPCs that its clauses are about."""
        return frozenset(check.clause.rpc for check in self.checks)

    @cached_property
    def needed(self) -> frozenset[str]:
        """Ids of the clauses that have to hold before it is run."""
        return frozenset(each for check in self.checks for each in check.clause.needs) - self.clauses
