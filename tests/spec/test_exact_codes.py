"""The table of codes by release: does it agree with the clauses, and is it what `--strict` asks for?"""

from collections import defaultdict
from typing import Any

import pytest

from milvus_tck.listing.known_tests import known_tests
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.errors import legacy_of
from milvus_tck.spec.exact_codes import ExactCode, exact_codes, parse_exact_codes
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.tables import TableFile
from milvus_tck.verdict.model.obligations import demanded

READ = tuple(exact_codes().releases)
_ROW = {"clauses": ["flush/x"], "codes": [100, 1100]}
_GOOD: dict[str, Any] = {"releases": {"2.5.27": "2.5", "2.6.20": "2.6.19.."}, "row": [_ROW]}


def _answers(release: str) -> list[tuple[Clause, str, ExactCode | None]]:
    """What was read of a release: the clause, the case (or none), the answer."""
    return [
        (clauses()[name], case, each.answer)
        for name, cases in exact_codes().by_clause.items()
        for case, row in cases.items()
        for each in row
        if each.read == release
    ]


def _refusals(release: str) -> list[tuple[Clause, str, ExactCode]]:
    """The conditions in which a release refuses, each with its answer."""
    return [(clause, case, answer) for clause, case, answer in _answers(release) if answer is not None]


def test_the_table_names_clauses_that_exist() -> None:
    """A row speaks of clauses, each in one row, and of every release that was read."""
    assert [name for name in exact_codes().by_clause if name not in clauses()] == []
    assert len(exact_codes().by_clause) == 361
    assert READ == ("2.4.18", "2.5.27", "2.6.18", "2.6.20", "3.0.0")


def test_the_table_names_cases_that_exist() -> None:
    """Where a clause stands by its cases, each of them is there, and has a test."""
    judged: defaultdict[str, set[str]] = defaultdict(set)
    for test in known_tests():
        for name, case in test.marks:
            judged[name].add(case)
    by_case = {name: set(cases) for name, cases in exact_codes().by_clause.items() if "" not in cases}
    assert by_case == {name: judged[name] for name in by_case}
    assert "search/query-unreadable" in by_case


@pytest.mark.parametrize("release", READ)
def test_what_a_release_answers_is_right(release: str) -> None:
    """The code that a release answers is among those that its clause takes for right; a code 0 is in no clause."""
    line = profile(release)
    wrong = [
        (clause.id, case, answer.code, clause.expectation(line).codes)
        for clause, case, answer in _refusals(release)
        if answer.code and not clause.expectation(line).any_error
        if clause.expectation(line).ok or answer.code not in clause.expectation(line).codes
    ]
    assert wrong == []


def test_what_other_releases_answer_is_right() -> None:
    """The code of releases that answer otherwise is among those that are right in the last of them."""
    wrong, looked = [], 0
    for name, cases in exact_codes().by_clause.items():
        for case, row in cases.items():
            for each in (one for one in row if one.read not in READ):
                looked += 1
                last = profile(each.read.rpartition("..")[2])
                expected = clauses()[name].expectation(last)
                if each.answer is None or each.answer.code not in (*expected.codes, 0):
                    wrong.append((name, case, each.read, each.answer))
                assert exact_codes().of(name, last, case) == (each.answer,), name
    assert wrong == []
    assert looked > 20


@pytest.mark.parametrize("release", READ)
def test_what_a_release_does_not_refuse_is_not_refused(release: str) -> None:
    """Where the table has a success, or nothing, the clause demands a success or does not stand."""
    line = profile(release)
    silent = [clause for clause, _, answer in _answers(release) if answer is None]
    assert [each.id for each in silent if each.applies_to(line) and not each.expectation(line).ok] == []


@pytest.mark.parametrize("release", READ)
def test_strict_asks_for_the_code_of_the_release(release: str) -> None:
    """With `--strict` the number of the table is the only one that is right, beside the number that travels with it."""
    line = profile(release)
    for clause, case, answer in _refusals(release):
        expected = demanded(clause, line, case, strict=True)
        assert expected.codes == (answer.code,), clause.id
        assert (
            answer.legacy is None
            or (answer.code, answer.legacy) in expected.legacy_of
            or {answer.legacy} == legacy_of(answer.code, line)
        ), clause.id


