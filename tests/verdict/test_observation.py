"""What a run saw a server answer: what is kept of it, and what is the same in every run."""

from dataclasses import replace
from typing import Any

import pytest

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.spec.observed_answers import ObservedAnswer, ObservedServer
from milvus_tck.verdict.model.answer_summary import Answered, answered_of, last_answer
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.observation import observation, server_of, stable_reason
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.wire import messages as m
from tests.reporting.builders import a_check, a_header

SERVER = ObservedServer("milvus", "2.3.5")
REASONS = {
    "collection tck_a1b2c3_rows_0607665a_1 not found": "collection NAME not found",
    "all attempts failed:\nattempt #1: metric type not match": "all attempts failed:…",
    "the last line ends\n": "the last line ends",
    "TCK_A1B2C3_X is there": "NAME is there",
    "no [collection=470784615073864825]": "no [collection=N]",
    "should be in range [1, 16384], but got 16385": "should be in range [1, 16384], but got 16385",
    "65535 or 65536, not 1234567": "65535 or 65536, not N",
    "for channel by-dev-rootcoord-dml_12_470784615073864882v0: no": "for channel CHANNEL: no",
    "dial 127.0.0.1:41407 took 1.5s": "dial ADDRESS took TIME",
    "no file: '/tmp/milvus-lite-elbds4qf/data/x'": "no file: 'PATH'",
    "first line\nstack trace\n/workspace/source/x.go:12": "first line…",
    "two  blanks": "two blanks",
    "x" * 200: "x" * 160 + "…",
}


def event(aspect: str = "fails", state: State = State.PASS, case: str = "", **given: Any) -> CheckEvent:  # noqa: ANN401
    """Make a check of one clause, with an answer."""
    made = a_check("insert/valid", state, aspect=aspect, signature=given.pop("signature", ""))
    named = f"insert/valid{f'.{case}' if case else ''}:{aspect}@grpc"
    return replace(made, check=named, answered={"grpc": "OK", "code": 0, "error_code": 0} | given)


def seen(*events: CheckEvent) -> tuple[ObservedAnswer, ...]:
    """Return the answers that a run with these checks saw."""
    return observation(Results(a_header(), list(events)), SERVER).answers


@pytest.mark.parametrize("reason", REASONS)
def test_the_stable_part_of_a_reason(reason: str) -> None:
    """Names and numbers that a run made are left out; limits that a server names are kept."""
    assert stable_reason(reason) == REASONS[reason]


def test_a_refusal() -> None:
    """The numbers are kept, the stable part of the reason, and whether it is worth a retry."""
    refused = event(code=100, error_code=4, reason="no 470784615073864825", retriable=True)
    assert seen(refused) == (
        ObservedAnswer("insert/valid", error_code=4, code=100, ok=False, retriable=True, reason="no N"),
    )


def test_a_success() -> None:
    """Where a clause promises one, it is said whether the promise was so, and how it was broken."""
    assert seen(event("holds")) == (ObservedAnswer("insert/valid", error_code=0, code=0, held=True),)
    broken = event("holds", State.FAIL, signature="rows:3!=4")
    assert seen(broken) == (ObservedAnswer("insert/valid", error_code=0, code=0, held=False, seen="rows:3!=4"),)


def test_an_acceptance_of_what_had_to_be_refused() -> None:
    """It succeeded: nothing is said of a promise, for there was none."""
    assert seen(event(state=State.FAIL)) == (ObservedAnswer("insert/valid", error_code=0, code=0),)


def test_a_call_without_a_status() -> None:
    """There are no numbers then, and no reason."""
    lacking = replace(event("holds", State.UNSUPPORTED), answered={"grpc": "UNIMPLEMENTED"})
    assert seen(lacking) == (ObservedAnswer("insert/valid", grpc="UNIMPLEMENTED", ok=False),)


