"""`junit.xml`."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.junit import junit_xml
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.baseline import Entry
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_header, a_run


def parsed(run: JudgedRun) -> ET.Element:
    """Write a run and read it back, as any consumer does."""
    return ET.fromstring(junit_xml(run).encode("utf-8"))  # noqa: S314 - we wrote it


def test_each_check_is_one_test_case() -> None:
    """Its classname is family.rpc, its name the id of the check."""
    cases = parsed(a_run([a_check(), a_failure(family="vectors", rpc="Search")])).findall("testsuite/testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("data.Insert", "insert/valid:holds@grpc"),
        ("vectors.Search", "insert/unknown-field:code@grpc"),
    ]


@pytest.mark.parametrize(
    ("state", "element"),
    [
        (State.FAIL, "failure"),
        (State.TARGET_CRASH, "error"),
        (State.HARNESS_ERROR, "error"),
        (State.UNSUPPORTED, "skipped"),
        (State.FLAKY, "skipped"),
        (State.INCONCLUSIVE, "skipped"),
        (State.BLOCKED, "skipped"),
        (State.NOT_RUN, "skipped"),
    ],
)
def test_only_a_pass_looks_like_one(state: State, element: str) -> None:
    """A failure is a failure, a crash or an error of ours an error, and what is unverified is skipped with a word."""
    case = parsed(a_run([a_check(state=state, actual="what came")])).find("testsuite/testcase")
    assert case is not None
    found = case.find(element)
    assert found is not None
    assert len(case) == 1
    assert "what came" in (found.get("message") or "")


def test_a_failure_names_the_members_that_differ() -> None:
    """Its message says what was expected of which member; its text, which answer decided."""
    differences = [Difference("insert_cnt", "3", "0")]
    check = a_failure(aspect="holds", differences=differences, deciding=0)
    failure = parsed(a_run([check])).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "fail (must): insert_cnt: expected 3, got 0"
    assert "decided by: Insert, answered code 1100, error_code UnexpectedError: no such field" in (failure.text or "")


def test_a_pass_has_nothing_to_say() -> None:
    """A test case without children has passed."""
    case = parsed(a_run([a_check()])).find("testsuite/testcase")
    assert case is not None
    assert len(case) == 0


def test_the_counts_are_those_of_the_cases() -> None:
    """Consumers read the attributes and not the elements."""
    checks = [a_check(), a_failure(), a_failure("c", State.TARGET_CRASH), a_check("d", State.BLOCKED)]
    root = parsed(a_run(checks))
    for element in (root, root[0]):
        assert [element.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]


def test_a_failure_brings_its_promise_its_contrast_and_its_repro() -> None:
    """Who reads nothing but JUnit can still act."""
    failure = parsed(a_run([a_failure()])).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("type") == "code:1100!=1"
    assert (failure.text or "").splitlines() == [
        "promise: The promise of insert/unknown-field.",
        "expected: code 1",
        "actual: code 1100, error_code 1: no such field",
        "repro: milvus-tck repro tck-out/latest insert/unknown-field:code@grpc",
    ]


def test_the_properties_tell_what_was_judged() -> None:
    """Profile, target and seed travel with the file."""
    properties = parsed(a_run([a_check()])).findall("testsuite/properties/property")
    found = {each.get("name"): each.get("value") for each in properties}
    assert found.items() >= {"profile": "2.3", "target": "milvus@2.3.5", "seed": "42"}.items()


def test_a_known_failure_is_skipped_with_its_reason() -> None:
    """The gate expects it, and so does whoever reads JUnit; a known crash is no other."""
    for failure in (a_failure(), a_failure(state=State.TARGET_CRASH)):
        comparison = Comparison([failure], [], [], [], reasons={failure.check: "#12: our codes differ"})
        root = parsed(a_run([a_check(), failure], baseline=comparison))
        found = root.find("testsuite/testcase/skipped")
        assert found is not None
        assert (found.get("message") or "").startswith(f"known {failure.state} (must): #12: our codes differ; expected")
        assert (root.get("failures"), root.get("errors")) == ("0", "0")


def test_an_unexpected_failure_beside_known_ones_is_a_failure() -> None:
    """Only what nobody expected is red."""
    known, new = a_failure("a/a"), a_failure("b/b")
    root = parsed(a_run([known, new], baseline=Comparison([known], [new], [], [])))
    (red,) = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert red == new.check


def test_a_failure_that_the_gate_does_not_mind_is_skipped() -> None:
    """A `should` is red where the gate was asked to mind it."""
    failure = a_failure(level="should")
    assert parsed(a_run([a_check(), failure])).get("failures") == "0"
    header = a_header(fail_on="should")
    assert parsed(a_run([a_check(), failure], header=header, fail_on=Level.SHOULD)).get("failures") == "1"


def test_a_stale_entry_is_a_failure() -> None:
    """It fails the gate, so it is red, under its own name."""
    stale = Entry("ok/ok:holds@grpc", "x", "known")
    run = a_run([a_check("ok/ok")], baseline=Comparison([], [], [stale], []))
    (case,) = parsed(run).findall("testsuite[@name='baseline']/testcase")
    assert case.get("name") == "baseline/ok/ok:holds@grpc"
    assert case.find("failure") is not None


def test_a_gate_that_no_check_fails_is_an_error_of_its_own() -> None:
    """Open checks are skipped; the gate that they keep shut is red."""
    run = a_run([a_check(), a_check("b/b", State.INCONCLUSIVE)])
    error = parsed(run).find("testsuite[@name='run']/testcase[@name='run/gate']/error")
    assert error is not None
    assert error.get("type") == "undetermined"


@given(
    st.lists(
        st.builds(
            lambda number, state, level: a_check(f"c/{number}", state, level=level.value),
            st.integers(0, 9),
            st.sampled_from(State),
            st.sampled_from(Level),
        ),
        max_size=6,
        unique_by=lambda check: check.check,
    ),
    st.sampled_from(Level),
)
def test_it_is_red_where_the_gate_is(checks: list[CheckEvent], fail_on: Level) -> None:
    """Whatever became of checks: a failure or an error stands in it where the exit code is not 0, and nowhere else."""
    run = a_run(checks, header=a_header(fail_on=fail_on.value), fail_on=fail_on)
    root = parsed(run)
    assert (root.get("failures") != "0" or root.get("errors") != "0") == (run.summary.exit_code is not Exit.OK)


def test_the_time_of_a_test_is_counted_once() -> None:
    """Checks of one test share its time; the sum is the time of the tests."""
    first = [a_check(f"c/{number}", test="t.py::a", seconds=0.9) for number in range(3)]
    second = [a_check("d/d", test="t.py::b", seconds=0.5), a_check("d/e", test="t.py::a", binding="http-v1", seconds=2)]
    suite = parsed(a_run([*first, *second])).find("testsuite")
    assert suite is not None
    assert [case.get("time") for case in suite.iter("testcase")] == ["0.300000"] * 3 + ["0.500000", "2.000000"]
    assert suite.get("time") == "3.400"


def test_a_run_that_was_cut_short_is_no_green_run() -> None:
    """A killed run has an error of its own, however its checks came out."""
    root = parsed(a_run([a_check()], header=a_header(planned=9), killed=True))
    error = root.find("testsuite[@name='run']/testcase/error")
    assert error is not None
    assert error.get("message") == "the run was cut short: 8 of 9 planned checks were never judged"
    assert root.get("errors") == "1"


def test_hostile_texts_leave_the_file_well_formed() -> None:
    """Control characters, lone surrogates, markup and a text of 1 MB: the file can be parsed, and is bounded."""
    names = {"rpc": HOSTILE, "family": HOSTILE, "text": HOSTILE, "signature": HOSTILE, "expected": HOSTILE}
    run = a_run([a_failure(HOSTILE, State.FAIL, **names, actual=HOSTILE + "x" * 1_000_000)])
    failure = parsed(run).find("testsuite/testcase/failure")
    assert failure is not None
    assert "more characters" in (failure.text or "")
    assert len(junit_xml(run)) < 50_000


def test_an_empty_run_is_a_valid_file() -> None:
    """Nothing ran: no pass, and an error that says so."""
    root = parsed(a_run())
    assert [case.get("name") for case in root.iter("testcase")] == ["run/gate"]
    assert root.get("errors") == "1"
