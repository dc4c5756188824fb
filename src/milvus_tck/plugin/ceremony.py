"""What pytest makes of results that are there already: its protocol, item by item."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from milvus_tck.verdict.execute import Result
from milvus_tck.verdict.feed import Feed
from milvus_tck.verdict.states import State

__all__ = ["RESULT", "as_they_end", "show", "walk"]

#: Where an item keeps what its test came to.
RESULT = pytest.StashKey[Result]()


def walk(session: pytest.Session, ended: Iterator[pytest.Item], others: list[pytest.Item]) -> None:
    """Run pytest's protocol for each item; it has to know the next one before it begins."""
    before: pytest.Item | None = None
    for item in (*others, *ended) if others else ended:
        if before is not None:
            _protocol(session, before, item)
        before = item
    if before is not None:
        _protocol(session, before, None)


def as_they_end(feed: Feed, ours: Mapping[str, pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the item of each test that has ended, with its result."""
    for result in feed:
        if result.test not in ours:
            continue
        item = ours[result.test]
        item.stash[RESULT] = result
        _speak_plainly(item)
        yield item


def _speak_plainly(item: pytest.Item) -> None:
    """Let what a test came to be told as it is: pytest would filter a traceback first, only to leave it out."""
    usual = item.repr_failure

    def plain(excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - as in pytest
        return str(excinfo.value) if isinstance(excinfo.value, pytest.fail.Exception) else usual(excinfo, style)

    item.repr_failure = plain  # type: ignore[method-assign] # items are made by pytest, of a class of its own


def _protocol(session: pytest.Session, item: pytest.Item, following: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)


def show(result: Result) -> None:
    """Say in pytest's words what a test came to."""
    bad = [each for each in result.judgements if each.state.failed or each.state is State.HARNESS_ERROR]
    if bad:
        lines = [f"{each.check.id}: {each.contrast}" for each in bad]
        pytest.fail("\n".join(lines), pytrace=False)  # a traceback would show our loop, and costs more than the test
    open_ = [each for each in result.judgements if each.state is not State.PASS]
    if open_:
        pytest.skip(f"{open_[0].state}: {open_[0].actual or open_[0].signature}")
