"""The rules by which the script judges, one by one, and what it makes of the bytes of an answer."""

import base64
from typing import Any

import pytest

from milvus_tck.repro import rules, template
from milvus_tck.repro.definitions import Definitions, values_at
from milvus_tck.repro.recorded_values import told_by
from milvus_tck.repro.rules import BROKEN, KEPT, Doubt
from milvus_tck.repro.server import Answer
from milvus_tck.verdict.results.exchange_json import message_json
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import descriptor_set


def _said(code: int = 0, legacy: int = 0, reason: str = "", grpc: str = "OK", **members: Any) -> Answer:  # noqa: ANN401
    status = {"code": code, "error_code": legacy, "reason": reason}
    return Answer(grpc, "", {"status": status, **members} if grpc in {"OK", "HTTP 200"} else None)


def _refusal(aspect: str, **numbers: Any) -> dict[str, Any]:  # noqa: ANN401
    base = {"rule": "refused", "call": 0, "beside": 1, "in_band": ["OK"], "codes": [100], "legacy": [], "reason": ""}
    return {**base, "agree": {"100": [4]}, "other": 1, "aspect": aspect, **numbers}


@pytest.mark.parametrize(
    ("promise", "answer", "code"),
    [
        (_refusal("fails"), _said(), BROKEN),
        (_refusal("fails"), _said(1), KEPT),
        (_refusal("fails"), _said(grpc="INVALID_ARGUMENT"), KEPT),
        (_refusal("in-band"), _said(grpc="INVALID_ARGUMENT"), BROKEN),
        (_refusal("in-band"), _said(1), KEPT),
        (_refusal("code"), _said(100), KEPT),
        (_refusal("code"), _said(65535), BROKEN),
        (_refusal("code"), _said(), BROKEN),
        (_refusal("legacy"), _said(100), BROKEN),
        (_refusal("legacy"), _said(100, 4), KEPT),
        (_refusal("legacy", legacy=[4]), _said(0, 1), BROKEN),
        (_refusal("agree"), _said(100, 4), KEPT),
        (_refusal("agree"), _said(100, 1), BROKEN),
        (_refusal("agree"), _said(4711, 1), KEPT),
        (_refusal("reason"), _said(100, 4, " "), BROKEN),
        (_refusal("reason"), _said(100, 4, "collection not found"), KEPT),
        (_refusal("reason-text", reason="not found"), _said(100, 4, "no such thing"), BROKEN),
        ({"rule": "accepted", "call": 0}, _said(), KEPT),
        ({"rule": "accepted", "call": 0}, _said(5), BROKEN),
        ({"rule": "there", "call": 0}, _said(grpc="UNIMPLEMENTED"), BROKEN),
        ({"rule": "there", "call": 0}, _said(10), BROKEN),
        ({"rule": "there", "call": 0}, _said(5), KEPT),
        ({"rule": "defined", "call": 0, "defined": [0, 1]}, _said(6, 6), BROKEN),
        ({"rule": "defined", "call": 0, "defined": [0, 1]}, _said(6, 1), KEPT),
    ],
)
def test_each_rule_decides(promise: dict[str, Any], answer: Answer, code: int) -> None:
    """What breaks a promise is 1, what keeps it is 0."""
    assert rules.judged(promise, [answer, _said()], [[], []])[0] == code


@pytest.mark.parametrize(
    ("promise", "answers"),
    [
        (_refusal("code"), [_said(100), _said(100)]),
        ({"rule": "accepted", "call": 0}, [_said(8)]),
        ({"rule": "defined", "call": 0, "defined": [0]}, [_said(grpc="UNIMPLEMENTED")]),
        ({"rule": "values", "right": [], "evidence": []}, []),
    ],
)
def test_some_answers_tell_nothing(promise: dict[str, Any], answers: list[Answer]) -> None:
    """A refusal beside a refused valid request, a server that is busy, no Status, no evidence: nobody can tell."""
    with pytest.raises(Doubt):
        rules.judged(promise, answers, [[] for _ in answers])


