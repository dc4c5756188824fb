"""`milvus-tck sdk judge`: what a recording alone shows."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from milvus_tck.proxy.rules import Rule, RuleStage, Where, refuse
from milvus_tck.proxy.server import Proxy
from milvus_tck.sdk.driver_process import DriverProcess
from milvus_tck.sdk.driver_protocol import wire_value
from milvus_tck.sdk.recorded_calls import RecordedCall, RecordingError, read_calls
from milvus_tck.sdk.recording_judgement import judge_recording
from milvus_tck.sdk.server_access import KeyKind, ServerAccess, sample_rows
from milvus_tck.targets.base import Target
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.packaging.checkout import ROOT
from tests.sdk.drivers import REFERENCE

_MISBEHAVING = (sys.executable, str(ROOT / "drivers" / "misbehaving" / "driver.py"))


def _record(model: Target, path: Path, *command: str) -> Path:
    """Record a driver that writes and reads; the answer to its first write is lost."""
    access = ServerAccess(model.address, "recorded")
    lost = Rule("lost", Where(("Insert",)), RuleStage.RESPONSE, refuse(grpc.StatusCode.UNAVAILABLE), times=1)
    with Proxy(model.address, record=path, rules=[lost]) as proxy, DriverProcess(command) as driver:
        name = access.collection(KeyKind.INT)
        driver.call("connect", {"uri": f"http://{proxy.address}", "token": "ada:secret7"}, client="c")
        for op, args in (("insert", {"rows": wire_value(sample_rows([1, 2]))}), ("query", {"filter": "id > 0"})):
            driver.call(op, {"collection": name, **args}, {"timeout": 5}, client="c")
    access.close()
    return path


def _judged(calls: list[RecordedCall]) -> dict[str, str]:
    return {each.clause.id: each.state.value for each in judge_recording(calls)}


@pytest.fixture(scope="module")
def calls(model: Target, tmp_path_factory: pytest.TempPathFactory) -> list[RecordedCall]:
    """Those of the reference driver."""
    return read_calls(_record(model, tmp_path_factory.mktemp("log") / "calls.jsonl", *REFERENCE))


def test_a_correct_client_breaks_nothing(calls: list[RecordedCall]) -> None:
    """What it did not do is not-run, and no pass."""
    found = _judged(calls)
    assert found.pop("sdk/recorded-parameters") == "not-run"
    assert set(found.values()) == {"pass"}
    assert _judged([]).keys() == {*found, "sdk/recorded-parameters"}
    assert set(_judged([]).values()) == {"not-run"}


def _with_request(call: RecordedCall, request: "m.InsertRequest") -> RecordedCall:
    return replace(call, request=request, payload=request.SerializeToString())


def _short(call: RecordedCall) -> RecordedCall:
    request = m.InsertRequest.FromString(call.payload or b"")
    request.num_rows += 1
    return _with_request(call, request)


_BREAKS: dict[str, Callable[[RecordedCall], RecordedCall]] = {
    "sdk/connect-first": lambda call: replace(call, request=m.ConnectRequest()) if call.rpc == "Connect" else call,
    "sdk/sent-row-count": lambda call: _short(call) if call.rpc == "Insert" else call,
    "sdk/recorded-requests": lambda call: replace(call, violations=("unparsable",)),
    "sdk/recorded-credentials": lambda call: replace(call, metadata=()) if call.rpc == "Query" else call,
    "sdk/recorded-deadlines": lambda call: replace(call, deadline=None),
}


@pytest.mark.parametrize("clause", _BREAKS)
def test_a_broken_promise_is_noticed(calls: list[RecordedCall], clause: str) -> None:
    """By its clause, and by no other."""
    found = _judged([_BREAKS[clause](call) for call in calls])
    assert {name for name, state in found.items() if state == "fail"} == {clause}


def test_parameters_are_a_json_object(calls: list[RecordedCall]) -> None:
    """A text that is none, or another kind of JSON, is noticed."""
    for text, state in (('{"ef": 32}', "pass"), ("[1]", "fail"), ("ef=32", "fail")):
        request = m.SearchRequest(search_params=[m.KeyValuePair(key="params", value=text)])
        call = replace(calls[-1], rpc="Search", request=request, payload=request.SerializeToString())
        assert _judged([*calls, call])["sdk/recorded-parameters"] == state


def test_a_write_that_is_sent_again_is_suspected(model: Target, tmp_path: Path) -> None:
    """The same bytes, soon after they did not end well."""
    path = _record(model, tmp_path / "calls.jsonl", *_MISBEHAVING, "retry-writes")
    found = _judged(read_calls(path))
    assert {name for name, state in found.items() if state == "fail"} == {"sdk/recorded-repetition"}


def test_the_verb_says_what_is_broken_and_where(model: Target, tmp_path: Path) -> None:
    """With the calls, and an exit code that goes by the must clauses."""
    path = _record(model, tmp_path / "calls.jsonl", *REFERENCE)
    for change, code in ((None, Exit.OK), ('"metadata": []', Exit.UNEXPECTED)):
        if change:
            lines = path.read_text(encoding="utf-8").splitlines()
            event = {**json.loads(lines[-2]), "metadata": []}
            path.write_text("\n".join([*lines[:-2], json.dumps(event), lines[-1]]), encoding="utf-8")
        verb = [sys.executable, "-m", "milvus_tck.cli.main", "sdk", "judge", "--log", str(path)]
        done = subprocess.run(verb, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, "")
    assert "fail sdk/recorded-credentials (must)" in done.stdout
    assert "Query: no credentials, and some before" in done.stdout


_HEADER = '{"event": "header", "upstream": "127.0.0.1:1", "schema": %s}\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not begin with the header"),
        ("no JSON\n{}\n", "line 1 is no JSON"),
        ('{"event": "call"}\n', "does not begin with the header"),
        ('{"event": "header", "suite": "1", "profile_reason": "x"}\n', "is no recording, but the results of a run"),
        (_HEADER % 2, "has schema 2, and this version reads 1"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """With the reason, each its own."""
    path = tmp_path / "calls.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=rf"calls\.jsonl.* {why}"):
        read_calls(path)


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    """It is told what it is, and so is a file that is not there."""
    for path, why in ((tmp_path, "is a folder"), (tmp_path / "none", "No such file")):
        with pytest.raises(RecordingError, match=why):
            read_calls(path)


def test_each_connection_is_looked_at(calls: list[RecordedCall]) -> None:
    """A second client that says nothing is noticed; another connection of a client that did is its own affair."""
    query = next(each for each in calls if each.rpc == "Query")
    carried = ("identifier", "42")
    silent = replace(query, peer="ipv4:127.0.0.1:9", metadata=())
    again = replace(silent, metadata=(carried,))
    known = [replace(each, metadata=(*each.metadata, carried)) for each in calls]
    assert _judged([*calls, silent])["sdk/connect-first"] == "fail"
    assert _judged([*known, again])["sdk/connect-first"] == "pass"
    assert _judged([*calls, again])["sdk/connect-first"] == "fail"
