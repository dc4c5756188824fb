"""The checks that were seen to fail on a defect: the file names what there is, and is read as it is written."""

from collections import Counter

import pytest

from milvus_tck.listing.known_tests import known_tests
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.kills import Kills, kills, kills_of, parse_kills, seen_to_fail
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.tables import TableFile
from milvus_tck.verdict.model.obligations import checks_of

HEAD = {"suite": "1", "target": "milvus@2.3.5", "version": "v2.3.5", "profile": "2.3", "mutants": 2}


def parsed(raw: dict[str, object]) -> Kills:
    """Read what a file holds."""
    return parse_kills(TableFile("kills.toml", raw))


def test_it_names_checks_that_there_are() -> None:
    """Each check is one of a clause of the profile, in a case that a test judges, over a binding of the clause."""
    cases = {(name, case) for test in known_tests() for name, case in test.marks}
    rows = [(name, binding) for name, counts in kills().checks.items() for binding in counts]
    assert [f"{name}@{binding}" for name, binding in rows if not _is_a_check(name, binding, cases)] == []
    assert not _is_a_check("insert/nothing:holds", "grpc", cases)
    assert not _is_a_check("insert/valid.nothing:holds", "grpc", cases)
    assert not _is_a_check("insert/valid:code", "grpc", cases)
    assert not _is_a_check("insert/valid:holds", "http-v3", cases)


def _is_a_check(name: str, binding: str, cases: set[tuple[str, str]]) -> bool:
    judged, _, aspect = name.rpartition(":")
    clause, _, case = judged.partition(".")
    own = clauses().get(clause)
    lines = [profile(each) for each in kills().profiles]
    if own is None or binding not in own.bindings:
        return False
    made = own.rpc == "wire" or (clause, case) in cases
    owed = [each.aspect for line in lines if own.applies_to(line) for each in checks_of(own, line, binding)]
    return made and aspect in owed


@pytest.mark.skipif(not kills().mutants, reason="no campaign is written down in proto/kills.toml")
def test_it_covers_the_suite() -> None:
    """A campaign over all mutants of 2.3.5 makes nine of ten `must` clauses that are judged there fail."""
    line = profile(kills().profile)
    must = [each for each in clauses().values() if each.level == "must" and each.testable and each.applies_to(line)]
    grpc = [each.id for each in must if "grpc" in each.bindings and not each.hostile]
    seen = Counter(bool(seen_to_fail(name)) for name in grpc)
    assert seen[True] >= 9 * seen[False], [name for name in grpc if not seen_to_fail(name)]


def test_a_check_and_its_bindings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check is found with its case, with what other bindings say; a clause with all of its checks."""
    rows = {
        "insert/valid": {"holds@grpc": 3, "holds@http-v2": 1},
        "insert/valid.empty": {"holds@grpc": 2},
        "wire/parses": {"holds@grpc": 5},
    }
    monkeypatch.setattr("milvus_tck.spec.kills.kills", lambda: parsed({**HEAD, "checks": rows}))
    assert kills_of("insert/valid:holds@http-v2") == {"grpc": 3, "http-v2": 1}
    assert kills_of("insert/valid.empty:holds@http-v1") == {"grpc": 2}
    assert kills_of("insert/valid.full:holds@grpc") == {}
    assert kills_of("insert/valid:fails@grpc") == {}
    assert kills_of("wire/parses.Search:holds@grpc") == {"grpc": 5}
    assert seen_to_fail("insert/valid") == {
        "insert/valid:holds@grpc": 3, "insert/valid:holds@http-v2": 1, "insert/valid.empty:holds@grpc": 2
    }  # fmt: skip
    assert seen_to_fail("insert/val") == {}


def test_where_no_campaign_was_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows then whether a check was seen to fail: it is not called never seen."""
    monkeypatch.setattr("milvus_tck.spec.kills.kills", lambda: parsed({**HEAD, "mutants": 0, "checks": {}}))
    assert kills_of("insert/valid:holds@grpc") is None


@pytest.mark.parametrize(
    "raw",
    [
        {**HEAD, "checks": {}, "more": 1},
        HEAD,
        {**HEAD, "checks": {"insert/valid": {"holds": 1}}},
        {**HEAD, "checks": {"insert/valid": {"holds@grpc": 0}}},
        {**HEAD, "checks": {"insert/valid": {"holds@grpc": "1"}}},
    ],
)
def test_what_contradicts_the_form_is_refused(raw: dict[str, object]) -> None:
    """Unknown and missing keys, and counts of nothing, are refused."""
    with pytest.raises(SpecError, match=r"kills\.toml: "):
        parsed(raw)
