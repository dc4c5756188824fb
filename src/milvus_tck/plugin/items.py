"""From pytest's items to jobs: marks, parameters, and what a test reads."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest

from milvus_tck.planning.choice import SuiteTest
from milvus_tck.spec.data import data_dir
from milvus_tck.verdict.assignment import Assignment
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.shared import SHARED

__all__ = ["TEST", "is_suite", "items_over", "job_of", "suite_test"]

#: The test of a job that an item of pytest stands for.
TEST = pytest.StashKey[str]()


def is_suite(item: pytest.Item) -> bool:
    """Tell whether an item is a test of the suites."""
    return data_dir("suites") in item.path.parents


def suite_test(item: pytest.Item) -> SuiteTest:
    """Read the clauses of a test, with the case each is judged in."""
    marks = list(item.iter_markers("clause"))
    found = ((name, case) for mark in reversed(marks) for name in mark.args for case in _cases(mark))
    return SuiteTest(item.nodeid, tuple(found))


def _cases(mark: pytest.Mark) -> Sequence[str]:
    return mark.kwargs.get("cases") or (mark.kwargs.get("case", ""),)


def job_of(item: pytest.Item, owed: Assignment) -> Job:
    """Make a job of an item that owes some checks over a binding."""
    assert isinstance(item, pytest.Function)  # noqa: S101 - suites hold functions only
    names = tuple(inspect.signature(item.obj).parameters)
    given = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    shared = tuple(SHARED[name] for name in names if name in SHARED)
    return Job(owed.test, owed.checks, _body(item.obj, names, given), shared, binding=owed.binding)


def items_over(item: pytest.Item, jobs: Iterable[Job]) -> Iterator[pytest.Item]:
    """Yield an item for each job of a test: over gRPC the test itself, over another binding with its name behind."""
    for job in jobs:
        made = item if job.test == item.nodeid else _over(item, job.binding)
        made.stash[TEST] = job.test
        yield made


def _over(item: pytest.Item, binding: str) -> pytest.Item:
    assert isinstance(item, pytest.Function)  # noqa: S101 - suites hold functions only
    made: pytest.Item = pytest.Function.from_parent(
        item.parent,
        name=f"{item.name}@{binding}",
        callspec=getattr(item, "callspec", None),
        callobj=item.obj,
        fixtureinfo=item._fixtureinfo,  # noqa: SLF001 - pytest offers no other way to have a test twice
        originalname=item.originalname,
    )
    return made


def _body(
    function: Callable[..., object], names: Sequence[str], given: dict[str, Any]
) -> Callable[[Case, Sequence[Any]], object]:
    wanted = [name for name in names if name in SHARED]

    def body(case: Case, things: Sequence[Any]) -> object:
        ready = dict(zip(wanted, things, strict=True))
        return function(**{name: case if name == "tck" else {**ready, **given}[name] for name in names})

    return body
