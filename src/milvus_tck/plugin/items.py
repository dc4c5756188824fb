"""From pytest's items to jobs: marks, parameters, and what a test reads."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from milvus_tck.spec.clause_files import clause as clause_of
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.routes import routes
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import GRPC, Check, key_of
from milvus_tck.verdict.shared import SHARED

__all__ = ["is_bound", "is_suite", "job_of", "marked", "why_not"]


def is_suite(item: pytest.Item) -> bool:
    """Tell whether an item is a test of the suites."""
    return data_dir("suites") in item.path.parents


def marked(item: pytest.Item) -> list[tuple[str, str]]:
    """List the clauses of a test, with the case each is judged in."""
    marks = list(item.iter_markers("clause"))
    return [(name, case) for mark in reversed(marks) for name in mark.args for case in _cases(mark)]


def _cases(mark: pytest.Mark) -> Sequence[str]:
    return mark.kwargs.get("cases") or (mark.kwargs.get("case", ""),)


def is_bound(clause: Clause, case: str, binding: str) -> bool:
    """Tell whether a clause is judged over a binding, in one of its cases."""
    if binding not in clause.bindings:
        return False
    return binding == GRPC or not (case and routes(binding).silence(f"{clause.id}.{case}"))


def job_of(item: pytest.Item, checks: list[Check], binding: str) -> Job:
    """Make a job of an item that owes some checks over a binding."""
    assert isinstance(item, pytest.Function)  # noqa: S101 - suites hold functions only
    names = tuple(inspect.signature(item.obj).parameters)
    given = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    shared = tuple(SHARED[name] for name in names if name in SHARED)
    return Job(key_of(item.nodeid, binding), checks, _body(item.obj, names, given), shared, binding)


def _body(
    function: Callable[..., object], names: Sequence[str], given: dict[str, Any]
) -> Callable[[Case, Sequence[Any]], object]:
    wanted = [name for name in names if name in SHARED]

    def body(case: Case, things: Sequence[Any]) -> object:
        ready = dict(zip(wanted, things, strict=True))
        return function(**{name: case if name == "tck" else {**ready, **given}[name] for name in names})

    return body


def why_not(identifier: str, tested: set[str], line: Profile, bindings: Sequence[str]) -> str:
    """Say why a clause is not judged; `tested` are the clauses that some test judges."""
    each = clause_of(identifier)
    if not each.testable:
        return f"not testable: {each.reason}"
    if not each.applies_to(line):
        return f"not in profile {line.name}"
    if not set(each.bindings) & set(bindings):
        return f"not over {', '.join(bindings)}"
    return "not selected" if identifier in tested else "no test judges it"
