"""`milvus-tck sdk`: a run, its files, and what it says of a correct client."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from milvus_tck.sdk.server_access import ServerAccess, ServerTroubleError
from milvus_tck.spec.data import SpecError, data_dir
from milvus_tck.spec.sdk_clauses import parse_sdk_clauses
from milvus_tck.spec.tables import TableFile
from milvus_tck.verdict.model.states import Exit, State
from tests.packaging.checkout import ROOT
from tests.sdk.conftest import Judged
from tests.sdk.drivers import REFERENCE, changed, script

_MISBEHAVING = str(ROOT / "drivers" / "misbehaving" / "driver.py")


def _run(*words: str) -> "subprocess.CompletedProcess[str]":
    verb = [sys.executable, "-m", "milvus_tck.cli.main", "sdk", *words]
    return subprocess.run(verb, capture_output=True, text=True, check=False)


def test_a_correct_client_has_no_findings(judged: Judged) -> None:
    """Over the model, which keeps every promise, each case of each clause passes: whatever fails is the SDK's."""
    found = judged(REFERENCE, [])
    assert {each.check: each.actual for each in found if each.state != State.PASS} == {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves of a driver that sends writes again."""
    out = tmp_path_factory.mktemp("sdk")
    words = ["--select", "sdk/lost-answer", "--select", "sdk/permanent-code.not-found"]
    done = _run("--out", str(out), *words, "--", sys.executable, _MISBEHAVING, "retry-writes")
    assert done.returncode == Exit.UNEXPECTED, done.stderr
    (out / "screen.txt").write_text(done.stdout, encoding="utf-8")
    return out


def _events(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "results.ndjson").read_text(encoding="utf-8").splitlines()]


def test_the_files_are_those_of_a_server(folder: Path) -> None:
    """Same names, and each line fits the schema of results."""
    names = {path.name for path in folder.iterdir()}
    assert {"results.ndjson", "summary.json", "report.html", "junit.xml", "summary.md", "badge.json"} <= names
    schema = json.loads((data_dir("reports") / "schema" / "results.schema.json").read_text(encoding="utf-8"))
    for event in _events(folder):
        Draft202012Validator(schema).validate(event)


def test_what_is_unsafe_stands_first(folder: Path) -> None:
    """Data that is doubled comes before a try too many, with the command that shows it again."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert [each["check"].partition(".")[0] for each in summary["start_here"]] == [
        "sdk/lost-answer", "sdk/permanent-code",
    ]  # fmt: skip
    screen = (folder / "screen.txt").read_text(encoding="utf-8")
    case = summary["start_here"][0]["check"].partition(":")[0]
    again = f"milvus-tck sdk --select {case} -- {sys.executable} {_MISBEHAVING} retry-writes"
    assert "unsafe sdk/lost-answer" in screen
    assert f"again: {again}" in screen


def test_a_failure_tells_the_calls_and_what_the_user_saw(folder: Path) -> None:
    """Each with its time, the operation that made it and the fault that met it."""
    failed = [event for event in _events(folder) if event.get("check", "").startswith("sdk/lost-answer.unavailable")]  # type: ignore[attr-defined]
    calls = failed[0]["exchanges"]
    assert isinstance(calls, list)
    inserts = [each for each in calls if each["rpc"] == "Insert"]
    assert [each["faults"] for each in inserts] == [["lost-unavailable"], []]
    assert inserts[0]["grpc"] == "UNAVAILABLE"
    assert inserts[0]["at"] <= inserts[1]["at"]
    assert inserts[0]["user"].startswith("ok {'count': 3")
    assert "6 rows after 2 Inserts" in str(failed[0]["actual"])


def test_a_fault_that_never_comes_to_pass_is_no_verdict(judged: Judged, tmp_path: Path) -> None:
    """A client that makes no call cannot be judged by a fault of one: neither pass nor fail."""
    body = "say(request, ok=True, result={'rows': []})"
    command = script(tmp_path, body)
    Path(command[1]).write_text(
        Path(command[1]).read_text(encoding="utf-8").replace('"flush"', '"query"'), encoding="utf-8"
    )
    found = judged(command, ["sdk/error-both.query"])
    assert [(each.state, each.signature) for each in found] == [("inconclusive", "open")]
    assert found[0].actual == "the fault both-numbers never came to pass; calls made: none"


def test_who_still_tries_is_no_verdict(judged: Judged, tmp_path: Path) -> None:
    """An answer that cannot be read is asked for again, for longer than a window: nobody saw how that ends."""
    change = """
import time
def query(client, **more):
    while True:
        try:
            return {"rows": client.query(**more)}
        except driver.ClientError:
            time.sleep(0.5)
found["query"] = query
"""
    found = judged(changed(tmp_path, change), ["sdk/answer-undecodable.query"])
    assert [(each.state, each.signature) for each in found] == [("inconclusive", "open")]
    assert "it still tries" in str(found[0].actual)


