"""What the suites hold, as pytest collects them for a profile: nothing is started, nothing runs."""

from dataclasses import dataclass, field
from functools import cache

import pytest

from milvus_tck.bindings.names import BINDINGS
from milvus_tck.cli.suites import run_suites
from milvus_tck.plugin import Suites
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import Check
from milvus_tck.verdict.options import CheckOptions

__all__ = ["Collected", "collected"]


@dataclass(frozen=True)
class Collected:
    """The suites in one profile."""

    items: list[pytest.Function]
    jobs: list[Job]
    checks: list[Check]
    #: Clauses that no test judges there, with the reason.
    absent: dict[str, str]


@dataclass
class _Looking(Suites):
    """Keeps every test that is collected, also those that a profile leaves out."""

    items: list[pytest.Item] = field(default_factory=list)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Keep a test."""
        self.items.append(item)


@cache
def collected(line: str, *, strict: bool = False) -> Collected:
    """Collect the suites for a profile."""
    suites = _Looking(CheckOptions("null", profile=line, bindings=BINDINGS, strict=strict), listing=True)
    code = run_suites(suites, ["--collect-only"])
    assert code == pytest.ExitCode.OK
    assert suites.choice is not None
    absent = {each.clause.id: each.why for each in suites.choice.absent}
    items = [item for item in suites.items if isinstance(item, pytest.Function)]
    return Collected(items, list(suites._jobs.values()), list(suites.choice.wanted), absent)
