"""What the suites hold, as pytest collects them for a profile: nothing is started, nothing runs."""

from dataclasses import dataclass, field
from functools import cache

import pytest

from milvus_tck.listing.run_pytest import run_suites
from milvus_tck.plugin import Suites
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.verdict.model.judgement import Check
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.options import CheckOptions

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


def _options(line: str, *, strict: bool) -> CheckOptions:
    """Ask for everything that there is, explorations too."""
    return CheckOptions("null", profile=line, bindings=tuple(binding_rows()), strict=strict, explore=1.0)


@cache
def collected(line: str, *, strict: bool = False) -> Collected:
    """Collect the suites for a profile."""
    suites = _Looking(_options(line, strict=strict), listing=True)
    code = run_suites(suites, ["--collect-only"])
    assert code == pytest.ExitCode.OK
    assert suites.plan is not None
    absent = {each.clause.id: each.why for each in suites.plan.absent}
    items = [item for item in suites.items if isinstance(item, pytest.Function)]
    return Collected(items, list(suites.jobs.values()), list(suites.plan.checks), absent)
