"""From what tests came to under a mutant to what became of it."""

import json

import jsonschema
import pytest

from milvus_tck.mutants.campaign.fates import Fate, MutantResult
from milvus_tck.mutants.campaign.matrix import Matrix
from milvus_tck.mutants.campaign.page import matrix_html
from milvus_tck.mutants.campaign.score import MutatedTest, summed
from milvus_tck.mutants.replay.tape_runner import PlayedTest
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from tests.mutants.contexts import a_mutant
from tests.verdict.builders import a_clause, checks

_OWN = a_clause("has-collection/existing")
_OTHER = a_clause("has-collection/other")
_NAMES = [check.id for check in checks(_OWN, _OTHER)]


def _tried(
    own: State,
    other: State = State.PASS,
    *,
    applied: bool = True,
    missed: str = "",
    clean: bool = True,
    trouble: str = "",
) -> MutatedTest:
    job = Job("test", checks(_OWN, _OTHER), lambda _case, _things: None)
    states = {_NAMES[0]: (own, own.value), _NAMES[1]: (other, other.value)}
    before = dict.fromkeys(_NAMES, State.PASS if clean else State.FAIL)
    return MutatedTest(
        job, before, frozenset(), PlayedTest("test", states, frozenset(), missed=missed), applied, trouble
    )


def _fate(*tried: MutatedTest) -> Fate:
    return summed(a_mutant("negate"), tried).fate


@pytest.mark.parametrize(
    ("tried", "fate"),
    [
        (_tried(State.FAIL), Fate.OWN),
        (_tried(State.TARGET_CRASH), Fate.OWN),
        (_tried(State.PASS, State.FAIL), Fate.ELSEWHERE),
        (_tried(State.PASS), Fate.SURVIVED),
        (_tried(State.BLOCKED), Fate.SURVIVED),
        (_tried(State.HARNESS_ERROR), Fate.SURVIVED),
        (_tried(State.PASS, applied=False), Fate.NOT_APPLIED),
        (_tried(State.INCONCLUSIVE, State.INCONCLUSIVE, missed="missed:Search"), Fate.NOT_APPLIED),
        (_tried(State.FAIL, clean=False), Fate.INVALID),
        (_tried(State.HARNESS_ERROR, applied=False, trouble="set: ValueError: no"), Fate.FAULTY),
        (_tried(State.FAIL, trouble="set: ValueError: no"), Fate.FAULTY),
    ],
    ids=[
        "own",
        "crash",
        "elsewhere",
        "survived",
        "blocked",
        "our error",
        "never seen",
        "asked anew",
        "fails anyway",
        "broke down",
        "broke down elsewhere",
    ],
)
def test_what_became_of_it(tried: MutatedTest, fate: Fate) -> None:
    """A check that fails has noticed; one that could not be made, for whatever reason, has not."""
    assert _fate(tried) is fate


def test_a_test_that_was_not_recorded_says_nothing() -> None:
    """What is not known to pass proves nothing."""
    job = Job("test", checks(_OWN), lambda _case, _things: None)
    assert _fate(MutatedTest(job, None)) is Fate.INVALID
    assert _fate(MutatedTest(job, None), _tried(State.FAIL)) is Fate.OWN


def test_a_wire_clause_that_is_broken_counts() -> None:
    """An answer that breaks the wire contract is noticed in whatever test it appears; not where it did so before."""
    tried = _tried(State.PASS)
    assert tried.played is not None
    broken = PlayedTest("test", tried.played.states, frozenset({"wire/parses"}))
    assert _fate(MutatedTest(tried.job, tried.clean, frozenset(), broken, True)) is Fate.ELSEWHERE
    assert _fate(MutatedTest(tried.job, tried.clean, frozenset({"wire/parses"}), broken, True)) is Fate.SURVIVED


def test_one_aspect_decides() -> None:
    """A mutant that is about one aspect is noticed by the check of that aspect, or not."""
    assert summed(a_mutant("negate", aspect="code"), [_tried(State.FAIL)]).fate is Fate.NOT_APPLIED
    assert summed(a_mutant("negate", aspect="holds"), [_tried(State.FAIL)]).fate is Fate.OWN


def _matrix(*verdicts: MutantResult) -> Matrix:
    return Matrix("milvus@2.3.5", "v2.3.5", profile("2.3"), verdicts, 30.0, {}, partial=True)


def test_the_score() -> None:
    """What never showed and what fails anyway do not count, nor does a survivor with a reason; an open one does."""
    own, survived = summed(a_mutant("negate"), [_tried(State.FAIL)]), summed(a_mutant("negate"), [_tried(State.PASS)])
    explained = summed(a_mutant("negate", equivalent="It reads the same."), [_tried(State.PASS)])
    unseen = summed(a_mutant("negate"), [_tried(State.PASS, applied=False)])
    matrix = _matrix(own, own, own, survived, explained, unseen)
    assert (matrix.score, matrix.per_minute, len(matrix.open)) == (0.75, 12, 1)
    assert not matrix.good
    assert _matrix(own, explained, unseen).good
    assert not _matrix(unseen).good
    assert _matrix(explained).unproven == {}
    assert _matrix(survived).unproven == {"has-collection/existing": "survived"}


def test_a_mutant_that_could_not_be_made_spoils_the_score() -> None:
    """Its operator ended with an error: it counts as not noticed, the run is not good, and it is named."""
    own = summed(a_mutant("negate"), [_tried(State.FAIL)])
    faulty = summed(a_mutant("negate"), [_tried(State.HARNESS_ERROR, applied=False, trouble="set: ValueError: no")])
    matrix = _matrix(*[own] * 99, faulty)
    assert matrix.score == 0.99
    assert not matrix.good
    assert matrix.faulty == {faulty.mutant.id: "set: ValueError: no"}
    assert "could not be made" in matrix_html(matrix)
    assert "set: ValueError: no" in matrix_html(matrix)


def test_the_file_keeps_its_schema() -> None:
    """`matrix.json` is as its schema says, with every fate in it."""
    schema = json.loads((data_dir("reports") / "schema" / "mutants.schema.json").read_text(encoding="utf-8"))
    tried = (_tried(State.FAIL), _tried(State.PASS), _tried(State.PASS, applied=False), _tried(State.FAIL, clean=False),
             _tried(State.HARNESS_ERROR, trouble="no"))  # fmt: skip
    matrix = _matrix(*(summed(a_mutant("negate"), [each]) for each in tried))
    written = json.loads(json.dumps(matrix.as_dict()))
    jsonschema.validate(written, schema, cls=jsonschema.Draft202012Validator)
    assert [row["fate"] for row in written["mutants"]] == [
        "killed by its own clause", "survived", "not applied", "invalid", "could not be made",
    ]  # fmt: skip
    assert written["mutants"][1]["triage"] == {"state": "open"}


def test_the_page_says_it() -> None:
    """The page names the mutant, what the server does wrong, who noticed, and who did not; nothing is fetched."""
    noticed = summed(a_mutant("negate", sentence="It <lies>."), [_tried(State.FAIL)])
    page = matrix_html(_matrix(noticed, summed(a_mutant("negate"), [_tried(State.PASS)])))
    assert "It &lt;lies&gt;." in page
    assert "<code>has-collection/existing:holds@grpc</code>" in page
    assert "Survivors that nobody has explained (1)" in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
