"""Recording: only what the tests themselves say goes to the good server."""

from collections.abc import Sequence
from typing import Any

import pytest

from milvus_tck.mutants.replay.recorder import record
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.open_target import open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.running_check import start
from milvus_tck.verdict.session.setup import RunSetup
from milvus_tck.wire import calls
from tests.verdict.builders import a_clause, a_job
from tests.verdict.servers import Mortal


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Mortal:
    """The target that the word `mortal` means."""
    found = Mortal()
    monkeypatch.setattr("milvus_tck.verdict.session.setup.resolve", lambda *_, **__: found)
    return found


def _asks(case: Case, _things: Sequence[Any]) -> None:
    """Call an RPC that is a witness of collections alone, in a test of another one."""
    case.ok(calls.has_collection(case.foreign_name()))


@pytest.fixture
def job() -> Job:
    """A test that creates nothing."""
    return a_job("asks", a_clause("show-collections/it", "ShowCollections"), body=_asks)


def test_witnesses_of_a_good_server_are_believed_untried(target: Mortal, job: Job) -> None:
    """No reference objects are made, which take longer than most tests; the tape holds what the test said."""
    _, take = record(CheckOptions("mortal", workers=1, timeout=5.0), [job], lambda _test: None)
    assert take.tests["asks"].rpcs == {"HasCollection"}
    assert target.world.names == set()
    assert target.gone()


def test_witnesses_of_any_other_server_are_tried(target: Mortal, job: Job) -> None:
    """In a check run, what the RPC tells is tried on collections that the run makes for that."""
    check = start(open_target(RunSetup(CheckOptions("mortal", workers=1, timeout=5.0))), [job], [], [], partial=True)
    assert [each.state for result in check.results() for each in result.judgements] != [State.BLOCKED]
    assert target.world.names
    check.finish()
    assert target.gone()
