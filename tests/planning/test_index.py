"""The index of the suites: read while nothing changed, made anew as soon as something did."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.planning import index
from milvus_tck.planning.choice import SuiteTest
from milvus_tck.planning.index import INDEX, digest, dump, load, suite_tests

_TESTS = (SuiteTest("a/test_a.py::test_it", (("insert/valid", ""), ("insert/nan", "float"))), SuiteTest("b::c", ()))


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of suites, fixtures and definitions, and a cache of its own."""
    for name in ("suites", "fixtures", "proto"):
        (tmp_path / name).mkdir()
    (tmp_path / "suites" / "test_a.py").write_text("one = 1\n", encoding="utf-8")
    monkeypatch.setattr(index, "data_dir", lambda name: tmp_path / name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


class _Pytest:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> tuple[SuiteTest, ...]:
        self.asked += 1
        return _TESTS


@pytest.mark.usefixtures("house")
def test_pytest_is_asked_once() -> None:
    """What was collected comes back as it was."""
    ask = _Pytest()
    assert [suite_tests(ask), suite_tests(ask)] == [_TESTS, _TESTS]
    assert ask.asked == 1


@pytest.mark.parametrize("name", ["suites/test_a.py", "suites/test_b.py", "fixtures/table.py", "proto/clauses.toml"])
def test_whatever_changes_it_is_asked_again(house: Path, name: str) -> None:
    """A test, what it stands on, or the definitions: each may change the marks of a test."""
    ask = _Pytest()
    suite_tests(ask)
    before = digest()
    (house / name).write_text("two = 2\n", encoding="utf-8")
    assert digest() != before
    suite_tests(ask)
    assert ask.asked == 2


def test_a_wheel_brings_its_index(house: Path) -> None:
    """The one that came along is taken while it is that of these files, and only then."""
    ask = _Pytest()
    (house / "suites" / INDEX).write_text(dump(_TESTS, digest()), encoding="utf-8")
    assert (suite_tests(ask), ask.asked) == (_TESTS, 0)
    (house / "suites" / "test_a.py").write_text("changed = 1\n", encoding="utf-8")
    assert (suite_tests(ask), ask.asked) == (_TESTS, 1)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"digest": "x", "tests": []}', '{"digest": "key", "tests": [1]}']
)
def test_an_index_that_is_none(text: str, tmp_path: Path) -> None:
    """What cannot be read, or belongs to other files, is as good as none."""
    path = tmp_path / "index.json"
    path.write_text(text, encoding="utf-8")
    assert load(path, "key") is None
    assert load(tmp_path / "missing.json", "key") is None


def test_a_cache_that_can_not_be_written(house: Path) -> None:
    """Then pytest is asked each time, and nothing else is lost."""
    (house / "cache").write_text("a file stands in its place", encoding="utf-8")
    ask = _Pytest()
    assert [suite_tests(ask), suite_tests(ask)] == [_TESTS, _TESTS]
    assert ask.asked == 2


@pytest.mark.usefixtures("house")
def test_old_ones_are_removed(house: Path) -> None:
    """A few are kept, for checkouts that take turns."""
    for number in range(12):
        (house / "suites" / "test_a.py").write_text(f"number = {number}\n", encoding="utf-8")
        suite_tests(_Pytest())
    assert len(list((house / "cache").rglob("*.json"))) == 8
