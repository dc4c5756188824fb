"""Tests that kill the target themselves: where they run, and when they do not."""

import pytest

from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.skip_rules import Conditions
from tests.verdict.builders import a_clause, a_job
from tests.verdict.test_death import Field, _asks, _hostile, _job, _states, scheduling


def _revives(name: str) -> Job:
    return a_job(name, a_clause(f"{name}/it", revives=True), body=_asks("x"))


def test_tests_that_kill_the_target_have_an_instance_of_their_own() -> None:
    """All of them the same one, on which no hostile test has run."""
    here = Field()
    jobs = [_hostile("wild", "x"), _job("calm", "x"), _revives("one"), _revives("two")]
    with scheduling(here, beside=here.beside, revival=here.beside) as scheduler:
        found = _states(list(scheduler.results(jobs)))
    assert found == {each: [State.PASS] for each in ("wild", "calm", "one", "two")}
    assert len(here.targets) == 3


def test_tests_that_kill_the_only_target_come_last_before_hostile_ones() -> None:
    """What hostile ones leave behind would kill it again."""
    here = Field()
    jobs = [_hostile("wild", "x"), _revives("one"), _job("calm", "x")]
    with scheduling(here) as scheduler:
        assert [each.test for each in scheduler.results(jobs)] == ["calm", "one", "wild"]


@pytest.mark.parametrize("allowed", [{"hostile": False}, {"revivable": False}])
def test_nothing_is_killed_without_leave_or_a_way_back(allowed: dict[str, bool]) -> None:
    """Where hostile tests are not allowed, and where nobody said how to start it again."""
    here = Field()
    with scheduling(here, conditions=Conditions(**allowed)) as scheduler:  # type: ignore[arg-type]
        (result,) = scheduler.results([_revives("one")])
    assert [(each.state, each.signature) for each in result.judgements] == [(State.NOT_RUN, "hostile")]
