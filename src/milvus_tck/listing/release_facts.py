"""What is known of single releases about one clause: the codes that they answer, and how they deviate."""

from collections import defaultdict
from typing import Any

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.deviations import Deviation, deviations
from milvus_tck.spec.exact_codes import ReadAnswer, exact_codes

__all__ = ["codes_words", "deviating", "release_facts"]


def release_facts(clause: Clause) -> dict[str, Any]:
    """Return the members `exact`, `exact_cases` and `deviations` of `milvus-tck explain --json`."""
    cases = {case: _exact(case, clause) for case in exact_codes().by_clause.get(clause.id, {})}
    return {
        "exact": cases.pop("", {}),
        "exact_cases": cases,
        "deviations": [
            {"releases": each.releases.text, "text": each.text, "signature": each.signature}
            for each in deviating(clause)
        ],
    }


def deviating(clause: Clause) -> list[Deviation]:
    """Return the deviations of released servers from a clause."""
    return [each for each in deviations() if any(_clause(check) == clause.id for check in each.checks)]


def codes_words(clause: Clause) -> str:
    """Say which code each release that was read answers, by case where the cases differ; empty where none was."""
    told = ((case, _codes_words(own)) for case, own in exact_codes().by_clause.get(clause.id, {}).items())
    return "; ".join(f"{case}: {words}" if case else words for case, words in told if words)


def _codes_words(row: tuple[ReadAnswer, ...]) -> str:
    by_code: defaultdict[str, list[str]] = defaultdict(list)
    for each in sorted(row, key=lambda each: each.read not in exact_codes().releases):  # those that were read first
        if each.answer is not None:
            beside = "" if each.answer.legacy is None else f" beside error_code {each.answer.legacy}"
            by_code[f"code {each.answer.code}{beside}"].append(each.read)
    return ", ".join(f"{code} in {' and '.join(releases)}" for code, releases in by_code.items())


def _exact(case: str, clause: Clause) -> dict[str, dict[str, int | None]]:
    """Return by release, or range of releases, what it answers in a case."""
    found = ((each.read, each.answer) for each in exact_codes().by_clause[clause.id][case])
    return {read: {"code": one.code, "error_code": one.legacy} for read, one in found if one is not None}


def _clause(check: str) -> str:
    return CheckId.parse(check).clause
