"""Which tests judge which clause, in every profile: read from the marks of the suites."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from milvus_tck.cli.suites import run_suites

__all__ = ["Judged", "judged_clauses"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One test that judges a clause."""

    #: Its node id.
    test: str
    #: The cases that it judges the clause in; one empty text where there is a single one.
    cases: tuple[str, ...]


class _Marks:
    """A plugin that reads the marks of every test."""

    def __init__(self) -> None:
        self.found: dict[str, list[Judged]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take note of every test by the clauses that it declares."""
        for item in items:
            own: dict[str, list[str]] = {}
            for mark in item.iter_markers("clause"):
                for name in mark.args:
                    own.setdefault(name, []).extend(mark.kwargs.get("cases") or (mark.kwargs.get("case", ""),))
            for name, cases in own.items():
                self.found.setdefault(name, []).append(Judged(item.nodeid, tuple(cases)))


def judged_clauses() -> Mapping[str, tuple[Judged, ...]]:
    """Return the tests that judge each clause, by its id."""
    marks = _Marks()
    code = run_suites(marks, ["--collect-only"])
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest ended with {pytest.ExitCode(code).name}")
    return {name: tuple(tests) for name, tests in marks.found.items()}
