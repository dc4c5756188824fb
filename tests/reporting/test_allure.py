"""Allure results."""

import json
from typing import Any

import pytest

from milvus_tck.reporting.allure import allure_files
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import JudgedTarget
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_header, a_run, an_exchange


def results_of(run: JudgedRun) -> list[dict[str, Any]]:
    """Read the result files back."""
    return [json.loads(text) for name, text in allure_files(run).items() if name.endswith("-result.json")]


def label(result: dict[str, Any], name: str) -> str:
    """Return the value of a label."""
    return next(str(each["value"]) for each in result["labels"] if each["name"] == name)


def test_family_rpc_and_clause_are_epic_feature_and_story() -> None:
    """The tree of Allure is the tree of the protocol."""
    result = results_of(a_run([a_check(level=Level.SHOULD.value)]))[0]
    assert [label(result, name) for name in ("epic", "feature", "story")] == ["data", "Insert", "insert/valid"]
    assert label(result, "severity") == "normal"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.PASS, "passed"),
        (State.FAIL, "failed"),
        (State.TARGET_CRASH, "broken"),
        (State.HARNESS_ERROR, "broken"),
        (State.UNSUPPORTED, "skipped"),
        (State.FLAKY, "skipped"),
        (State.INCONCLUSIVE, "skipped"),
        (State.BLOCKED, "skipped"),
        (State.NOT_RUN, "skipped"),
    ],
)
def test_states_keep_their_meaning(state: State, status: str) -> None:
    """Only a pass is passed; crashes and our own errors are broken; what is unverified is skipped."""
    assert results_of(a_run([a_check(state=state)]))[0]["status"] == status


def test_the_exchanges_are_attached_as_json() -> None:
    """A failure proves itself: each attachment that a result names is there."""
    run = a_run([a_failure(exchanges=[an_exchange(), an_exchange(rpc="HasCollection")])])
    attachment = results_of(run)[0]["attachments"][0]
    assert attachment["type"] == "application/json"
    shown = json.loads(allure_files(run)[attachment["source"]])
    assert [each["rpc"] for each in shown] == ["Insert", "HasCollection"]


def test_a_test_is_known_again_in_the_next_run() -> None:
    """The history id depends on check, profile and target, and on nothing that a run chooses."""
    first = results_of(a_run([a_failure()]))[0]
    later = results_of(a_run([a_failure(actual="other", seconds=9.0)], header=a_header(run="zzz", seed=7)))[0]
    assert first["historyId"] == later["historyId"]
    assert first["uuid"] != later["uuid"]
    assert first["historyId"] != results_of(a_run([a_failure()], header=a_header(profile="2.4")))[0]["historyId"]


def test_the_same_run_gives_the_same_files() -> None:
    """Reports are functions of the result file: made again, they do not pile up."""
    assert allure_files(a_run([a_failure()])) == allure_files(a_run([a_failure()]))


def test_known_failures_are_marked_as_known() -> None:
    """A known failure is still failed."""
    failure = a_failure()
    result = results_of(a_run([failure], baseline=Comparison([failure], [], [], [])))[0]
    assert (result["status"], result["statusDetails"]["known"]) == ("failed", True)


def test_hostile_texts_are_written_and_bounded() -> None:
    """Every file can be encoded and parsed, whatever the target said."""
    run = a_run([a_failure(HOSTILE, rpc=HOSTILE, text=HOSTILE, actual=HOSTILE + "x" * 1_000_000)])
    for name, text in allure_files(run).items():
        assert len(text.encode("utf-8")) < 100_000
        if name.endswith(".json"):
            json.loads(text)
    environment = allure_files(a_run(header=a_header(target=JudgedTarget("a\nb=c"))))
    assert "target=a b=c\n" in environment["environment.properties"]
