"""`junit.xml`."""

from xml.etree import ElementTree as ET

import pytest

from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.reporting.junit import junit_xml
from milvus_tck.verdict.baseline import Comparison
from milvus_tck.verdict.states import State
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


def test_a_known_failure_is_still_a_failure() -> None:
    """A baseline does not turn a failure into a pass; the message says that it is known."""
    failure = a_failure()
    found = parsed(a_run([failure], baseline=Comparison([failure], [], [], []))).find("testsuite/testcase/failure")
    assert found is not None
    assert (found.get("message") or "").startswith("known fail")


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
    """Nothing ran: no test case, and no pass."""
    assert parsed(a_run()).get("tests") == "0"