def test_strict_asks_by_the_case() -> None:
    """Where the cases of a clause are answered by different numbers, each has its own, in each release."""
    clause = clauses()["search/query-unreadable"]
    found = {
        release: [demanded(clause, profile(release), case, strict=True).codes for case in ("garbage", "empty")]
        for release in ("2.5.27", "2.6.9", "2.6.10", "2.6.18", "2.6.20", "3.0.0")
    }
    assert found == {
        "2.5.27": [(2001,), (65535,)],
        "2.6.9": [(2001,), (65535,)],
        "2.6.10": [(65535,), (65535,)],
        "2.6.18": [(65535,), (65535,)],
        "2.6.20": [(1100,), (1100,)],
        "3.0.0": [(1100,), (1100,)],
    }
    assert demanded(clause, profile("2.6.9"), strict=True).codes == (2001, 65535), "any case"


def test_strict_without_a_patch_takes_each_release_of_the_line() -> None:
    """Where the patch is not known, what any release of the line answers is exact."""
    found = demanded(clauses()["create-collection/other-schema"], profile("2.6"), strict=True)
    assert found.codes == (65535, 1100)
    garbage = demanded(clauses()["search/query-unreadable"], profile("2.6"), "garbage", strict=True)
    assert garbage.codes == (2001, 65535, 1100)
    older = demanded(clauses()["create-collection/other-schema"], profile("2.3"), strict=True)
    assert older.codes == (65535,), "nobody has read 2.3: the first is upstream's"


def test_releases_that_answer_otherwise() -> None:
    """What was read for a column does not speak for the releases that a row names beside it."""
    row = {**_ROW, "codes": [100, 1100], "other": {"2.5..2.5.17": "0/4", "2.3": 9, "2.5.20": "ok"}}
    found = parse_exact_codes(TableFile("exact-codes.toml", {**_GOOD, "row": [row]}))
    answers = {
        each: found.of("flush/x", profile(each)) for each in ("2.3.5", "2.4", "2.5.17", "2.5.18", "2.5.20", "2.5")
    }
    assert answers == {
        "2.3.5": (ExactCode(9),),
        "2.4": (),
        "2.5.17": (ExactCode(0, 4),),
        "2.5.18": (ExactCode(100),),
        "2.5.20": (),
        "2.5": (ExactCode(0, 4), ExactCode(100)),
    }


@pytest.mark.parametrize(
    "change",
    [
        {"row": [{**_ROW, "codes": [100]}]},
        {"row": [{**_ROW, "codes": [100, "1100/"]}]},
        {"row": [{**_ROW, "code": 1}]},
        {"row": [{"clauses": ["flush/x"]}]},
        {"row": [_ROW, _ROW]},
        {"row": [_ROW, {**_ROW, "clauses": ["flush/x.one"]}]},
        {"row": [{**_ROW, "other": {"2.9": 100}}]},
        {"row": [{**_ROW, "other": {"2.5": "100/"}}]},
        {"releases": {"2.5.27": "2.5", "2.6.20": "2.9.."}},
    ],
)
def test_a_table_that_contradicts_its_form(change: dict[str, Any]) -> None:
    """A row without a code for each release, a code that is none, a clause in two rows: said, and not guessed at."""
    assert parse_exact_codes(TableFile("exact-codes.toml", _GOOD)).of("flush/x", profile("2.6.20")) == (
        ExactCode(1100),
    )
    with pytest.raises(SpecError):
        parse_exact_codes(TableFile("exact-codes.toml", {**_GOOD, **change}))


def test_where_nobody_looked() -> None:
    """A release of which nobody knows has no answer, and --strict asks it for nothing exact."""
    row = {"clauses": ["flush/x"], "codes": ["?", 1100]}
    found = parse_exact_codes(TableFile("exact-codes.toml", {**_GOOD, "row": [row]}))
    assert [each.read for each in found.answers["flush/x"]] == ["2.6.20"]
    assert found.of("flush/x", profile("2.5.27")) == ()
