"""What pytest makes of results that are there already: its protocol, item by item."""

from collections.abc import Iterator, Mapping

import pytest

from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.result_feed import ResultFeed

__all__ = ["RESULT", "as_they_end", "plain_report", "show", "walk"]

#: Where an item keeps what its test came to.
RESULT = pytest.StashKey[ExecutionResult]()


def walk(session: pytest.Session, ended: Iterator[pytest.Item], others: list[pytest.Item]) -> None:
    """Run pytest's protocol for each item; it has to know the next one before it begins."""
    before: pytest.Item | None = None
    for item in (*others, *ended) if others else ended:
        if before is not None:
            _protocol(session, before, item)
        before = item
    if before is not None:
        _protocol(session, before, None)


def as_they_end(feed: ResultFeed, ours: Mapping[str, pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the item of each test that has ended, with its result."""
    for result in feed:
        if result.test not in ours:
            continue
        item = ours[result.test]
        item.stash[RESULT] = result
        yield item


def plain_report(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """Tell what a test of ours came to as it is; `None` where pytest is to tell it.

    Pytest would filter a traceback first, only to leave it out.
    """
    if call.when == "collect" or RESULT not in item.stash or call.excinfo is None:
        return None
    if not isinstance(call.excinfo.value, pytest.fail.Exception):
        return None
    return pytest.TestReport(
        item.nodeid, item.location, dict.fromkeys(item.keywords, 1), "failed", str(call.excinfo.value), call.when,
        duration=call.duration, start=call.start, stop=call.stop, user_properties=item.user_properties,
    )  # fmt: skip


def _protocol(session: pytest.Session, item: pytest.Item, following: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)


def show(result: ExecutionResult) -> None:
    """Say in pytest's words what a test came to."""
    bad = [each for each in result.judgements if each.state.failed or each.state is State.HARNESS_ERROR]
    if bad:
        lines = [f"{each.check.id}: {each.contrast}" for each in bad]
        pytest.fail("\n".join(lines), pytrace=False)  # a traceback would show our loop, and costs more than the test
    open_ = [each for each in result.judgements if each.state is not State.PASS]
    if open_:
        pytest.skip(f"{open_[0].state}: {open_[0].actual or open_[0].signature}")
