"""The badge."""

import json

import pytest

from milvus_tck.reporting.badge import badge_json
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State
from tests.reporting.builders import a_check, a_failure, a_header, a_run

NOT_GOOD = [
    pytest.param(a_run([a_check(), a_failure()]), "red", "1/2 must, 0 unverified", id="failing"),
    pytest.param(
        a_run([a_check(), a_check("b", State.BLOCKED)]),
        "orange",
        "1/2 must, 1 unverified",
        id="unverified",
    ),
    pytest.param(a_run(), "orange", "0/0 must, 0 unverified", id="empty"),
    pytest.param(a_run([a_check()], killed=True), "orange", "1/1 must, 0 unverified, incomplete", id="killed"),
    pytest.param(
        a_run([a_check()], header=a_header(partial=True)),
        "orange",
        "1/1 must, 0 unverified, a part of the suite",
        id="partial",
    ),
    pytest.param(
        a_run([a_check(), a_failure(level=Level.SHOULD.value)]),
        "blue",
        "1/1 must, 0 unverified",
        id="failing should",
    ),
    pytest.param(
        a_run([a_check(), a_check("b", State.BLOCKED, level=Level.SHOULD.value)]),
        "blue",
        "1/1 must, 0 unverified",
        id="unverified should",
    ),
]


@pytest.mark.parametrize(("run", "colour", "message"), NOT_GOOD)
def test_a_badge_is_never_green_beside_failures_or_open_questions(run: JudgedRun, colour: str, message: str) -> None:
    """A badge is green only when nothing that is scored fails or is unverified."""
    badge = json.loads(badge_json(run))
    judged = 1 if run.results.checks else 0
    assert badge["color"] == colour
    assert badge["message"].replace(f", {judged} of 83 RPCs", "") == message
    assert badge["message"] != message


def test_a_badge_is_green_when_all_of_it_is_verified() -> None:
    """The label names the profile, the message the unverified, even where there are none."""
    assert json.loads(badge_json(a_run([a_check()]))) == {
        "schemaVersion": 1,
        "label": "Milvus 2.3 core",
        "message": "1/1 must, 0 unverified, 1 of 83 RPCs",
        "color": "brightgreen",
    }
