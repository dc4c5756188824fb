"""What keeps checks from being judged: in every report, down to the call that is at the root."""

import json

import pytest

from milvus_tck.reporting.allure import allure_files
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.junit import junit_xml
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from tests.reporting.builders import a_check, a_failure, a_run
from tests.reporting.test_causes import console_text

_LOAD = "LoadPartitions: gRPC UNIMPLEMENTED: no such method"


def _blocked(clause: str, signature: str, actual: str, **how: object) -> CheckEvent:
    return a_check(clause, State.BLOCKED, signature=signature, actual=actual, **how)


def _by_call(number: int) -> list[CheckEvent]:
    """Make checks whose test met a refused call in a step on the way, half of them in what was prepared for many."""
    prepared = [_blocked(f"p/{each}", "prepare:parted:unsupported:LoadPartitions", f"parted: {_LOAD}")
                for each in range(number)]  # fmt: skip
    return [*prepared, *(_blocked(f"s/{each}", "unsupported:LoadPartitions", f"{_LOAD}") for each in range(number))]


def _chain(length: int) -> list[CheckEvent]:
    """Make a chain of clauses, each of which needs the one before."""
    return [_blocked(f"c/{each}", f"needs:c/{each - 1}", "no", blocked_by=f"c/{each - 1}") for each in range(1, length)]


def _reports(run: JudgedRun) -> dict[str, str]:
    allure = "".join(allure_files(run).values())
    texts = {"html": report_html(run), "markdown": summary_markdown(run), "junit": junit_xml(run), "allure": allure}
    told = json.dumps([run.told(cause) for cause in run.start_here])
    return texts | {"console": console_text(run), "summary.json": told}


@pytest.mark.parametrize("report", ["html", "markdown", "junit", "allure", "console", "summary.json"])
def test_a_call_that_is_lacking_stands_in_every_report(report: str) -> None:
    """With its RPC, its Status, the words of the server, and how much stands on it."""
    text = _reports(a_run([a_check(), a_failure(), *_by_call(3)]))[report]
    for word in ("LoadPartitions is lacking", "UNIMPLEMENTED", "no such method"):
        assert word in text, word


def test_the_two_ways_to_a_call_are_one_root() -> None:
    """A step of a test and a step of what was prepared for it: six checks, one root; another refusal is another one."""
    six = "CreateCollection: code 6, error_code 6: no such type {} in tck_abc123_x_{}"
    others = [_blocked(f"o/{each}", "refused:CreateCollection", six.format("Binary", each)) for each in range(2)]
    another = _blocked("o/9", "refused:CreateCollection", six.format("Sparse", 1))
    run = a_run([*_by_call(3), *others, another])
    assert [(cause.title, cause.blocks) for cause in run.start_here] == [
        ("LoadPartitions is lacking", 6), ("CreateCollection is refused", 2), ("CreateCollection is refused", 1),
    ]  # fmt: skip


def test_a_chain_is_followed_to_its_end() -> None:
    """What blocks through others counts for the clause that fails, and the reason names it."""
    run = a_run([a_failure("c/0", aspect="holds", signature="refused:1/1", actual="code 1: not today"), *_chain(6)])
    assert [(cause.title, cause.blocks) for cause in run.start_here] == [("c/0:holds@grpc", 5)]
    assert "c/0:holds@grpc fails: code 1: not today" in run.blocking.reason(run.results.checks[-1])


def test_a_chain_may_end_in_what_nobody_asked_for() -> None:
    """With a selection, checks that were run for others alone tell the root, and count nowhere."""
    support = a_failure("c/0", aspect="holds", signature="refused:1/1", actual="code 1: not today", support=True)
    run = a_run(_chain(3))
    run.results.support.append(support)
    assert "code 1: not today" in str(run.sentence)
    assert "code 1: not today" in run.start_line(run.start_here[0])
    assert run.summary.counts["must"][State.FAIL] == 0


def test_a_circle_ends() -> None:
    """Clauses that block each other have no root, and are told as they are."""
    pairs = (("a/a", "b/b"), ("b/b", "a/a"))
    assert a_run([_blocked(one, f"needs:{two}", "no", blocked_by=two) for one, two in pairs]).start_here == []


def test_the_headline_counts_what_was_judged() -> None:
    """One failure that leaves 3,197 checks unjudged is not one in 3,198, and its root stands beside it."""
    root = a_failure("has-collection/it", rpc="HasCollection", signature="refused:1/1", actual="code 1: not today")
    blocked = [_blocked(f"x/{each}", "needs", "no", blocked_by="has-collection/it") for each in range(3197)]
    assert (
        "1 of 1 judged must checks fails; 3197 of 3198 could not be judged, "
        "because has-collection/it:code@grpc fails (code 1: not today)."
    ) in str(a_run([root, *blocked]).sentence)


def test_a_root_that_explains_a_part_says_so() -> None:
    """Nothing is put down to a cause that is not its."""
    other = a_check("y/y", State.NOT_RUN, signature="hostile")
    assert "8 of 8 could not be judged" not in str(a_run([a_check(), *_by_call(3), other]).sentence)
    assert "no such method): that explains 6." in str(a_run([a_check(), *_by_call(3), other]).sentence)


def test_flaky_is_told_apart_in_every_report() -> None:
    """With its ratio; it neither fails nor passes."""
    run = a_run([a_check(), a_check("z/z", State.FLAKY, runs=5, failed=2, signature="order", actual="b, a")])
    texts = _reports(run)
    for report in ("html", "markdown", "junit", "allure", "console"):
        assert "failed 2 of 5 times" in texts[report], report
    assert run.summary.flaky[0]["failed"] == 2
    assert "1 of 2 is flaky" in str(run.sentence)
