"""`matrix.html` in a real browser, opened from the disk."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from milvus_tck.reporting.matrix_page import matrix_html
from milvus_tck.reporting.run_matrix import RunMatrix
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from tests.reporting.browser import Browser, chromium
from tests.reporting.builders import HOSTILE, a_check
from tests.reporting.test_run_matrix import a_column

_CLAUSES = 1_300
_STATES = [State.PASS, State.PASS, State.FAIL, State.BLOCKED, State.DEVIATION]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this file."""
    yield from chromium(tmp_path_factory.mktemp("profile"))


def some(place: int, number: int = _CLAUSES) -> list[CheckEvent]:
    """Make checks of many clauses, of which every fifth is a `should`; columns differ in every seventh."""
    return [
        a_check(
            f"family-{index % 12}/case-{index}",
            _STATES[(index + place * (index % 7 == 0)) % len(_STATES)],
            family=f"family-{index % 12}",
            rpc=f"Rpc{index % 40}",
            level="should" if index % 5 == 0 else "must",
            text=f"A request of kind {index} is answered as the profile demands, and leaves nothing on the server.",
        )
        for index in range(number)
    ]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of ten columns and 1300 promises."""
    return written(
        tmp_path_factory.mktemp("large"), RunMatrix([a_column(f"milvus@2.{each}", some(each)) for each in range(10)])
    )


def written(folder: Path, matrix: RunMatrix) -> Path:
    """Write a page."""
    path = folder / "matrix.html"
    path.write_text(matrix_html(matrix), encoding="utf-8")
    return path


def two(folder: Path, left: Sequence[CheckEvent], right: Sequence[CheckEvent]) -> Path:
    """Write a page of two columns."""
    return written(folder, RunMatrix([a_column("a", left), a_column("b", right)]))


def shown(browser: Browser) -> list[str]:
    """Return the promises that the filters let through."""
    script = (
        "return [...document.querySelector('#h-promises').closest('section').querySelectorAll('.block tbody tr')]"
        ".filter(row => row.checkVisibility()).map(row => row.querySelector('code').textContent)"
    )
    return list(browser.run(script))


def tip(browser: Browser) -> str:
    """Return what is told of the cell that is pointed at; empty where none is."""
    return browser.driver.find_element(By.ID, "tip").text


def test_ten_columns_are_below_a_megabyte_and_ask_for_nothing(browser: Browser, large: Path) -> None:
    """One file, no network, nothing to complain about, and no wider than the window."""
    assert large.stat().st_size < 1_000_000
    browser.show(large)
    assert browser.complaints() == []
    assert browser.requests() == []
    assert browser.run("return document.documentElement.scrollWidth") == 1280


def test_it_is_laid_out_in_pieces(browser: Browser, large: Path) -> None:
    """Blocks of rows that are out of view are left out by the browser."""
    browser.show(large)
    blocks = browser.driver.find_elements(By.CSS_SELECTOR, ".grid .block")
    rows = [len(each.find_elements(By.CSS_SELECTOR, "tbody tr")) for each in blocks[:3]]
    assert len(blocks) > _CLAUSES // 30
    assert max(rows) <= 30
    style = "return getComputedStyle(arguments[0]).contentVisibility"
    assert browser.run(style, blocks[0]) == "auto"


def test_names_of_rows_and_columns_stay_in_view(browser: Browser, large: Path) -> None:
    """Wherever one scrolls to, the head of the columns is at the top and the promise at the left."""
    browser.show(large)
    places = browser.run(
        """const grid = [...document.querySelectorAll('.grid')].pop();
        grid.scrollIntoView(); grid.scrollTop = 9000; grid.scrollLeft = 400;
        const box = grid.getBoundingClientRect(), head = grid.querySelector('.head').getBoundingClientRect();
        const below = (each) => each.getBoundingClientRect().bottom > head.bottom + 60;
        const block = [...grid.querySelectorAll('.block')].find(below);
        const name = block.querySelector('tbody tr:last-child th').getBoundingClientRect();
        const first = block.querySelector('tbody td').getBoundingClientRect();
        const title = grid.querySelectorAll('.head th')[1].getBoundingClientRect();
        return [head.top - box.top, name.left - box.left, first.left - title.left, name.width - 380]"""
    )
    assert [abs(each) <= 1.5 for each in places] == [True] * 4, places


@pytest.mark.parametrize(
    ("ticked", "words", "expected"),
    [
        ((), "", ["insert/valid", "z/broken", "z/same", "z/should"]),
        (("differences",), "", ["z/broken", "z/should"]),
        (("must",), "", ["insert/valid", "z/broken", "z/same"]),
        (("differences", "must"), "", ["z/broken"]),
        ((), "SAME", ["z/same"]),
        (("differences",), "same", []),
    ],
)
def test_filters(browser: Browser, tmp_path: Path, ticked: tuple[str, ...], words: str, expected: list[str]) -> None:
    """Only differences, only `must`, and words, together; the count says how many are left."""
    both = [a_check(), a_check("z/same")]
    left = [*both, a_check("z/broken"), a_check("z/should", level="should")]
    right = [*both, a_check("z/broken", State.FAIL), a_check("z/should", State.FAIL, level="should")]
    browser.show(two(tmp_path, left, right))
    for name in ticked:
        browser.driver.find_element(By.NAME, name).click()
    browser.driver.find_element(By.NAME, "text").send_keys(words)
    assert shown(browser) == expected
    assert browser.driver.find_element(By.CSS_SELECTOR, "output").text == f"{len(expected)} of 4 promises"
    assert browser.driver.find_element(By.ID, "nothing").is_displayed() is not bool(expected)


def test_the_keyboard_goes_from_cell_to_cell_and_is_told_the_signature(browser: Browser, tmp_path: Path) -> None:
    """Tab reaches the table, arrows its cells; each says state, count and signature; Escape hides that."""
    left = [a_check("a/one"), a_check("a/two", State.FAIL, signature="code:1!=2")]
    browser.show(two(tmp_path, left, [a_check("a/one", State.BLOCKED, signature="needs:b/b")]))
    grid = browser.driver.find_elements(By.CSS_SELECTOR, ".grid")[1]
    grid.send_keys(Keys.ARROW_DOWN)
    assert tip(browser) == "a/one on a: pass, 1 of 1 passed"
    for key, told in (
        (Keys.ARROW_RIGHT, "a/one on b: blocked, 0 of 1 passed: needs:b/b"),
        (Keys.ARROW_DOWN, "a/two on b: not asked for, or no promise of that profile"),
        (Keys.HOME, "a/two on a: fail, 0 of 1 passed: code:1!=2"),
    ):
        browser.driver.switch_to.active_element.send_keys(key)
        assert tip(browser) == told
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert tip(browser) == ""


def test_pointing_at_a_cell_tells_the_signature(browser: Browser, tmp_path: Path) -> None:
    """The same words as for the keyboard."""
    browser.show(two(tmp_path, [a_check("a/two", State.FAIL, signature="code:1!=2")], [a_check("a/two")]))
    cell = browser.driver.find_elements(By.CSS_SELECTOR, ".grid")[1].find_element(By.CSS_SELECTOR, ".block td")
    browser.run("arguments[0].dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))", cell)
    assert tip(browser) == "a/two on a: fail, 0 of 1 passed: code:1!=2"


def test_no_state_is_told_by_colour_alone(browser: Browser, tmp_path: Path) -> None:
    """Each kind of state has a mark of its own in its cell."""
    states = [State.PASS, State.FAIL, State.DEVIATION, State.BLOCKED]
    checks = [a_check(f"a/case-{place}", state) for place, state in enumerate(states)]
    browser.show(two(tmp_path, checks, []))
    cells = browser.driver.find_elements(By.CSS_SELECTOR, ".grid")[1].find_elements(By.CSS_SELECTOR, "td:nth-child(2)")
    assert [each.text.split()[0] for each in cells] == ["✓", "✗", "≈", "?"]
    other = browser.driver.find_elements(By.CSS_SELECTOR, ".grid")[1].find_element(By.CSS_SELECTOR, "td:nth-child(3)")
    assert other.text == "·"


def test_a_phone_scrolls_no_page_sideways(browser: Browser, large: Path) -> None:
    """At 375 px only the tables scroll sideways."""
    browser.show(large, 375, 812)
    assert browser.run("return document.documentElement.scrollWidth") == 375


def test_nothing_that_a_target_says_is_markup(browser: Browser, tmp_path: Path) -> None:
    """Names, sentences and signatures are shown as text."""
    check = a_check(state=State.FAIL, text=HOSTILE, signature=HOSTILE)
    browser.show(written(tmp_path, RunMatrix([a_column(HOSTILE, [check])])))
    assert browser.run("return window.harmed ?? null") is None
    assert browser.complaints() == []
    grid = browser.driver.find_elements(By.CSS_SELECTOR, ".grid")[1]
    grid.send_keys(Keys.ARROW_DOWN)
    assert "</script><script>window.harmed=1" in tip(browser)
