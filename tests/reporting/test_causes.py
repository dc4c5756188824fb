"""Root causes: what to look at first."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console

from milvus_tck.cli.terminal.check_summary import print_verdict
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import State
from tests.reporting.builders import a_check, a_failure, a_run


def console_text(run: JudgedRun) -> str:
    """Print the end of a run."""
    console = Console(width=200, record=True, file=StringIO())
    print_verdict(console, run, Path("out"))
    return console.export_text()


def test_one_fix_is_one_cause() -> None:
    """The same clause over its cases, the same wrong telling of one RPC, one promise of the wire: each is one cause."""
    case = a_failure("insert/a", aspect="holds", signature="x")
    cases = [replace(case, check=f"insert/a.{each}:holds@grpc") for each in "bcd"]
    telling = [a_failure(f"search/{each}", aspect="legacy", signature="legacy:0", rpc="Search") for each in "ef"]
    wire = [a_failure("wire/parses", family="wire", signature="w", rpc=rpc, aspect=rpc) for rpc in ("A", "B", "C", "D")]
    refused = [
        a_failure(f"load/{each}", aspect="holds", signature="refused:1/1", rpc="LoadCollection") for each in "gh"
    ]
    run = a_run([*cases, *telling, *wire, *refused])
    assert [(cause.example.clause, len(cause.checks), cause.alike) for cause in run.causes] == [
        ("wire/parses", 4, 0), ("insert/a", 3, 0), ("search/e", 2, 0), ("load/g", 2, 0),
    ]  # fmt: skip


def test_what_looks_alike_explains_nothing() -> None:
    """That 25 wrong requests are accepted is no one mistake: they are counted beside the first, and not as its."""
    checks = [a_failure(f"create/{index:02}", aspect="fails", signature="accepted") for index in range(25)]
    other = a_failure("insert/other", signature="code:1!=2")
    run = a_run([*checks, other])
    assert {(len(cause.checks), cause.alike) for cause in run.causes} == {(1, 24), (1, 0)}
    assert [cause.example.clause for cause in run.start_here][:2] == ["create/00", "insert/other"]
    assert "24 more look alike" in report_html(run)
    assert "explains" not in report_html(run) + summary_markdown(run)


def test_aspects_that_a_failure_leaves_open_are_blocked_by_it() -> None:
    """A request that was accepted has no code to judge: that is explained by the acceptance."""
    accepted = a_failure("insert/a", aspect="fails", signature="accepted")
    silent = [
        a_check("insert/a", State.BLOCKED, aspect=aspect, signature=f"{aspect}:no-status", actual="ok")
        for aspect in ("code", "legacy")
    ]
    elsewhere = a_check("insert/b", State.BLOCKED, aspect="code", signature="code:no-status", actual="ok")
    run = a_run([*silent, accepted, elsewhere])
    assert [cause.blocks for cause in run.causes] == [2]
    assert run.blocking.reason(silent[0]) == "another aspect of the same request fails"
    assert run.blocking.reason(elsewhere) == "ok"


def test_what_blocks_most_comes_first() -> None:
    """The cause that explains most is shown first, the checks that it blocks counted in."""
    blocked = [a_check(f"search/{index}", State.BLOCKED, blocked_by="load/valid") for index in range(9)]
    run = a_run([a_failure("insert/a"), a_failure("insert/b"), a_failure("load/valid", signature="refused"), *blocked])
    assert [(cause.example.clause, cause.blocks) for cause in run.causes][:2] == [("load/valid", 9), ("insert/a", 0)]


def test_a_must_comes_before_a_should() -> None:
    """Levels order causes before numbers do."""
    should = [a_failure(f"insert/{index}", level=Level.SHOULD.value) for index in range(5)]
    run = a_run([*should, a_failure("insert/must", signature="accepted")])
    assert [cause.level for cause in run.causes] == [Level.MUST, *[Level.SHOULD] * 5]


def test_what_is_only_observed_is_counted_apart() -> None:
    """An unexpected failure that decides nothing is not among those that are told as unexpected."""
    looked_at = [a_failure(name, level=Level.OBSERVED.value) for name in ("explore/b", "explore/c")]
    becoming = replace(a_failure("insert/a", level=Level.OBSERVED.value), becomes="must")
    failures = [becoming, *looked_at]
    text = console_text(a_run(failures, baseline=Comparison([], failures, [], [])))
    assert "baseline: 0 known failures, 1 unexpected and 2 that are only observed" in text


def test_known_failures_are_no_place_to_start() -> None:
    """With a baseline, what its owner knows is counted, not shown first."""
    known, fresh = a_failure("insert/known"), a_failure("insert/fresh", signature="accepted")
    run = a_run([known, fresh], baseline=Comparison([known], [fresh], [], []))
    assert [cause.example.clause for cause in run.causes] == ["insert/fresh"]


def test_known_failures_are_shown_where_nothing_else_failed() -> None:
    """The known `must` failures stand first then, with the reason that the baseline gives; a `should` does not."""
    known, lesser = a_failure("insert/known"), a_failure("insert/lesser", level=Level.SHOULD.value)
    reasons = {known.check: "mended in build 7"}
    run = a_run([known, lesser], baseline=Comparison([known, lesser], [], [], [], reasons=reasons))
    assert [cause.example.clause for cause in run.start_here] == ["insert/known"]
    for report in (report_html(run), summary_markdown(run), console_text(run)):
        assert "known failures" in report
        assert "mended in build 7" in report
    assert run.told(run.start_here[0])["known"] == "mended in build 7"


def test_a_reason_is_told_once() -> None:
    """What the server said stands in the contrast; what decided adds the numbers."""
    exchange = {"rpc": "Insert", "grpc": "OK", "response": {"status": {"code": 1100, "reason": "no such field"}}}
    text = console_text(a_run([a_failure(exchanges=[exchange], deciding=0)]))
    assert "expected code 1, got code 1100, error_code 1: no such field" in text
    assert "decided by Insert, answered code 1100" in text
    assert text.split("Start here", 1)[1].split("NOT conformant")[0].count("no such field") == 1


def test_the_root_of_what_was_not_judged_is_told_whole() -> None:
    """RPC, Status, the server's own words, and which answer decided."""
    reason = "a long reason " * 15 + "with an end"
    response = {"code": 1, "error_code": "UnexpectedError", "reason": reason}
    exchange = {"rpc": "LoadCollection", "grpc": "OK", "response": response}
    blocked = [
        a_check(
            f"search/{each}",
            State.BLOCKED,
            signature="refused:LoadCollection",
            actual=f"LoadCollection: code 1, error_code 1: {reason}",
            exchanges=[exchange],
            deciding=0,
        )
        for each in "ab"
    ]
    text = console_text(a_run([a_check(), *blocked]))
    assert "LoadCollection is refused, blocks 2" in text
    assert f"LoadCollection: code 1, error_code 1: {reason}" in " ".join(text.split())
    assert "decided by LoadCollection, answered code 1, error_code UnexpectedError" in text


