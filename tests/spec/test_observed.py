"""What servers were seen to answer: the files, their form, and the table of conditions."""

from collections import defaultdict
from pathlib import Path

import pytest

from milvus_tck.listing.known_tests import known_tests
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import proto_dir
from milvus_tck.spec.observed_answers import (
    Observed,
    ObservedAnswer,
    ObservedError,
    conditions,
    observed,
    read_observed,
    samples,
)

HEAD = '{"schema": 1, "server": "milvus", "release": "2.6.20"}\n'
ANSWER = '{"clause": "insert/valid", "grpc": "OK", "error_code": 0, "code": 0, "ok": true}\n'
STRANGE = {
    "": "ours.ndjson does not begin with a line",
    ANSWER: "ours.ndjson does not begin with a line",
    HEAD.replace("1", "2", 1): "ours.ndjson has schema 2, this version reads 1",
    HEAD.replace('"server"', '"serve"'): "ours.ndjson, line 1: the line has no serve; there are server, ",
    HEAD.replace(', "release": "2.6.20"', ""): "ours.ndjson, line 1: the line lacks release",
    f"{HEAD}nothing\n": "ours.ndjson, line 2 is no JSON",
    f"{HEAD}[1]\n": "ours.ndjson, line 2 is no JSON object",
    f"{HEAD}\n{ANSWER.replace('grpc', 'grcp')}": "ours.ndjson, line 3: the line has no grcp; there are grpc, ",
    HEAD + ANSWER.replace("true", "1"): "ours.ndjson, line 2: the line: ok = 1 is not true or false",
    HEAD + ANSWER.replace('"code": 0', '"code": true'): "line 2: the line: code = True is not a whole number",
    HEAD + ANSWER.replace('"clause": "insert/valid", ', ""): "line 2: it names no clause, and no RPC and condition",
}


@pytest.mark.parametrize("text", STRANGE)
def test_what_is_no_such_file_is_refused(text: str) -> None:
    """The file and the line are told, with what is wrong in it: of a key that nobody knows, which ones there are."""
    with pytest.raises(ObservedError) as refused:
        Observed.parse(text, "ours.ndjson")
    assert STRANGE[text] in str(refused.value)


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    """A file that is not there, or is no text, is told by its name."""
    (tmp_path / "latin").write_bytes(b"\xff\xfe{")
    for name, words in (("nowhere", "cannot be read"), ("latin", "latin is not UTF-8")):
        with pytest.raises(ObservedError, match=words):
            read_observed(tmp_path / name)


@pytest.mark.parametrize("file", observed(), ids=lambda file: str(file.server))
def test_a_file_is_written_as_it_was_read(file: Observed) -> None:
    """The same answers give the same text, so that a change of a file is a change of an answer."""
    path = proto_dir() / "observed" / f"{file.server.server}-{file.server.release}.ndjson"
    assert file.text() == path.read_text(encoding="utf-8")
    assert path.stat().st_size < 300_000


@pytest.mark.parametrize("file", observed(), ids=lambda file: str(file.server))
def test_numbers_and_success_agree(file: Observed) -> None:
    """What succeeded came with gRPC OK and no number but 0; everything else did not succeed."""
    assert [
        each
        for each in file.answers
        if each.binding == "grpc" and each.ok != (each.grpc == "OK" and not each.code and not each.error_code)
    ] == []


@pytest.mark.parametrize("file", observed(), ids=lambda file: str(file.server))
def test_no_condition_stands_twice(file: Observed) -> None:
    """One condition has one answer."""
    named = [(each.clause, each.case, each.binding, each.rpc, each.condition) for each in file.answers]
    assert sorted(set(named)) == sorted(named)


def test_releases_are_in_order() -> None:
    """Older releases of a server come first, by their numbers."""
    milvus = [each.server.release for each in observed() if each.server.server == "milvus"]
    assert milvus == sorted(milvus, key=lambda release: [int(part) for part in release.split(".")])
    assert {"2.5.24", "2.6.20", "3.0.0"} <= set(milvus)


def test_every_condition_of_an_rpc_with_clauses_was_read() -> None:
    """Of each condition somebody decided which clauses it is a sample of, if only that there are none.

    No clause speaks of a server that asks for authorization.
    """
    owing = {each.rpc for each in clauses().values()}
    asked = [each for file in observed() for each in file.answers if each.rpc]
    owing |= {each.rpc for each in asked if each.binding != GRPC}
    seen = {(each.rpc, each.condition) for each in asked}
    unread = {(each.rpc, each.condition) for each in asked if each.rpc in owing} - conditions().keys()
    assert {(rpc, condition) for rpc, condition in unread if not condition.startswith("authorization on: ")} == set()
    assert conditions().keys() - seen == set()


def test_conditions_are_of_clauses_that_there_are() -> None:
    """A condition is named by a clause, and where it has cases by one of them or by none."""
    cases = defaultdict(set)
    for test in known_tests():
        for name, case in test.marks:
            cases[name].add(case)
    own = (word for file in observed() for each in file.answers if each.clause for word in each.of)
    for word in {*(word for named in conditions().values() for word in named), *own}:
        name, _, case = word.partition(".")
        assert name in clauses(), word
        assert not case or case in cases[name], word


def test_the_samples_of_a_clause() -> None:
    """They are found by the clause, whether a line names it or a condition does; an unread condition is none."""
    answer = ObservedAnswer(
        rpc="CreateCollection", condition="again, other definition", error_code=5, code=1100, ok=False
    )
    own = ObservedAnswer(clause="create-collection/other-schema", case="two")
    file = Observed.parse(HEAD)
    both = Observed(file.server, (answer, own, ObservedAnswer(rpc="CreateCollection", condition="unheard of")))
    found = samples([both], "create-collection/other-schema")
    assert [(str(server), case, each) for server, case, each in found] == [
        ("milvus@2.6.20", "", answer),
        ("milvus@2.6.20", "two", own),
    ]


def test_words_of_an_answer() -> None:
    """A reader is told the numbers, the gRPC code where it is not OK, and what was not as promised."""
    assert ObservedAnswer(error_code=5, code=1100, ok=False).words == "code 1100, error_code 5"
    assert ObservedAnswer(grpc="UNIMPLEMENTED", ok=False).words == "gRPC UNIMPLEMENTED"
    assert ObservedAnswer().words == "ok"
    assert ObservedAnswer(held=False, seen="two rows").words == "ok, and not as promised: two rows"
