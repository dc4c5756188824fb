"""`milvus-tck new case`: the requests that met a wrong answer become a test that makes them again."""

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from milvus_tck.fixtures.explore.replay import judge_replay

from milvus_tck.scaffold.case_scaffold import place_of, requests_of, scaffold_of, written_test
from milvus_tck.scaffold.clause_scaffold import ScaffoldError, extension
from milvus_tck.spec.placeholder import UNFILLED
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.verdict.results.events import CheckEvent, check_event
from milvus_tck.wire import calls
from milvus_tck.wire.schema import int64_key, vector
from tests.suites.planted_faults import FaultyModel
from tests.verdict.builders import a_case, a_clause
from tests.verdict.servers import Scripted


def _case(fault: str) -> Case:
    return a_case(Scripted(FaultyModel(fault)), a_clause("create-alias/in-sequences", "CreateAlias"))


def _found() -> CheckEvent:
    """Return a check that failed by an alias which stays taken when its collection is dropped."""
    tck = _case("alias-stays")
    name, alias = tck.name(), tck.name()
    made = calls.create_collection(name, int64_key(), vector("vec", 2))
    for call in (made, calls.create_alias(name, alias), calls.drop_collection(name), made):
        tck.ok(call)
    tck.ok(calls.get_load_state(name))
    tck.call(calls.create_alias(name, alias))
    tck.judge(False, "free", "taken", signature="taken")
    (judgement,) = tck.close(None)
    return check_event(judgement, tck.test, "a promise", [])


def _state(fault: str, requests: Any) -> State:  # noqa: ANN401 - requests, from Python or from JSON
    tck = _case(fault)
    judge_replay(tck, requests)
    (judgement,) = tck.close(None)
    return judgement.state


def test_requests_are_written_without_names_and_looks() -> None:
    """Names of the run are numbered, in the schema as well, and looks at what takes its time are left out."""
    requests = requests_of(_found())
    assert [rpc for rpc, _ in requests] == [
        "CreateCollection", "CreateAlias", "DropCollection", "CreateCollection", "CreateAlias",
    ]  # fmt: skip
    assert "tck_" not in json.dumps(requests)
    first: Mapping[str, Any] = requests[0][1]
    assert (first["collection_name"], first["schema"]["name"]) == ("name-1", "name-1")
    assert requests[-1][1] == {"collection_name": "name-1", "alias": "name-2"}


def test_they_fail_where_they_failed_and_pass_on_the_model() -> None:
    """The last answer is judged by the model."""
    requests = requests_of(_found())
    assert _state("alias-stays", requests) is State.FAIL
    assert _state("", requests) is State.PASS


def test_an_earlier_wrong_answer_says_nothing() -> None:
    """Where a request before the last is answered wrong, the test is blocked."""
    requests = [*requests_of(_found()), ("HasCollection", {"collection_name": "name-1"})]
    with pytest.raises(Blocked, match="answered wrong already"):
        judge_replay(_case("alias-stays"), requests)


def test_the_file_holds_them(tmp_path: Path) -> None:
    """The test file is Python, holds the requests as they were, and leaves its sentence to be filled in."""
    event = _found()
    requests = requests_of(event)
    scaffold = scaffold_of(requests)
    place = place_of(scaffold, extension(scaffold, tmp_path))
    written = scaffold.write(place, written_test(scaffold, event, requests, place, "a server"))
    assert [each.parent.name for each in written] == ["clauses", "suites", "mutants"]
    text = place.test.read_text(encoding="utf-8")
    assert _held(text) == list(requests)
    assert UNFILLED in text
    assert UNFILLED in place.clause.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 120


def _held(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return the requests that a test file holds."""
    texts = [each.value for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Constant)]
    (held,) = [each for each in texts if isinstance(each, str) and each.startswith("\n[")]
    return [tuple(each) for each in json.loads(held)]


@pytest.mark.parametrize("length", range(60, 120, 7))
@pytest.mark.parametrize("text", [', "', "\\", '"""', ", ,", "\0", "é"])
def test_a_text_stays_whole(length: int, text: str, tmp_path: Path) -> None:
    """A line is broken between members, never inside of a text, whatever stands in it."""
    event, members = _found(), {"expr": "a" * length + text + "b" * 9, "more": ["", text]}
    requests = (("Query", members), ("Query", {"expr": "z" * 2 * length}))
    scaffold = scaffold_of(requests)
    written = written_test(scaffold, event, requests, extension(scaffold, tmp_path), "a server")
    assert _held(written) == list(requests)
    assert ("noqa: E501" in written) == any(len(line) > 120 for line in written.splitlines())


def test_what_was_not_kept_makes_no_case() -> None:
    """A check without requests, or with some that were not kept byte for byte, is refused."""
    event = _found()
    event.exchanges[0].pop("request_bytes")
    with pytest.raises(ScaffoldError, match="were not kept"):
        requests_of(event)
    event.exchanges.clear()
    with pytest.raises(ScaffoldError, match="no requests"):
        requests_of(event)
