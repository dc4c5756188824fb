"""A job: one test that the scheduler runs, with what it judges and what it reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SharedFixture
from milvus_tck.verdict.scheduling.assignment import Assignment

__all__ = ["Job"]


@dataclass(frozen=True, eq=False)
class Job(Assignment):
    """One test to run."""

    #: Runs the test in a case, with the prepared things in the order of `shared`.
    body: Callable[[Case, Sequence[Any]], object]
    shared: tuple[SharedFixture[Any], ...] = ()
