"""`list` and `check` come to the same plan: one has it from an index, the other from pytest."""

from dataclasses import replace
from functools import cache

import pytest

from milvus_tck.listing.collected_jobs import collected_jobs
from milvus_tck.listing.known_tests import collected_tests
from milvus_tck.planning.choice import SuiteTest
from milvus_tck.planning.plan import Plan, collect
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.verdict.scheduling.assignment import Assignment
from milvus_tck.verdict.session.options import CheckOptions


@cache
def _tests() -> tuple[SuiteTest, ...]:
    return tuple(collected_tests())


def _told(plan: Plan) -> tuple[object, ...]:
    jobs = [(each.test, [check.id for check in each.checks]) for each in plan.jobs]
    return jobs, [check.id for check in plan.checks], plan.absent, plan.known, plan.support


def _job(each: Assignment) -> tuple[object, ...]:
    return each.test, each.node, each.binding, each.hostile, each.needed, [check.id for check in each.checks]


_ALL = CheckOptions("null", bindings=tuple(binding_rows()))
_ASKED = [
    *(replace(_ALL, profile=each.name) for each in profiles()),
    replace(_ALL, profile="2.3", bindings=("http-v1",), strict=True),
    replace(_ALL, profile="2.3", select="rpc=Search and level=must or clause=insert/*", bindings=("grpc",)),
    replace(_ALL, profile="2.4", select="not family=insert", levels=frozenset({Level.SHOULD})),
    replace(_ALL, profile="2.3", select="rpc=Nonsense"),
]


@pytest.mark.parametrize("options", _ASKED, ids=lambda each: f"{each.profile}/{','.join(each.bindings)}/{each.select}")
def test_the_plan_without_pytest_is_that_of_a_run(options: CheckOptions) -> None:
    """The same tests, checks and reasons, in the same order, whatever is asked for."""
    ours, (theirs, jobs) = collect(_tests(), options, profile(options.profile)), collected_jobs(options)
    assert _told(ours) == _told(theirs)
    assert [_job(each) for each in ours.jobs] == [_job(each) for each in jobs.values()]
    assert bool(jobs) == ("Nonsense" not in options.select)
