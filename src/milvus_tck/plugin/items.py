"""From pytest's items to jobs: marks, parameters, and what a test reads."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from milvus_tck.extensions import extension_of
from milvus_tck.planning.choice import SuiteTest
from milvus_tck.spec.data import data_dir
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SHARED, SharedName
from milvus_tck.verdict.scheduling.assignment import Assignment
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["TEST", "is_suite", "items_over", "job_of", "node_of", "suite_test"]

#: The test of a job that an item of pytest stands for.
TEST = pytest.StashKey[str]()


def is_suite(item: pytest.Item) -> bool:
    """Tell whether an item is a test of the suites, ours or those of an extension."""
    return data_dir("suites") in item.path.parents or extension_of(item.path) is not None


def node_of(item: pytest.Item) -> str:
    """Name a test as reports do: as pytest does, or by the extension that it is of: `acme:test_gold.py::test_it`."""
    extension = extension_of(item.path)
    return item.nodeid if extension is None else f"{extension.node(item.path)}::{item.nodeid.partition('::')[2]}"


def suite_test(item: pytest.Item) -> SuiteTest:
    """Read the clauses of a test, with the case each is judged in."""
    marks = list(item.iter_markers("clause"))
    found = ((name, case) for mark in reversed(marks) for name in mark.args for case in _cases(mark))
    extension = extension_of(item.path)
    return SuiteTest(node_of(item), tuple(found), "" if extension is None else extension.origin)


def _cases(mark: pytest.Mark) -> Sequence[str]:
    return mark.kwargs.get("cases") or (mark.kwargs.get("case", ""),)


def job_of(item: pytest.Item, owed: Assignment) -> Job:
    """Make a job of an item that owes some checks over a binding."""
    assert isinstance(item, pytest.Function)  # noqa: S101 - suites hold functions only
    names = tuple(inspect.signature(item.obj).parameters)
    given = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    wanted = _wanted(names, given)
    shared = tuple(SHARED[name] for name in wanted.values())
    return Job(owed.test, owed.checks, _body(item.obj, names, given, tuple(wanted)), shared, binding=owed.binding)


def _wanted(names: Iterable[str], given: Mapping[str, Any]) -> dict[str, str]:
    """Return which shared thing each argument is: that of its own name, or the one that a parameter names."""
    named = {name: str(value) for name, value in given.items() if isinstance(value, SharedName)}
    return {name: named.get(name, name) for name in names if name in named or name in SHARED}


def items_over(item: pytest.Item, jobs: Iterable[Job]) -> Iterator[pytest.Item]:
    """Yield an item for each job of a test: over gRPC the test itself, over another binding with its name behind."""
    for job in jobs:
        made = item if job.test == node_of(item) else _over(item, job.binding)
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
    function: Callable[..., object], names: Sequence[str], given: Mapping[str, Any], wanted: Sequence[str]
) -> Callable[[Case, Sequence[Any]], object]:
    def body(case: Case, things: Sequence[Any]) -> object:
        ready = dict(zip(wanted, things, strict=True))
        return function(**{name: case if name == "tck" else {**given, **ready}[name] for name in names})

    return body
