"""`report.html`, as a text: what a browser has to say about it is in test_report_page."""

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.spec.clauses import Level
from milvus_tck.targets.base import Declared
from milvus_tck.targets.profile_choice import Identity, choose_profile
from milvus_tck.verdict.baseline.baseline import Entry
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import JudgedTarget
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_footer, a_header, a_run, many_failures

_LIMIT = 2_000_000
_VOID = {"col", "meta", "link", "input", "br", "rect"}


class Page(HTMLParser):
    """Reads a page: its text, its elements, its ids, and whether every element is closed."""

    def __init__(self, run: JudgedRun) -> None:
        super().__init__()
        self.source = report_html(run)
        self.words: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element and keep its attributes."""
        self.tags[tag] += 1
        self.attributes.extend((tag, name, value or "") for name, value in attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element: it has to be the innermost."""
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element that is closed at once."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Keep text that a reader sees."""
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        return " ".join(" ".join(self.words).split())

    @property
    def lost_links(self) -> set[str]:
        """Inner links that lead nowhere."""
        return {link[1:] for link in self.values("href") if link.startswith("#")} - set(self.values("id"))

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute."""
        return [value for _, key, value in self.attributes if key == name]


def test_the_page_says_what_the_sentence_says() -> None:
    """The heading is the verdict sentence, whole."""
    run = a_run([a_check(), a_failure(), a_check("c", State.BLOCKED)])
    page = Page(run)
    assert run.sentence.subject in page.text
    assert "NOT conformant — 1 of 2 judged must checks fails; 1 of 3 could not be judged." in page.text.replace(
        "conformant  —", "conformant —"
    )
    assert page.tags["h1"] == 1


def test_every_element_is_closed_and_every_id_is_there_once() -> None:
    """The page is well-formed, and each inner link leads somewhere."""
    page = Page(a_run([a_check(), a_failure(), a_failure("other/one", signature="accepted")]))
    assert page.open == []
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert page.lost_links == set()


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (a_run([a_check()]), "good"),
        (a_run([a_check(), a_failure()]), "bad"),
        (a_run([a_check(), a_check("b", State.UNSUPPORTED)]), "open"),
        (a_run([a_check()], killed=True), "open"),
        (a_run(), "open"),
    ],
)
def test_the_page_has_the_tone_of_the_verdict(run: JudgedRun, expected: str) -> None:
    """Never green with unverified musts."""
    assert Page(run).values("data-tone") == [expected]


def test_the_identity_of_the_run_is_told() -> None:
    """Target, address, profile and why, suite, date, seed, command: enough to run it again."""
    text = Page(a_run([a_check()])).text
    told = ("milvus@2.3.5", "127.0.0.1:19530", "Milvus 2.3", "GetVersion says v2.3.5", "2026.11.0", "40.0 s", "42")
    assert [word for word in told if word not in text] == []
    assert "2026-11-21 04:32:14 UTC" in text
    assert "milvus-tck check milvus@2.3.5" in text


@pytest.mark.parametrize(
    ("identity", "release", "told"),
    [
        (Identity("v2.6.20-gpu"), "2.6.20", ("Milvus 2.6.20", "1 deviates as Milvus 2.6.20 does")),
        (Identity("3.0-beta"), "3.0.0-beta", ("Milvus 3.0.0-beta", "1 deviates as Milvus 3.0.0-beta does")),
        (Identity("2.6.0-rc1"), "2.6.0-rc1", ("Milvus 2.6.0-rc1", "1 deviates as Milvus 2.6.0-rc1 does")),
        (
            Identity("2.6"),
            "2.6",
            ("2.6, which names no release of 2.6", "nobody knows which release of 2.6 it is like"),
        ),
        (
            Identity("v2.6.18-35-g91f1ca617e"),
            "2.6",
            (
                "which names no release of 2.6",
                "1 deviates as releases of Milvus 2.6 do",
                "what any of them answers is right",
            ),
        ),
        (
            Identity("2.6.20", "2.6.18"),
            "2.6.20",
            (
                "Milvus 2.6.20",
                "GetVersion says 2.6.20, and Connect says 2.6.18: one of them is wrong; it is held to 2.6.20",
            ),
        ),
    ],
)
def test_the_release_that_it_is_held_to_is_told(identity: Identity, release: str, told: tuple[str, ...]) -> None:
    """Which release, by whose words, and what it means where nobody knows it or two are named."""
    held, why = choose_profile("auto", identity, Declared())
    assert held.release == release
    target = replace(a_header().target, version=identity.version, identity=identity.as_dict())
    header = a_header(profile=held.name, release=held.release, profile_reason=why, target=target)
    run = a_run([a_check(), a_failure(state=State.DEVIATION)], header=header)
    text = Page(run).text
    assert [words for words in told if words not in text] == []


def test_bars_are_told_in_words_too() -> None:
    """Whoever does not see the bar reads its counts."""
    page = Page(a_run([a_check(), a_failure(), a_check("c", State.BLOCKED, level=Level.SHOULD.value)]))
    assert "must: 1 pass, 1 fail, 0 not verified" in page.values("aria-label")
    assert "should: 0 pass, 0 fail, 1 not verified" in page.values("aria-label")
    assert page.values("class").count("hatch") == 1


def test_a_failure_shows_its_promise_contrast_signature_and_repro() -> None:
    """Each failing clause: sentence, expected, actual, exchange and the command."""
    page = Page(a_run([a_failure()]))
    shown = ("The promise of insert/unknown-field.", "code 1100, error_code 1: no such field", "code:1100!=1")
    assert [text for text in shown if text not in page.text] == []
    assert "milvus-tck repro tck-out/latest insert/unknown-field:code@grpc" in page.text
    assert page.values("data-key") == ["0"]


def test_what_is_not_verified_is_told_with_its_reason() -> None:
    """A promise that was not looked at stands beside those that were."""
    text = Page(a_run([a_check(), a_check("b", State.BLOCKED, blocked_by="load/valid")])).text
    assert "needs load/valid, which does not hold" in text
    assert "None of them counts as a pass." in text


def test_the_baseline_stands_on_the_first_screen() -> None:
    """Unexpected, known, stale, unmatched."""
    known, fresh = a_failure("insert/known"), a_failure("insert/fresh", signature="accepted")
    comparison = Comparison([known], [fresh], [Entry("insert/gone:x@grpc", "s", "r")], [])
    text = Page(a_run([known, fresh], baseline=comparison)).text
    assert "1 unexpected 1 known 1 stale 0 expired 0 unmatched" in text
    assert "insert/gone:x@grpc passes now" in text


def test_the_trust_box_tells_what_speaks_against_the_run() -> None:
    """Harness errors, incidents, leftovers, an unreliable witness, and what it cost."""
    checks = [a_check(), a_check("b", State.HARNESS_ERROR, actual="KeyError: 'x'")]
    footer = a_footer(checks, incidents=["the target died"], leftovers=["tck_abc123_rows"])
    header = a_header(target=replace(a_header().target, reliable=False))
    text = Page(a_run(checks, header=header, footer=footer)).text
    for told in (
        "Harness errors ! 1",
        "Incidents ! 1",
        "Leftovers ! 1",
        "unreliable",
        "8.0 s (20 %)",
        "the target died",
    ):
        assert told in text
    assert "KeyError: 'x'" in text


def test_a_should_that_fails_does_not_look_like_a_must() -> None:
    """A clause with checks of two levels has a row for each."""
    checks = [a_check("insert/x", aspect="fails"), a_failure("insert/x", aspect="reason", level=Level.SHOULD.value)]
    text = Page(a_run(checks)).text
    assert "fail insert/x The promise of insert/x. Insert should 0/1" in text
    assert "pass insert/x The promise of insert/x. Insert must 1/1" in text


def test_a_killed_run_says_what_it_did_not_come_to() -> None:
    """Checks that no event tells of are hatched, not left out."""
    text = Page(a_run([a_check()], header=a_header(planned=480), killed=True)).text
    assert "never judged 479 checks" in text
    assert "unknown: killed" in text


def test_a_hostile_target_gets_no_element_into_the_page() -> None:
    """Whatever a target says is text: no element, no attribute, no address of its own."""
    names = {"rpc": HOSTILE, "text": HOSTILE, "expected": HOSTILE, "signature": HOSTILE, "family": HOSTILE}
    failure = a_failure(HOSTILE, State.FAIL, actual=HOSTILE + "x" * 1_000_000, test=HOSTILE, **names)
    blocked = a_check("b", State.BLOCKED, blocked_by=HOSTILE)
    target = JudgedTarget(HOSTILE, HOSTILE, HOSTILE, {HOSTILE: HOSTILE})
    header = a_header(
        target=target, command=[HOSTILE], profile=HOSTILE, started=HOSTILE, environment={HOSTILE: HOSTILE}
    )
    footer = a_footer(incidents=[HOSTILE], leftovers=[HOSTILE])
    page = Page(a_run([failure, blocked], header=header, footer=footer))
    tame = Page(
        a_run(
            [a_failure(), a_check("b", State.BLOCKED, blocked_by="c")],
            footer=a_footer(incidents=["i"], leftovers=["l"]),
        )
    )
    assert page.tags["script"] == tame.tags["script"]
    assert page.tags["img"] == 0
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []
    assert all(link.startswith(("#", "data:image/svg+xml,")) for link in page.values("href"))
    assert page.source.encode("utf-8")
    assert len(page.source) < 100_000


def test_the_page_carries_nothing_from_elsewhere() -> None:
    """One file: no source, no stylesheet, no import from anywhere, and a policy that forbids it."""
    page = Page(a_run([a_failure()]))
    assert page.values("src") == []
    assert "@import" not in page.source
    assert "default-src 'none'" in " ".join(page.values("content"))


def test_two_thousand_failures_fit() -> None:
    """Below 2 MB, with every failing clause, and a word on exchanges that were left out."""
    failures = many_failures(2000)
    page = Page(a_run(failures))
    assert len(page.source.encode()) < _LIMIT
    assert len({code for code in page.text.split() if code.startswith("insert/case-") and ":" not in code}) == 2000
    assert page.lost_links == set()
    shown = len(page.values("data-key"))
    assert shown == 2000 or f"{2000 - shown} checks did not fit" in page.text


def test_two_thousand_failures_with_long_texts_fit() -> None:
    """Long texts make room for each other instead of pushing the page over its size."""
    failures = [a_failure(f"insert/{index}", actual=f"{index} " * 2000, expected="e " * 2000) for index in range(2000)]
    assert len(report_html(a_run(failures)).encode()) < _LIMIT


def test_an_empty_run_makes_a_page() -> None:
    """Nothing ran: the page says so."""
    text = Page(a_run()).text
    assert "no must check was judged" in text
    assert "No check was judged." in text