def test_values_break_a_promise_again_keep_it_or_tell_nothing() -> None:
    """The right values keep it, others break it; where none are known, the same answers break it."""
    promise = {"rule": "values", "right": [[0, ["stats", "value"], [0]]], "evidence": [0]}
    for value, code in (("0", KEPT), ("30", BROKEN), ("17", BROKEN)):
        answer = _said(stats=[{"key": "row_count", "value": value}])
        assert rules.judged(promise, [answer], [["other"]])[0] == code
    unknown = {**promise, "right": []}
    assert rules.judged(unknown, [_said()], [[]])[0] == BROKEN
    with pytest.raises(Doubt, match="other"):
        rules.judged(unknown, [_said()], [["other"]])


def test_a_refusal_that_changes_something_breaks_its_promise() -> None:
    """The same look before and after it sees another thing."""
    promise = {"rule": "untouched", "call": 1, "looks": [[0, 2, [["value"]]]]}
    refused = _said(100, 4)
    assert rules.judged(promise, [_said(value=True), refused, _said(value=True)], [])[0] == KEPT
    assert rules.judged(promise, [_said(value=True), refused, _said(value=False)], [])[0] == BROKEN


class _Server:
    """Answers as it is told; what is left of the list is gone."""

    def __init__(self, *answers: Answer, lives: int) -> None:
        self.answers, self.lives, self.dropped = list(answers), lives, list[str]()

    def alive(self) -> bool:
        self.lives -= 1
        return self.lives >= 0

    def ask(self, step: dict[str, Any]) -> Answer:
        assert step["rpc"] == "Insert"
        return self.answers.pop(0)

    def call(self, rpc: str, payload: bytes) -> Answer:
        self.dropped.append(f"{rpc} {payload.decode()}")
        return _said()


def _case(rule: str) -> dict[str, Any]:
    step = {
        "rpc": "Insert", "send": "", "code": "OK", "status": [0, 0], "told": [], "looks": False, "refused": False,
        "undo": [["DropCollection", base64.b64encode(b"c").decode()]],
    }  # fmt: skip
    return {"steps": [step], "promise": {"rule": rule, "decides": [], "call": 0}}


def test_a_server_that_dies_breaks_the_promise_to_survive() -> None:
    """Gone after the request is broken; there is kept; and what was created is taken back in any case."""
    for answer, lives, code in ((_said(grpc="UNAVAILABLE"), 1, BROKEN), (_said(), 1, BROKEN), (_said(), 2, KEPT)):
        server: Any = _Server(answer, lives=lives)
        assert template.Replay(_case("survives"), server).run()[0] == code
        assert server.dropped == ["DropCollection c"]
    lost: Any = _Server(_said(grpc="UNAVAILABLE"), lives=9)
    with pytest.raises(Doubt):
        template.Replay(_case("survives"), lost).run()


def test_an_answer_is_read_as_it_was_recorded() -> None:
    """Nested, repeated, packed and large members come out of the bytes as the result file tells them."""
    answer = m.SearchResults(collection_name="c")
    answer.results.num_queries, answer.results.top_k = 2, 3
    answer.results.scores.extend([0.5, 1.25, -3.0])
    answer.results.topks.extend([2, 1])
    answer.results.ids.int_id.data.extend([1, -2, 1 << 33])
    answer.results.fields_data.add(field_name="f", type=m.DataType.Int64).scalars.long_data.data.extend([7, 8, 9])
    read = Definitions(descriptor_set().SerializeToString()).read(
        ".milvus.proto.milvus.SearchResults", answer.SerializeToString()
    )
    told = told_by({"rpc": "Search", "response": message_json(answer)})
    assert len(told) > 6
    for path, values in told:
        assert rules.alike(values_at(read, list(path)), values), path


def test_names_are_other_ones_in_each_run_of_the_script() -> None:
    """Requests and what takes them back carry the same new prefix, of the same length."""
    name = b"tck_abcdef_x"
    coded = base64.b64encode(name).decode()
    step = {
        "rpc": "CreateCollection",
        "send": coded,
        "undo": [["DropCollection", coded]],
        "told": [["n", [name.decode()]]],
    }
    made = template.renamed({"run": "abcdef", "steps": [step]})["steps"][0]
    fresh = base64.b64decode(made["send"])
    assert fresh != name
    assert len(fresh) == len(name)
    assert base64.b64decode(made["undo"][0][1]) == fresh
    assert made["told"] == [["n", [fresh.decode()]]]
