"""`list` and `check` come to the same plan: one has it from an index, the other from pytest."""

from dataclasses import dataclass, replace
from functools import cache

import pytest

from milvus_tck.bindings.names import BINDINGS
from milvus_tck.cli.known_tests import collected_tests
from milvus_tck.cli.suites import run_suites
from milvus_tck.planning.choice import Choice, SuiteTest, choose
from milvus_tck.plugin import Suites
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.verdict.assignment import Assignment
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.options import CheckOptions


@dataclass
class _Planning(Suites):
    """The plugin as `check` runs it, up to the point where a session would take the jobs over."""

    @property
    def jobs(self) -> list[Job]:
        return list(self._jobs.values())


@cache
def _tests() -> tuple[SuiteTest, ...]:
    return tuple(collected_tests())


def _by_pytest(options: CheckOptions) -> tuple[Choice, list[Job]]:
    suites = _Planning(options, listing=True)
    code = run_suites(suites, ["--collect-only"])
    assert code in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    assert suites.choice is not None
    return suites.choice, suites.jobs


def _told(choice: Choice) -> tuple[object, ...]:
    return (
        [(each.test, [check.id for check in each.checks]) for each in choice.owed],
        [check.id for check in choice.wanted],
        choice.absent,
    )


def _job(each: Assignment) -> tuple[object, ...]:
    return each.test, each.node, each.binding, each.hostile, each.needed, [check.id for check in each.checks]


_ALL = CheckOptions("null", bindings=BINDINGS)
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
    ours, (theirs, jobs) = choose(_tests(), options, profile(options.profile)), _by_pytest(options)
    assert _told(ours) == _told(theirs)
    assert [_job(each) for each in ours.chosen] == [_job(each) for each in jobs]
    assert bool(jobs) == ("Nonsense" not in options.select)
