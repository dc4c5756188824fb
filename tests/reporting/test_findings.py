"""`findings.md`."""

from dataclasses import replace

from milvus_tck.reporting.findings import findings_markdown
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.verdict.model.states import State
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_header, a_run, an_exchange


def test_only_what_failed_is_told() -> None:
    """Neither a pass nor what could not be judged is a finding."""
    text = findings_markdown(a_run([a_check("a/pass"), a_failure("b/broken"), a_check("c/open", State.BLOCKED)]))
    assert [line for line in text.splitlines() if line.startswith("### ")] == ["### b/broken (must)"]


def test_a_finding_shows_promise_contrast_and_exchange() -> None:
    """The promise, what was expected, what came, and the request with its answer."""
    text = findings_markdown(a_run([a_failure("insert/unknown-field")]))
    assert "The promise of insert/unknown-field." in text
    assert (
        "- `:code@grpc`: expected <code>code 1</code>, got <code>code 1100, error_code 1: no such field</code>" in text
    )
    assert "Insert {" in text
    assert '-> {"status": {"error_code": "UnexpectedError", "code": 1100, "reason": "no such field"}}' in text


def test_the_refused_request_is_shown_and_not_the_valid_one_beside_it() -> None:
    """Of a refusal's exchanges the last but one is the request that had to be refused."""
    wrong, right = an_exchange(request={"num_rows": 7}), an_exchange(request={"num_rows": 8})
    text = findings_markdown(a_run([a_failure(exchanges=[wrong, right])]))
    assert '"num_rows": 7' in text
    assert '"num_rows": 8' not in text


def test_two_runs_are_told_alike() -> None:
    """Names that carry the letters of a run are written without them."""

    def told(run: str) -> str:
        request = {"collection_name": f"tck_{run}_rows_0123abcd_1"}
        judged: JudgedRun = a_run([a_failure(exchanges=[an_exchange(request=request)])])
        return findings_markdown(replace(judged, results=replace(judged.results, header=a_header(run=run, planned=1))))

    assert told("abc123") == told("zzz999")
    assert "tck_1" in told("abc123")


def test_folders_of_the_builder_are_left_out() -> None:
    """Of a source file in a server's message only its name is told, wherever the text is cut."""
    message = "dim=7 at /{}/milvus/internal/segcore/Vector.h:600".format("workspace")
    text = findings_markdown(a_run([a_failure(actual=message, exchanges=[an_exchange(response={"reason": message})])]))
    assert text.count("at …/Vector.h:600") == 2


def test_a_crash_says_so() -> None:
    """A target that died is not told as an answer."""
    assert "it died" in findings_markdown(a_run([a_failure(state=State.TARGET_CRASH)]))


def test_hostile_texts_stay_text() -> None:
    """What a target says is no markup of ours."""
    assert "<script>" not in findings_markdown(a_run([a_failure(actual=HOSTILE, text=HOSTILE)]))
