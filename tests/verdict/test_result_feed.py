"""Results are taken in as they come, however long whoever follows takes."""

import threading
from collections.abc import Iterator

import pytest

from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.scheduling.result_feed import ResultFeed


def _result(name: str) -> ExecutionResult:
    return ExecutionResult(name, ())


def test_all_are_taken_before_anybody_follows() -> None:
    """The run does not wait for whoever walks over its results, who gets them all, in their order."""
    taken: list[str] = []
    last = threading.Event()

    def take(result: ExecutionResult) -> bool:
        taken.append(result.test)
        if result.test == "c":
            last.set()
        return True

    feed = ResultFeed([_result(name) for name in "abc"], take)
    assert last.wait(10)
    assert taken == ["a", "b", "c"]
    assert [each.test for each in feed] == ["a", "b", "c"]
    feed.join()


def test_what_can_not_be_taken_ends_the_feed() -> None:
    """A result that could not be noted is not followed, nor is any after it."""
    feed = ResultFeed([_result(name) for name in "abc"], lambda result: result.test == "a")
    assert [each.test for each in feed] == ["a"]


def test_an_error_reaches_whoever_follows() -> None:
    """What asking for results raised is raised where they are followed."""

    def results() -> Iterator[ExecutionResult]:
        yield _result("a")
        message = "circle"
        raise RuntimeError(message)

    feed = ResultFeed(results(), lambda _: True)
    with pytest.raises(RuntimeError, match="circle"):
        list(feed)


def test_nothing_is_taken_after_the_end() -> None:
    """Who ends the feed gets nothing that comes later, and knows that when `join` returns."""
    taken: list[str] = []
    first, go_on = threading.Event(), threading.Event()

    def results() -> Iterator[ExecutionResult]:
        yield _result("a")
        first.set()
        go_on.wait(10)
        yield _result("b")

    def take(result: ExecutionResult) -> bool:
        taken.append(result.test)
        return True

    feed = ResultFeed(results(), take)
    assert first.wait(10)
    feed.end()
    go_on.set()
    feed.join()
    assert taken == ["a"]
