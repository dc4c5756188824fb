"""`milvus-tck explain`: one promise of the protocol, with all that is known of it."""

import json
import re

import pytest

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.kills import Kills
from milvus_tck.verdict.model.states import Exit
from tests.cli.conftest import Typed


def test_a_clause_is_explained_by_profile(typed: Typed) -> None:
    """What 2.2 and 2.3 demand of one clause stands side by side, numbers with their names."""
    done = typed("explain", "create-collection/other-schema")
    assert done.returncode == Exit.OK, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "create-collection/other-schema (must, CreateCollection, family definitions)"
    assert "  expects: error_code 1 UnexpectedError" in lines
    assert any(line.startswith("  expects: code 65535 Unexpected or code 1100 ParameterInvalid") for line in lines)
    assert any(re.fullmatch(r"judged by: definitions/.+|judged by: collections/.+", line) for line in lines)


def test_what_releases_answer_is_told(typed: Typed) -> None:
    """What changes from release to release, the code of each that was read, and how released servers deviate."""
    name = "describe-collection/unknown-id"
    lines = typed("explain", name).stdout.splitlines()
    assert "in 2.3, 2.4, 2.5.0.." in lines
    assert "in 2.5.18.., 2.6, 3.0.0-beta.." in lines
    assert "in 3.0.0.., next" in lines
    exact = "code 0 beside error_code 4 in 2.5.27 and 2.6.18 and 2.6.20, code 100 beside error_code 4 in 3.0.0"
    exact += ", code 100 in 2.5..2.5.17"
    assert f"with --strict: {exact}" in lines
    assert any(line.startswith("deviation of 2.5.18..3.0-beta: DescribeCollection of what") for line in lines)
    found = json.loads(typed("explain", name, "--json").stdout)
    assert found["exact"]["2.6.20"] == {"code": 0, "error_code": 4}
    assert [each["signature"] for each in found["deviations"]] == ["code:0!=100"]


def test_what_releases_answer_is_told_by_case(typed: Typed) -> None:
    """Where the cases of a clause are answered by different codes, each is told on its own."""
    name = "search/query-unreadable"
    (line,) = (each for each in typed("explain", name).stdout.splitlines() if each.startswith("with --strict: "))
    garbage, empty = line.removeprefix("with --strict: ").split("; ")
    assert garbage == "garbage: code 2001 in 2.5.27 and 2.6..2.6.9, code 65535 in 2.6.18, code 1100 in 2.6.20 and 3.0.0"
    assert empty.startswith("empty: code 65535 in 2.5.27 and 2.6.18, ")
    found = json.loads(typed("explain", name, "--json").stdout)
    assert found["exact"] == {}
    assert found["exact_cases"]["garbage"]["2.6..2.6.9"] == {"code": 2001, "error_code": None}