def test_more_members_than_are_shown_are_counted() -> None:
    """Three members stand in the summary and on the first screen; how many more differ is told."""
    differences = [Difference(f"member_{each}", "1", "2") for each in range(5)]
    run = a_run([a_failure(aspect="holds", differences=differences)])
    for text in (report_html(run), summary_markdown(run)):
        start = text[text.index("Start here") :]
        assert "and 2 more" in start[: start.index("member_3") if "member_3" in start else len(start)]
    few = a_run([a_failure(aspect="holds", differences=differences[:3])])
    assert "more<" not in report_html(few) + summary_markdown(few)


def test_a_test_with_an_error_of_its_own_says_which() -> None:
    """Who writes a test and forgets a function reads that on the terminal; of many such tests three are named."""
    state, actual = State.HARNESS_ERROR, "AttributeError: module 'calls' has no attribute 'list_databases'"
    wrong = [a_check(f"list-databases/{each}", state, signature="AttributeError", actual=actual) for each in "abcd"]
    shown = console_text(a_run(wrong))
    assert f"error of the test: list-databases/a:holds@grpc: {actual}" in shown
    assert "list-databases/d" not in shown
    assert "… and 1 more tests with an error in the report" in shown
    assert "error of the test" not in console_text(a_run([a_failure(), a_check()]))
