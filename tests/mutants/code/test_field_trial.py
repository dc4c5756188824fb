"""Defects from the field: which check counts, and what a row that is wrong leads to."""

import tomllib
from collections.abc import Mapping, Sequence

import pytest

from milvus_tck.mutants.code import field_trial, suite_runner
from milvus_tck.mutants.code.field_trial import FieldFate, FieldResult, try_all
from milvus_tck.mutants.code.line_coverage import GoodRun
from milvus_tck.mutants.code.trial_order import Suite
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.field_defects import FieldDefect, field_defects, parse_field_defects
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.tables import TableFile
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job

_OWN, _OTHER = "query/limit:holds@grpc", "search/filter:holds@grpc"


def _defect(*noticed: str, unnoticed: str = "") -> FieldDefect:
    return FieldDefect("query-window-ignored", "It ignores.", ("milvus#1",), "", "", noticed, unnoticed)


def _tried(
    monkeypatch: pytest.MonkeyPatch, defect: FieldDefect, fails: Sequence[str], good: Mapping[str, State]
) -> FieldResult:
    """Try a defect on a suite of one test, which comes to what is said."""
    states = {check: (State.FAIL if check in fails else State.PASS, "") for check in (_OWN, _OTHER)}
    monkeypatch.setattr(field_trial, "ModelBinding", lambda *_: None)
    monkeypatch.setattr(field_trial, "SuiteRunner", lambda *_: _Runner(suite_runner.TestRun("test", states, 0.0)))
    jobs = {"test": Job("test", (), lambda *_: None)}
    suite = Suite(profile("3.0"), jobs, GoodRun({}, {"test": good}, {"test": 0.0}))
    return next(iter(try_all([defect], suite, processes=1, known=False)))


class _Runner:
    """Comes to one thing, whatever it runs."""

    def __init__(self, run: suite_runner.TestRun) -> None:
        self._run = run

    def run(self, _job: Job, _within: float) -> suite_runner.TestRun:
        """Return it."""
        return self._run


@pytest.mark.parametrize(
    ("defect", "fails", "good", "fate"),
    [
        (_defect("query/limit"), [_OWN], {}, FieldFate.NOTICED),
        (_defect("query/limit"), [_OTHER], {}, FieldFate.OPEN),
        (_defect("query/limit"), [_OWN], {_OWN: State.FAIL}, FieldFate.OPEN),
        (_defect("query/limit"), [], {}, FieldFate.OPEN),
        (_defect(unnoticed="nobody promises it"), [], {}, FieldFate.EXPLAINED),
        (_defect(unnoticed="nobody promises it"), [_OTHER], {}, FieldFate.STALE),
    ],
)
def test_what_counts_as_noticed(
    monkeypatch: pytest.MonkeyPatch, defect: FieldDefect, fails: list[str], good: dict[str, State], fate: FieldFate
) -> None:
    """A check of a named clause that does not fail in the good run; who is said to be unnoticed has to be."""
    assert _tried(monkeypatch, defect, fails, good).fate is fate


def test_what_we_raise_is_no_defect_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the harness raises, nothing is known of a defect, also where a row explains why nobody notices it."""

    def raising(_name: str) -> None:
        raise KeyError("harness")

    monkeypatch.setattr(field_trial, "planted", raising)
    suite = Suite(profile("3.0"), {}, GoodRun({}, {}, {}))
    found = next(iter(try_all([_defect(unnoticed="nobody promises it")], suite, processes=1, known=False)))
    assert (found.fate, found.fault) == (FieldFate.FAULT, "KeyError: 'harness'")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('noticed = ["query/limit"]\nunnoticed = "nobody promises it"', "is noticed by query/limit"),
        ("", "neither who notices it nor why nobody can"),
        ('noticed = ["query/limits"]', "is no clause"),
    ],
)
def test_a_row_that_contradicts_itself(more: str, why: str) -> None:
    """A defect is noticed by clauses, or there is a reason why it is not; one of both."""
    row = f'[[defect]]\nid = "x"\nsentence = "It is wrong."\nreports = ["milvus#1"]\n{more}\n'
    with pytest.raises(SpecError, match=why):
        parse_field_defects(TableFile("field-defects.toml", tomllib.loads(row)))


def test_every_row_says_one_of_both() -> None:
    """What is shipped is read."""
    assert all(bool(each.noticed) != bool(each.unnoticed) for each in field_defects().values())
