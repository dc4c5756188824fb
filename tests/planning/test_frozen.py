"""A clause that is written today does not fail the server that was conformant yesterday."""

from dataclasses import dataclass

import pytest

from milvus_tck.planning.choice import SuiteTest
from milvus_tck.planning.plan import collect
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.spec.required_clauses import Required
from milvus_tck.verdict.model.check import Check
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import Conformance, Exit, State
from milvus_tck.verdict.results.events import check_event
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import Summary, summarise
from milvus_tck.verdict.session.options import CheckOptions
from tests.reporting.builders import a_footer, a_header

_OLD, _NEW = "has-collection/existing", "search/offset"
_TESTS = (SuiteTest("a.py::old", ((_OLD, ""),)), SuiteTest("a.py::new", ((_NEW, ""),)))


@dataclass
class _Frozen:
    """What the release of yesterday required."""

    levels: dict[str, Level]

    def __call__(self, _line: Profile) -> Required:
        return Required("2026.11.0", self.levels)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> _Frozen:
    """A release that knew one of two clauses."""
    found = _Frozen({_OLD: Level.MUST})
    monkeypatch.setattr("milvus_tck.verdict.model.obligations.required", found)
    return found


def _checks() -> list[Check]:
    return list(collect(_TESTS, CheckOptions("null"), profile("2.3")).checks)


def _came_to(checks: list[Check], failing: str) -> Summary:
    """Sum up a run in which everything passes but one clause."""
    came = [Judgement(check, State.FAIL if check.clause.id == failing else State.PASS) for check in checks]
    events = [check_event(each, "test", "text", []) for each in came]
    return summarise(Results(a_header(), events, a_footer(events)), None, Level.MUST, lost=False)


def test_a_new_clause_fails_nobody(frozen: _Frozen) -> None:
    """It is judged and told, and the server stays conformant until the next release scores it."""
    summary = _came_to(_checks(), failing=_NEW)
    assert (summary.verdict, summary.exit_code) == (Conformance.CONFORMANT, Exit.OK)
    assert [(row["clause"], row["level"]) for row in summary.failures] == [(_NEW, "observed")]
    assert any("1 checks are newer" in note and "1 of them fail" in note for note in summary.notes)
    frozen.levels[_NEW] = Level.MUST  # the release is cut
    summary = _came_to(_checks(), failing=_NEW)
    assert (summary.verdict, summary.exit_code) == (Conformance.NOT_CONFORMANT, Exit.UNEXPECTED)


@pytest.mark.usefixtures("frozen")
def test_an_old_clause_fails_as_it_did() -> None:
    """What was required yesterday is required today."""
    assert _came_to(_checks(), failing=_OLD).verdict is Conformance.NOT_CONFORMANT


@pytest.mark.usefixtures("frozen")
def test_the_level_to_come_is_told() -> None:
    """An event names the level that the check is judged at, and the one that it will have."""
    found = {check.clause.id: (check.level, check.becomes) for check in _checks()}
    assert found == {_OLD: (Level.MUST, None), _NEW: (Level.OBSERVED, clauses()[_NEW].level)}


@pytest.mark.usefixtures("frozen")
def test_what_is_not_scored_blocks_nothing() -> None:
    """A new clause that fails is no reason to leave out what needs it: it is observed, as the scheduler sees it."""
    assert [check.level for check in _checks() if check.clause.id == _NEW] == [Level.OBSERVED]
