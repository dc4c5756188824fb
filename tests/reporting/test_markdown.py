"""`summary.md`."""

from markdown_it import MarkdownIt

from milvus_tck.reporting.markdown import code_span, prose, summary_markdown
from milvus_tck.verdict.baseline.baseline import Entry
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import JudgedTarget
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_footer, a_header, a_run, an_exchange

_LIMIT = 60_000


def test_the_verdict_comes_first() -> None:
    """Whoever reads one line reads the verdict with what was not verified."""
    run = a_run([a_check(), a_failure(), a_check("c", State.BLOCKED)])
    first = summary_markdown(run).splitlines()[0]
    assert first.startswith("## ❌ milvus@2.3.5 against Milvus 2.3 over gRPC: NOT conformant")
    assert "1 of 2 judged must checks fails; 1 of 3 could not be judged. 1 of the 83 RPCs of 2.3 are judged" in first


def test_only_a_good_verdict_has_the_good_sign() -> None:
    """Never green with unverified musts."""
    assert "✅" in summary_markdown(a_run([a_check()]))
    assert "✅" not in summary_markdown(a_run([a_check(), a_check("b", State.NOT_RUN)]))


def test_counts_stand_in_a_table() -> None:
    """Pass, fail, not verified and all, by level."""
    run = a_run([a_check(), a_failure(), a_check("c", State.BLOCKED)])
    assert "| must | 1 | 1 | 1 | 3 |" in summary_markdown(run).splitlines()


def test_a_cause_brings_its_contrast_and_its_repro() -> None:
    """Expected, actual, and the command to type next."""
    text = summary_markdown(a_run([a_failure()]))
    assert "expected <code>code 1</code>, got <code>code 1100, error_code 1: no such field</code>" in text
    assert "milvus-tck repro tck-out/latest insert/unknown-field:code@grpc" in text


def test_a_cause_names_the_members_that_differ_and_the_answer_that_decided() -> None:
    """What is not as expected, by its name; which answer told so, in the server's own words."""
    differences = [Difference("insert_cnt", "3", "0")]
    check = a_failure(aspect="holds", differences=differences, exchanges=[an_exchange(), an_exchange()], deciding=1)
    text = summary_markdown(a_run([check]))
    assert "insert_cnt: expected <code>3</code>, got <code>0</code>" in text
    assert "decided by Insert, answered code 1100, error_code UnexpectedError: no such field" in text


def test_the_baseline_names_what_to_take_out() -> None:
    """Stale and unmatched entries are named, known failures only counted."""
    known = a_failure()
    comparison = Comparison([known], [], [Entry("insert/gone:x@grpc", "s", "r")], [Entry("insert/typo", "s", "r")])
    text = summary_markdown(a_run([known], baseline=comparison))
    assert "0 unexpected, 1 known, 1 stale, 0 expired, 1 unmatched." in text
    assert "- <code>insert/gone:x@grpc</code> passes now: take it out of the baseline" in text
    assert "- <code>insert/typo</code> names no check of this suite" in text


def test_notes_are_told() -> None:
    """What happened to the target stands in the summary."""
    text = summary_markdown(a_run([a_check()], footer=a_footer(incidents=["the target died twice"])))
    assert "- the target died twice" in text


def test_hostile_texts_become_no_markup() -> None:
    """Rendered as Markdown with HTML allowed, nothing but our own elements comes out, and no table breaks."""
    hostile = a_failure(HOSTILE, text=HOSTILE, rpc=HOSTILE, expected=HOSTILE, actual=HOSTILE)
    header = a_header(target=JudgedTarget(HOSTILE, HOSTILE, HOSTILE))
    text = summary_markdown(a_run([hostile], header=header, footer=a_footer(incidents=[HOSTILE])))
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html
    assert "<em>" not in html
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.count("|") in {3, 4, 6, 8} for line in rows)


def test_mentions_issues_and_links_are_taken_apart() -> None:
    """A reason must not call people, close issues or lead anywhere."""
    assert prose("ask @team about #12 at https://x") == "ask &#64;team about &#35;12 at https&#58;//x"
    assert code_span("a@b tck_x_1") == "<code>a@b tck_x_1</code>"


def test_the_summary_stays_below_60_kb_whatever_the_run() -> None:
    """$GITHUB_STEP_SUMMARY refuses more than a megabyte; readers refuse more than a screen."""
    long = "<&|#`" * 200_000
    checks = [
        a_failure(f"{index}{long[:1000]}", text=long, expected=long, actual=long, rpc=f"{index}{long[:1000]}")
        for index in range(300)
    ]
    entries = [Entry(long, "s", "r")] * 300
    header = a_header(target=JudgedTarget(long, long), profile_reason=long)
    footer = a_footer(incidents=[long] * 300)
    run = a_run(checks, header=header, footer=footer, baseline=Comparison([], checks, entries, entries))
    assert len(summary_markdown(run).encode()) < _LIMIT


def test_an_empty_and_a_killed_run_are_told() -> None:
    """No checks: no claim. Killed: it says so."""
    assert "undetermined" in summary_markdown(a_run())
    assert "cut short" in summary_markdown(a_run([a_check()], header=a_header(planned=5), killed=True))