def test_whether_it_was_seen_to_fail(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a clause, how many of its checks; of a check, by how many mutants; of what nothing broke, that."""
    name = "drop-collection/valid"
    found = Kills("1", "milvus@2.3.5", "v2.3.5", "2.3", 9, {f"{name}:holds": {"grpc": 4}})
    monkeypatch.setattr("milvus_tck.spec.kills.kills", lambda: found)
    monkeypatch.setattr("milvus_tck.listing.explanation.kills", lambda: found)
    shown = typed("explain", name).stdout.splitlines()
    assert "seen to fail on a defect: 1 of its checks, with mutants of milvus@2.3.5" in shown
    shown = typed("explain", f"{name}:holds@grpc").stdout.splitlines()
    assert "this check: seen to fail on a defect: yes, by 4 mutants" in shown
    assert "seen to fail on a defect: never; read the exchange with care" in typed("explain", "insert/valid").stdout
    assert json.loads(typed("explain", name, "--json").stdout)["seen_to_fail"] == {f"{name}:holds@grpc": 4}


def test_json_says_what_the_clause_file_says(typed: Typed) -> None:
    """`--json`, and what needs it: the other direction of `needs`."""
    found = json.loads(typed("explain", "create-collection/valid", "--json").stdout)
    clause = clauses()["create-collection/valid"]
    assert (found["clause"], found["level"], found["witness"]) == (
        clause.id,
        clause.level,
        [str(each) for each in clause.witness],
    )
    assert found["needed_by"] == [each.id for each in clauses().values() if clause.id in each.needs]
    assert all(part["expect"] == {"ok": True} for part in found["profiles"])
    assert [each["test"] for each in found["tests"]]


@pytest.mark.parametrize("clause", [each for each in clauses().values() if not each.testable or each.hostile])
def test_what_is_special_is_said(typed: Typed, clause: object) -> None:
    """Why a clause cannot be tested, and that judging it kills servers."""
    own = next(each for each in clauses().values() if each is clause)
    shown = typed("explain", own.id).stdout
    if not own.testable:
        assert f"not testable: {own.reason}" in shown
    assert ("hostile:" in shown) == own.hostile


def test_a_check_is_explained_like_its_clause(typed: Typed) -> None:
    """An id from a report, with its aspect."""
    done = typed("explain", "create-collection/other-schema:code@grpc")
    assert done.returncode == Exit.OK, done.stderr
    assert "this check: code: Status.code is the right number\n" in done.stdout


def test_a_check_of_every_answer_is_explained(typed: Typed) -> None:
    """Wire clauses are judged once for each RPC."""
    done = typed("explain", "wire/parses.Search:holds@grpc")
    assert done.returncode == Exit.OK, done.stderr
    assert "judged by: every exchange of every test" in done.stdout


@pytest.mark.parametrize("word", ["HasPartition", "haspartition", "has-partition", "has-partition/", "has-partition/*"])
def test_an_rpc_lists_its_clauses(typed: Typed, word: str) -> None:
    """By its name in any spelling, by the folder of its ids, or by a pattern."""
    done = typed("explain", word, "--json")
    wanted = {each.id for each in clauses().values() if each.rpc == "HasPartition"}
    assert {row["clause"] for row in json.loads(done.stdout)} == wanted


def test_a_family_lists_its_clauses(typed: Typed) -> None:
    """One line each, the id first."""
    lines = typed("explain", "flush").stdout.splitlines()
    ids = [each.id for each in clauses().values() if each.family == "flush" or each.rpc == "Flush"]
    assert {line.split(" ")[0] for line in lines} <= set(ids)
    assert "flush/valid" in {line.split(" ")[0] for line in lines}


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("create-colection/valid", "milvus-tck explain create-collection/valid"),
        ("Serch", "milvus-tck explain Search"),
        ("other-schema", "milvus-tck explain create-collection/other-schema"),
        ("create-collection/valid:code@grpc", "has no aspect 'code'; there are holds"),
        ("create-collection/valid.often:holds@grpc", "has no case 'often'; there are none"),
        ("search/topk-16385", "milvus-tck explain search/topk-out-of-range"),
        ("search/topk.16385:fails@grpc", "milvus-tck explain search/topk-out-of-range"),
        ("qqqqqqq", "milvus-tck list --by clause"),
    ],
)
def test_a_typo_gets_the_nearest_names(typed: Typed, word: str, near: str) -> None:
    """Exit 64, with what is meant most likely as the next command."""
    done = typed("explain", word)
    assert done.returncode == Exit.USAGE
    assert near in done.stderr
    assert "Traceback" not in done.stderr


def test_what_servers_were_seen_to_answer(typed: Typed) -> None:
    """Those that answer the same stand together, apart by case, and a stand-in is called one."""
    said = typed("explain", "create-collection/other-schema").stdout
    assert "; code 65535, error_code 1 by milvus@2.3.5, milvus@2.5.24; " in said
    assert "code 1100, error_code 5 by milvus@2.6.20, milvus@3.0.0" in said
    assert "17: code 1100" in typed("explain", "create-collection/shards-too-many").stdout
    assert "milvus@3.0.0 (a stand-in)" in typed("explain", "search/range-empty").stdout
    told = json.loads(typed("explain", "create-collection/other-schema", "--json").stdout)["observed"]
    assert {each["server"]: each["answer"]["code"] for each in told if each["server"] == "milvus@3.0.0"} == {
        "milvus@3.0.0": 1100
    }
