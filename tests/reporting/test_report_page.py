"""`report.html` in a real browser, opened from the disk.

These tests need Chromium and chromedriver; without them they fail, unless
MILVUS_TCK_NO_BROWSER is set.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.baseline import Entry
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import State
from tests.reporting.browser import Browser, chromium
from tests.reporting.builders import (
    HOSTILE,
    a_check,
    a_failure,
    a_footer,
    a_header,
    a_run,
    an_exchange,
    many_failures,
)

_SECONDS = 20


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this file."""
    yield from chromium(tmp_path_factory.mktemp("profile"))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with everything on its first screen: six causes, a baseline, incidents, unverified checks."""
    return written(tmp_path, a_busy_run())


def written(folder: Path, run: JudgedRun) -> Path:
    """Write the page of a run."""
    path = folder / "report.html"
    path.write_text(report_html(run), encoding="utf-8")
    return path


def a_busy_run() -> JudgedRun:
    """Make a run with a good deal of everything."""
    text = "A request that names a database which does not exist is refused, and leaves no trace on the server."
    failures = [
        a_failure(f"search/cause-{index}", signature=f"code:{index}!=800", text=text, rpc="Search")
        for index in range(6)
    ]
    known = a_failure("insert/known", signature="legacy:0!=1", level=Level.SHOULD.value)
    blocked = [a_check(f"load/{index}", State.BLOCKED, blocked_by="search/cause-0") for index in range(7)]
    checks = [a_check(), *failures, known, *blocked, a_check("insert/seen", level=Level.OBSERVED.value)]
    baseline = Comparison([known], failures, [Entry("insert/valid:holds@grpc", "s", "r")], [])
    footer = a_footer(checks, incidents=["the target died"], leftovers=["tck_abc123_rows"])
    return a_run(checks, header=a_header(planned=len(checks)), footer=footer, baseline=baseline)


def bottom_of(browser: Browser, selector: str) -> float:
    """Return how far down an element reaches, in pixels from the top of the page."""
    script = "const box = document.querySelector(arguments[0]).getBoundingClientRect(); return box.bottom + scrollY;"
    return float(browser.run(script, selector))


def shown_rows(browser: Browser) -> list[str]:
    """Return the clauses in the table that the filter lets through."""
    script = "return [...document.querySelectorAll('.clauses tbody tr')].filter(row => row.checkVisibility())"
    return list(browser.run(f"{script}.map(row => row.querySelector('code').textContent)"))


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_screen_holds_all_that_decides(browser: Browser, page: Path, dark: bool) -> None:  # noqa: FBT001 - a parameter
    """Verdict, identity, bars, five causes, baseline and trust: 1280 x 800, without scrolling."""
    browser.show(page, dark=dark)
    for part in (".verdict", ".identity", ".levels", ".causes li:nth-child(5)", ".baseline", ".trust"):
        assert bottom_of(browser, part) <= 800, part
    verdict = browser.driver.find_element(By.TAG_NAME, "h1").text
    assert verdict.startswith(
        "NOT conformant — 6 of 7 judged must checks fail; 7 of 14 could not be judged, "
        "because search/cause-0:code@grpc fails (code 1100, error_code 1: no such field)."
    )


def test_nothing_is_wider_than_a_phone(browser: Browser, page: Path) -> None:
    """At 375 px the page does not scroll sideways, with everything opened."""
    browser.show(page, 375, 812)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; });")
    wait_for_exchanges(browser, len(browser.driver.find_elements(By.CSS_SELECTOR, "details.exchanges")))
    assert browser.run("return document.documentElement.scrollWidth") == 375


def wait_for_exchanges(browser: Browser, number: int) -> None:
    """Wait until that many lists of exchanges are there."""
    filled = ".exchange-list .exchange:last-child"
    WebDriverWait(browser.driver, _SECONDS).until(
        lambda driver: len(driver.find_elements(By.CSS_SELECTOR, filled)) >= number
    )


def test_an_exchange_opens_and_shows_request_and_response(browser: Browser, page: Path) -> None:
    """From a root cause to its proof in two clicks: RPC, gRPC code, request and response as JSON."""
    browser.show(page)
    browser.driver.find_element(By.CSS_SELECTOR, ".causes li a").click()
    summary = browser.driver.find_element(By.CSS_SELECTOR, "details.clause[open] details.exchanges summary")
    WebDriverWait(browser.driver, _SECONDS).until(lambda _: summary.is_displayed())
    summary.click()
    wait_for_exchanges(browser, 1)
    box = browser.driver.find_element(By.CSS_SELECTOR, ".exchange")
    request, response = (each.text for each in box.find_elements(By.CSS_SELECTOR, "pre"))
    assert "Insert" in box.text
    assert "gRPC OK, code 1100, UnexpectedError" in box.text
    assert '"collection_name": "tck_abc123_rows_1"' in request
    assert '"reason": "no such field"' in response


def test_the_exchange_that_decided_is_open_and_says_so(browser: Browser, tmp_path: Path) -> None:
    """It need not be the last one; members that differ stand in the card, each by its name."""
    differences = [Difference("insert_cnt", "3", "0")]
    exchanges = [an_exchange(), an_exchange(rpc="HasCollection"), an_exchange(rpc="Query")]
    check = a_failure(aspect="holds", differences=differences, exchanges=exchanges, deciding=1)
    browser.show(written(tmp_path, a_run([check])))
    facts = browser.driver.find_element(By.CSS_SELECTOR, ".check .facts").text
    assert "insert_cnt" in facts
    assert "expected 3, got 0" in facts
    assert "HasCollection, answered code 1100" in facts
    browser.driver.find_element(By.CSS_SELECTOR, ".check details.exchanges summary").click()
    wait_for_exchanges(browser, 1)
    (opened,) = browser.driver.find_elements(By.CSS_SELECTOR, ".exchange[open]")
    assert opened.find_element(By.CSS_SELECTOR, "summary").text.split("\n")[:3] == ["2", "HasCollection", "decided"]


def test_the_filter_finds_by_text_state_level_and_rpc(browser: Browser, page: Path) -> None:
    """Words, state, level and RPC narrow the table, together; clearing brings all of it back."""
    browser.show(page)
    everything = shown_rows(browser)
    text = browser.driver.find_element(By.NAME, "text")
    text.send_keys("CAUSE-3 database")
    assert shown_rows(browser) == ["search/cause-3"]
    assert browser.run("return document.querySelector('#h-clauses output').textContent") == "1 of 16 rows"
    browser.driver.find_element(By.CSS_SELECTOR, "#filter button").click()
    WebDriverWait(browser.driver, _SECONDS).until(lambda _: shown_rows(browser) == everything)
    Select(browser.driver.find_element(By.NAME, "state")).select_by_visible_text("blocked")
    assert set(shown_rows(browser)) == {f"load/{index}" for index in range(7)}
    Select(browser.driver.find_element(By.NAME, "rpc")).select_by_visible_text("Search")
    assert shown_rows(browser) == []
    assert browser.driver.find_element(By.ID, "nothing").is_displayed()


def laid_out(browser: Browser, selector: str) -> int:
    """Count the elements that the browser lays out now: not those in folded groups, nor far out of view."""
    each = "each => each.checkVisibility({contentVisibilityAuto: true})"
    return int(browser.run(f"return [...document.querySelectorAll(arguments[0])].filter({each}).length", selector))


def a_large_run() -> JudgedRun:
    """Make a run of 5,000 clauses, 1,200 of which fail."""
    return a_run([*many_failures(1200), *(a_check(f"insert/good-{number}") for number in range(3800))])


_ROWS, _CARDS = ".clauses tbody tr", "details.clause summary"


def test_a_large_run_lays_out_what_is_in_view(browser: Browser, tmp_path: Path) -> None:
    """Of 5,000 rows and 300 cards a few are laid out at a time, wherever a reader scrolls to; all are there."""
    browser.show(written(tmp_path, a_large_run()))
    assert browser.run("return document.querySelectorAll(arguments[0]).length", _ROWS) == 5000
    assert laid_out(browser, _ROWS) == 0
    for part in ("#h-failures", "#h-clauses", ".group:last-of-type"):
        browser.run("document.querySelector(arguments[0]).scrollIntoView(); return scrollY;", part)
        wait_for_frames(browser)
        assert laid_out(browser, _ROWS) <= 200
        assert laid_out(browser, _CARDS) <= 60
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = each.matches('.group'); });")
    browser.run("document.querySelectorAll('.block')[100].scrollIntoView();")
    WebDriverWait(browser.driver, _SECONDS).until(lambda _: 0 < laid_out(browser, _ROWS) <= 200)


def wait_for_frames(browser: Browser) -> None:
    """Wait until the browser has drawn what it was scrolled to."""
    script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));"
    browser.driver.execute_async_script(script)


def test_what_passes_is_folded_in_a_large_run(browser: Browser, tmp_path: Path) -> None:
    """What failed is unfolded, what passed is not, until the filter finds something there; then it is again."""
    browser.show(written(tmp_path, a_large_run()))
    unfolded = "return [...document.querySelectorAll('details.group')].map(each => each.open)"
    assert browser.run(unfolded) == [True, False]
    text = browser.driver.find_element(By.NAME, "text")
    text.send_keys("good-3799")
    assert shown_rows(browser) == ["insert/good-3799"]
    assert browser.run("return [...document.querySelectorAll('.group small')].map(each => each.textContent)") == [
        "0 of 1200 rows",
        "1 of 3800 rows",
    ]
    browser.driver.find_element(By.CSS_SELECTOR, "#filter button").click()
    WebDriverWait(browser.driver, _SECONDS).until(lambda _: browser.run(unfolded) == [True, False])
    assert browser.run("return document.querySelector('#h-clauses output').textContent") == "5000 rows"


def test_a_cell_of_the_matrix_shows_its_clauses(browser: Browser, page: Path) -> None:
    """RPC x level leads to the clauses behind a number."""
    browser.show(page)
    browser.run("document.querySelector('.matrix a[data-rpc=Insert][data-level=should]').click()")
    WebDriverWait(browser.driver, _SECONDS).until(lambda _: shown_rows(browser) == ["insert/known"])


def test_a_command_can_be_copied(browser: Browser, page: Path) -> None:
    """Each command has a button that copies it, and says so."""
    browser.show(page)
    browser.driver.find_element(By.CSS_SELECTOR, ".identity .copy").click()
    button = browser.driver.find_element(By.CSS_SELECTOR, ".identity .copy")
    WebDriverWait(browser.driver, _SECONDS).until(lambda _: button.text in {"Copied", "Failed"})
    assert button.text == "Copied"


def test_a_failure_beyond_the_cards_opens_in_the_table(browser: Browser, tmp_path: Path) -> None:
    """With very many failures, the later ones still show contrast, command and exchange."""
    browser.show(written(tmp_path, a_run(many_failures(400))))
    browser.run("const all = document.querySelectorAll('.clauses details.exchanges'); all[all.length - 1].open = true;")
    wait_for_exchanges(browser, 1)
    shown = browser.driver.find_element(By.CSS_SELECTOR, ".clauses .exchange-list").text
    assert "with the legacy error_code that the profile maps it to" in shown
    assert "milvus-tck repro tck-out/latest insert/case-" in shown


def test_all_failures_can_be_opened_at_once(browser: Browser, page: Path) -> None:
    """Who searches in the page or prints it opens every failure with one click, and closes them again."""
    browser.show(page)
    button = browser.driver.find_element(By.CSS_SELECTOR, "#h-failures button")
    for number in (7, 0):
        button.click()
        assert len(browser.driver.find_elements(By.CSS_SELECTOR, "details.clause[open]")) == number


def test_the_page_is_quiet(browser: Browser, page: Path) -> None:
    """No error in the console, and not one request: the page works from a disk, without a network."""
    browser.show(page)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; });")
    wait_for_exchanges(browser, 7)
    assert browser.complaints() == []
    assert browser.requests() == []


def test_a_hostile_target_can_not_run_anything(browser: Browser, tmp_path: Path) -> None:
    """What a target says is shown as text, in the page and in the exchanges that it unpacks."""
    exchange = an_exchange(rpc=HOSTILE, details=HOSTILE, request={HOSTILE: HOSTILE}, response={"reason": HOSTILE})
    failure = a_failure(HOSTILE, text=HOSTILE, actual=HOSTILE, rpc=HOSTILE, exchanges=[exchange], shared=[HOSTILE])
    footer = a_footer(incidents=[HOSTILE], preparations={HOSTILE: [exchange]})
    browser.show(written(tmp_path, a_run([failure], footer=footer)), 375, 812)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; });")
    wait_for_exchanges(browser, 1)
    assert browser.run("return window.harmed") is None
    assert browser.driver.find_elements(By.TAG_NAME, "img") == []
    assert "</script>" in browser.run("return document.querySelector('.exchange-list pre').textContent")
    assert browser.run("return document.documentElement.scrollWidth") == 375
    assert browser.complaints() == []
    assert browser.requests() == []


_CONTRAST = """
const luminance = ([r, g, b]) => [r, g, b].map(value => value / 255)
  .map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
const numbers = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
const behind = element => {
  for (let each = element; each; each = each.parentElement) {
    const found = numbers(getComputedStyle(each).backgroundColor);
    if (found.length === 3 || found[3] === 1) return found;
  }
  return [255, 255, 255];
};
const texts = [...document.querySelectorAll('body *')].filter(each => each.offsetHeight
  && [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
return [...new Set(texts.map(each => {
  const pair = [luminance(numbers(getComputedStyle(each).color)), luminance(behind(each))].sort((a, b) => b - a);
  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
  return ratio < 4.5 ? `${each.tagName}.${each.className}: ${ratio.toFixed(2)}` : '';
}))].filter(Boolean);
"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read(browser: Browser, page: Path, dark: bool) -> None:  # noqa: FBT001 - a parameter
    """WCAG AA: each text stands out from its ground by 4.5 to 1, by day and by night."""
    browser.show(page, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; });")
    wait_for_exchanges(browser, 7)
    assert browser.run(_CONTRAST) == []
