"""Drivers that misbehave on purpose: each is noticed by the clause made for it, and by no other."""

import subprocess
import sys

import pytest

from milvus_tck.sdk.sdk_run import chosen
from milvus_tck.spec.sdk_clauses import sdk_clauses
from milvus_tck.verdict.model.states import State
from tests.packaging.checkout import ROOT
from tests.sdk.conftest import Judged

_DRIVER = str(ROOT / "drivers" / "misbehaving" / "driver.py")
#: What each breaks; of a clause a few cases are enough where each of them takes its time.
_BREAKS: dict[str, tuple[str, ...]] = {
    "swallow-errors": ("error-both", "error-legacy-alone", "error-new-alone", "error-unknown-number", "error-absence",
                       "error-number", "error-reason", "iterator-page", "connect-refused"),
    "ignore-legacy": ("error-legacy-alone", "error-unknown-number", "error-absence", "connect-refused"),
    "ignore-new": ("error-new-alone", "connect-refused"),
    "retry-writes": ("lost-answer", "permanent-code"),
    "drop-page": ("iterator-complete",),
    "end-early": ("iterator-page",),
    "ignore-timeout": ("sent-timeout", "timeout-kept.query"),
    "half-timeout": ("timeout-kept.query",),
    "paste-ids": ("id-is-data",),
    "take-garbage": ("answer-undecodable",),
    "through-float": ("integer-exact",),
    "forget-offset": ("sent-offset",),
    "forget-level": ("sent-consistency",),
    "forget-partition": ("sent-partition",),
    "absent-on-error": ("error-absence", "error-both.has_collection", "error-legacy-alone.has_collection",
                        "error-new-alone.has_collection", "error-unimplemented.has_collection",
                        "error-unknown-number", "answer-undecodable"),
    "impatient": ("rate-limit",),
    "stubborn": ("permanent-code",),
    "one-for-all": ("credentials", "database"),
    "lose-numbers": ("error-number",),
    "trust-shape": ("answer-inconsistent",),
    "forget-limit": ("sent-limit.query", "sent-offset.query"),  # an offset without a limit is none
    "forget-fields": ("sent-output-fields.query",),
    "wrap-filter": ("sent-filter",),
    "miscount": ("sent-row-count",),
    "lose-row": ("result-equals",),
    "empty-hits": ("result-equals", "integer-exact.search-above", "sent-limit.search", "sent-offset.search",
                   "sent-output-fields.search", "sent-partition.search"),
    "refuse-news": ("answer-unknown-field",),
    "close-enums": ("answer-unknown-enum",),
    "forget-wait": ("wait-fails",),
    "nameless": ("connect-first",),
    "always-strong": ("sent-default-consistency",),
}  # fmt: skip
#: Those that end, or never come back: one case is enough, since each takes a driver.
_ENDS = {"hang-on-error": "hang", "crash-on-error": "crash"}
#: A case of each other clause, quick ones: none of them may fail.
_OTHERS = (
    "sdk/error-both.query",
    "sdk/error-legacy-alone.query",
    "sdk/error-new-alone.query",
    "sdk/iterator-page.*-2",
    "sdk/error-unimplemented.query",
    "sdk/error-absence.absent",
    "sdk/error-number.query",
    "sdk/sent-limit.query",
    "sdk/lost-answer.unavailable",
    "sdk/id-is-data.get-quote",
    "sdk/id-is-data.delete-quote",
    "sdk/rate-limit.query",
    "sdk/iterator-complete.batch-15",
    "sdk/answer-undecodable.query",
    "sdk/answer-inconsistent.query-values",
    "sdk/result-equals*",
    "sdk/sent-offset.query",
    "sdk/sent-consistency.query-bounded",
    "sdk/sent-timeout.query",
    "sdk/sent-partition.insert",
    "sdk/credentials*",
    "sdk/database*",
    "sdk/integer-exact.get-above",
    "sdk/permanent-code.not-found",
    "sdk/connect-refused.*numbers",
    "sdk/answer-unknown-field.query",
)


def _command(defect: str) -> tuple[str, ...]:
    return (sys.executable, _DRIVER, defect)


def test_every_defect_has_a_clause() -> None:
    """The driver names its defects, and each of them is tried here."""
    done = subprocess.run([sys.executable, _DRIVER], capture_output=True, text=True, check=False)
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} == _BREAKS.keys() | _ENDS.keys()


@pytest.mark.parametrize("defect", _BREAKS)
def test_a_defect_is_noticed_by_the_clause_made_for_it(judged: Judged, defect: str) -> None:
    """The clauses that it breaks fail, and all others hold."""
    own = [f"sdk/{name}" for name in _BREAKS[defect]]
    found = judged(_command(defect), [*own, *_OTHERS])
    broken = {each.clause for each in found if each.state == State.FAIL}
    assert broken == {name.partition(".")[0] for name in own}
    assert {each.check: each.actual for each in found if each.state not in {State.FAIL, State.PASS}} == {}


@pytest.mark.parametrize(("defect", "verdict"), _ENDS.items())
def test_a_driver_that_does_not_come_back_is_noticed(judged: Judged, defect: str, verdict: str) -> None:
    """A hang and a crash are verdicts, and the next case has a driver again."""
    found = judged(_command(defect), ["sdk/error-both.query", "sdk/sent-limit.query"])
    assert [(each.state, each.signature) for each in found] == [("fail", verdict), ("pass", "")]


def test_every_clause_is_seen_to_fail() -> None:
    """A clause that no defect breaks judges nothing; and every clause has cases."""
    own = {name for name, clause in sdk_clauses().items() if "driver" in clause.judged}
    assert {f"sdk/{name.partition('.')[0]}" for names in _BREAKS.values() for name in names} == own
    assert {clause.id for clause, _ in chosen([])} == own
