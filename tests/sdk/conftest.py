"""A server for SDKs, and a run of one that tells what became of each case."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from milvus_tck.sdk.driver_process import DriverProcess
from milvus_tck.sdk.sdk_run import SdkRun, chosen
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header

Judged = Callable[[Sequence[str], Sequence[str]], list[CheckEvent]]
#: Seconds that an operation may take: those of the model take milliseconds.
WINDOW = 3.0


class _Log:
    """Keeps events."""

    def __init__(self) -> None:
        self.checks: list[CheckEvent] = []

    def write(self, event: Header | CheckEvent | Footer) -> None:
        if isinstance(event, CheckEvent):
            self.checks.append(event)


@pytest.fixture(scope="module")
def model() -> Iterator[Target]:
    """The model, served."""
    server = resolve("model")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def judged(model: Target) -> Judged:
    """Judge a driver by cases, named as `--select` names them."""

    def judge(command: Sequence[str], patterns: Sequence[str]) -> list[CheckEvent]:
        log = _Log()
        with DriverProcess(command) as driver:
            SdkRun(driver, model, ("milvus-tck", "sdk"), [log], window=WINDOW)(chosen(patterns))
        return log.checks

    return judge