def test_a_server_that_dies() -> None:
    """That it was gone is an answer, too."""
    assert seen(event("holds", State.TARGET_CRASH, signature="crash:Insert")) == (
        ObservedAnswer("insert/valid", grpc="UNAVAILABLE", ok=False, died=True, seen="crash:Insert"),
    )


def test_a_known_deviation() -> None:
    """A promise that is broken as the release is known to break it was not as promised, and a known death is one."""
    broken = event("holds", State.DEVIATION, signature="rows:3!=4")
    assert seen(broken) == (ObservedAnswer("insert/valid", error_code=0, code=0, held=False, seen="rows:3!=4"),)
    dead = replace(event("holds", State.DEVIATION, signature="crash:Insert"), answered=None)
    assert [(each.died, each.seen) for each in seen(dead)] == [(True, "crash:Insert")]


@pytest.mark.parametrize(
    "left_out",
    [
        event(state=State.BLOCKED),
        event("holds", State.FLAKY),
        event("holds", State.INCONCLUSIVE),
        event("code"),
        replace(event("holds"), answered=None),
        replace(event("holds"), clause="wire/parses", family="wire", check="wire/parses.Insert:holds@grpc"),
    ],
    ids=lambda each: f"{each.check}-{each.state}",
)
def test_what_is_left_out(left_out: CheckEvent) -> None:
    """What was not decided, other aspects of the same answer, and promises about every answer."""
    assert seen(left_out) == ()


def test_the_order_and_the_cases() -> None:
    """Conditions stand in the order of their names, whenever they were judged, supporting ones included."""
    later, first = event(case="b"), event(case="a")
    found = observation(Results(a_header(), [later], support=[first]), SERVER)
    assert [each.of for each in found.answers] == [("insert/valid.a",), ("insert/valid.b",)]


@pytest.mark.parametrize(
    ("name", "version", "server"),
    [
        ("milvus@2.3.5", "v2.3.5-lite", "milvus@2.3.5"),
        ("lite@3.2.2", "milvus_lite-3.2.2", "lite@3.2.2"),
        ("127.0.0.1:19530", "v2.6.20", "milvus@2.6.20"),
        ("127.0.0.1:19530", "3.0.0-rc1", "milvus@3.0.0-rc1"),
        ("127.0.0.1:19530", "milvus_lite-3.2.2", "lite@3.2.2"),
        ("staging", "2.5.24", "staging@2.5.24"),
        ("127.0.0.1:19530", "", "milvus@"),
    ],
)
def test_who_answered(name: str, version: str, server: str) -> None:
    """A server is named by the target, else by what it says of its version."""
    header = a_header(target=replace(a_header().target, name=name, version=version))
    assert str(server_of(header)) == server


def _exchange(rpc: str, code: int, reason: str = "") -> Exchange:
    return Exchange(rpc, m.InsertRequest(), m.MutationResult(status=m.Status(code=code, reason=reason)), "OK", "", 0.0)


def test_what_is_kept_of_an_exchange() -> None:
    """The numbers and the words; a call that got no answer has its gRPC code alone."""
    assert answered_of(_exchange("Insert", 9, "full")) == Answered("OK", 9, 0, reason="full")
    silent = Exchange("Insert", m.InsertRequest(), None, "UNAVAILABLE", "", 0.0)
    assert answered_of(silent) == Answered("UNAVAILABLE")
    assert answered_of(None) is None
    assert Answered("OK", 0, 0).as_dict() == {"grpc": "OK", "code": 0, "error_code": 0}
    assert Answered("OK", 9, 1, retriable=True, reason="full").as_dict() == {
        "grpc": "OK", "code": 9, "error_code": 1, "retriable": True, "reason": "full",
    }  # fmt: skip


def test_the_answer_of_a_promise() -> None:
    """Of the calls of the RPC the last success tells of the promise; where there is none, the last of all."""
    good, bad, other = _exchange("Insert", 0), _exchange("Insert", 9), _exchange("Search", 0)
    assert last_answer([good, bad, other], "Insert") is good
    assert last_answer([bad, other], "Insert") is bad
    assert last_answer([other], "Insert") is None
