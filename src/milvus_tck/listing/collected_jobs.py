"""Collected jobs: the tests of a plan with their bodies: pytest collects them, nothing is started."""

from collections.abc import Mapping

import pytest

from milvus_tck.listing.run_pytest import run_suites
from milvus_tck.planning.plan import Plan
from milvus_tck.plugin import Suites
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["collected_jobs"]


def collected_jobs(options: CheckOptions) -> tuple[Plan, Mapping[str, Job]]:
    """Plan a run, and return its tests by name, ready to run; the profile has to be named."""
    suites = Suites(options, listing=True)
    code = run_suites(suites, ["--collect-only"])
    if suites.plan is None or code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise RuntimeError(f"pytest ended with {pytest.ExitCode(code).name}")
    return suites.plan, suites.jobs