def test_who_tried_and_then_fell_silent_hangs(judged: Judged, tmp_path: Path) -> None:
    """A second try excuses nobody who makes no further one: its user waits for ever."""
    change = """
import time
def query(client, **more):
    for _ in range(2):
        try:
            return {"rows": client.query(**more)}
        except driver.ClientError:
            pass
    time.sleep(60)
found["query"] = query
"""
    found = judged(changed(tmp_path, change), ["sdk/answer-undecodable.query"])
    assert [(each.state, each.signature) for each in found] == [("fail", "hang")]


def test_a_timeout_that_is_refused_at_once_is_no_verdict(judged: Judged, tmp_path: Path) -> None:
    """Nothing was sent: nobody saw what becomes of a call that is not answered."""
    change = """
class Hasty(driver.Client):
    def query(self, *args, timeout=None, **more):
        if timeout is not None:
            raise driver.ClientError("timeout", "too little time")
        return super().query(*args, **more)
found = driver.operations_of(Hasty)
"""
    found = judged(changed(tmp_path, change), ["sdk/timeout-kept.query"])
    assert [(each.state, each.signature) for each in found] == [("inconclusive", "open")]
    assert found[0].actual.startswith("nothing was sent into the silence: timeout error")


def test_what_a_server_loses_is_no_finding(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the server does not find, whoever wrote it, says nothing of the SDK that wrote it."""
    ask = ServerAccess.ask

    def forgetful(access: ServerAccess, call: Any) -> Any:  # noqa: ANN401 - any call and its answer
        answer = ask(access, call)
        if call.rpc == "Query" and any((1 << 63) - 1 in each.scalars.long_data.data for each in answer.fields_data):
            answer.ClearField("fields_data")
        return answer

    monkeypatch.setattr(ServerAccess, "ask", forgetful)
    found = judged(REFERENCE, ["sdk/integer-exact.insert-*"])
    assert [(each.check.partition(":")[0], each.state) for each in found] == [
        ("sdk/integer-exact.insert-above", "pass"),
        ("sdk/integer-exact.insert-below", "pass"),
        ("sdk/integer-exact.insert-most", "inconclusive"),
    ]


def test_a_row_that_the_server_cannot_delete_is_no_finding(
    judged: Judged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the same deletion fails without the SDK, nobody is blamed for it."""
    ask = ServerAccess.ask

    def unable(access: ServerAccess, call: Any) -> Any:  # noqa: ANN401 - any call and its answer
        if call.rpc == "Delete":
            raise ServerTroubleError("internal error")
        return ask(access, call)

    command = changed(tmp_path, "found['delete'] = lambda client, **all: None")
    for patched, state in ((False, "fail"), (True, "inconclusive")):
        if patched:
            monkeypatch.setattr(ServerAccess, "ask", unable)
        assert [each.state for each in judged(command, ["sdk/id-is-data.delete-apostrophe"])] == [state]


def test_what_a_driver_lacks_is_unsupported(judged: Judged, tmp_path: Path) -> None:
    """It is neither a failure nor a pass."""
    found = judged(script(tmp_path, "say(request, ok=True)"), ["sdk/error-both.query", "sdk/timeout-kept.query"])
    assert {(each.state, each.signature) for each in found} == {("unsupported", "lacking:query")}


def test_an_argument_that_an_sdk_lacks_is_unsupported(judged: Judged, tmp_path: Path) -> None:
    """Also where it is one of connecting: what was not done was not judged."""
    change = """
from driver_loop import Skip
def connect(uri, token=None, database=None):
    if token or database:
        raise Skip("connect takes the address alone")
    return driver.Client(uri)
found["connect"] = connect
driver.HELLO["features"] = []
"""
    found = judged(changed(tmp_path, change), ["sdk/credentials.*", "sdk/database.*", "sdk/sent-timeout.query"])
    assert [(each.state, each.signature) for each in found] == [
        ("unsupported", "lacking:connect"), ("unsupported", "lacking:connect"), ("unsupported", "lacking:call-timeout"),
    ]  # fmt: skip


def test_a_refused_connect_that_the_driver_skips_is_no_failure(judged: Judged, tmp_path: Path) -> None:
    """Neither is it a pass."""
    change = "from driver_loop import Skip\ndef connect(uri): raise Skip('not today')\nfound['connect'] = connect"
    found = judged(changed(tmp_path, change), ["sdk/connect-refused.new-alone"])
    assert [(each.state, each.signature) for each in found] == [("unsupported", "lacking:connect")]


def test_what_an_sdk_lacks_ends_no_run_and_is_told(tmp_path: Path) -> None:
    """It is counted, named in the verdict, and no reason for another exit code than 0."""
    command = changed(tmp_path, "del found['get']")
    words = ("--select", "sdk/error-both.get", "--select", "sdk/error-both.query", "--out", str(tmp_path / "out"))
    done = _run(*words, "--", *command)
    assert done.returncode == Exit.OK, done.stdout
    assert "1 needs what the SDK or the server lacks: get" in done.stdout


def test_the_advice_for_what_is_open_is_about_drivers(tmp_path: Path) -> None:
    """A driver that breaks its protocol in an operation leaves that open: nobody is sent to tck.toml for it."""
    command = changed(tmp_path, "found['query'] = lambda client, **all: {'rows': 7}")
    done = _run("--select", "sdk/sent-limit.query", "--out", str(tmp_path / "out"), "--", *command)
    assert done.returncode == Exit.UNDETERMINED
    assert "milvus-tck sdk check-driver" in done.stdout
    assert "tck.toml" not in done.stdout


def test_a_driver_that_breaks_its_protocol_says_nothing_of_the_sdk(judged: Judged, tmp_path: Path) -> None:
    """Its mistake is inconclusive."""
    body = "say(request, ok=True) if op == 'connect' else say(request)"
    found = judged(script(tmp_path, body), ["sdk/error-both.flush"])
    assert [(each.state, each.signature) for each in found] == [("inconclusive", "driver")]


@pytest.mark.parametrize(
    "change",
    [
        "found['query'] = lambda client, collection: {'rows': []}",
        "found['query'] = lambda client, **all: {'rows': {}['ids']}",
        "found['query'] = lambda client, **all: client.query(no_such_argument=1)",
        "real = found['connect']\ndef connect(**all): real(**all)\nfound['connect'] = connect",
        "def describe(error): return error.no_such_member\ndriver.describe = describe",
    ],
    ids=["an-argument", "a-member", "a-call", "no-client", "describe"],
)
def test_a_mistake_of_a_driver_in_python_is_no_error_of_the_sdk(judged: Judged, tmp_path: Path, change: str) -> None:
    """Whatever it raises by itself, before the SDK is asked and afterwards."""
    found = judged(changed(tmp_path, change), ["sdk/error-both.query"])
    assert [(each.state, each.signature) for each in found] == [("inconclusive", "driver")]


_WRONG = {
    "search": ("integer-exact.search-above", "result-equals.search", "sent-offset.search", "sent-limit.search",
               "sent-output-fields.search", "sent-partition.search"),
    "query": ("integer-exact.query-above", "result-equals.query", "sent-offset.query", "sent-limit.query",
              "sent-output-fields.query", "sent-partition.query"),
    "insert": ("integer-exact.insert-above",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("op", "result", "verdict"),
    [
        ("search", "{'hits': [[]]}", ("fail", "")),
        ("search", "{'hits': []}", ("fail", "other-hits")),
        ("search", "{'hits': [[{}]]}", ("fail", "")),
        ("search", "{'hits': [{}]}", ("inconclusive", "driver")),
        ("search", "{'hits': 7}", ("inconclusive", "driver")),
        ("query", "{'rows': [{}, {'id': 'x'}]}", ("fail", "")),
        ("query", "{'rows': [7]}", ("inconclusive", "driver")),
        ("insert", "{'count': 1, 'ids': 7}", ("inconclusive", "driver")),
    ],
)
def test_a_wrong_answer_is_a_verdict(
    judged: Judged, tmp_path: Path, op: str, result: str, verdict: tuple[str, str]
) -> None:
    """Too little breaks a promise, a wrong form is the driver's mistake; neither ends the run."""
    change = f"real = found[{op!r}]\nfound[{op!r}] = lambda client, **all: (real(client, **all), {result})[1]"
    found = judged(changed(tmp_path, change), [f"sdk/{name}" for name in _WRONG[op]])
    assert len(found) == len(_WRONG[op])
    for each in found:
        assert (each.state, each.signature if verdict[1] else "") == verdict, (each.check, each.actual)


def test_a_pattern_that_matches_nothing_is_told() -> None:
    """With the exit code of nothing ran."""
    done = _run("--select", "sdk/no-such-clause", "--", *REFERENCE)
    assert done.returncode == Exit.NOTHING_RAN
    assert "milvus-tck sdk clauses" in done.stderr


def test_our_judgement_alone_is_no_must() -> None:
    """A clause that nobody but us says is `should`, unless data is at stake."""
    row = {"id": "sdk/x", "text": "x", "level": "must", "basis": "judgement"}
    with pytest.raises(SpecError, match="our judgement alone is no must"):
        parse_sdk_clauses(TableFile("x.toml", {"clause": [row]}))
    assert parse_sdk_clauses(TableFile("x.toml", {"clause": [{**row, "unsafe": True}]}))
