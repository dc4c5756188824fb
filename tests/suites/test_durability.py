"""What is judged of a server that was killed, before servers that come back in one wrong way each."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from google.protobuf.message import Message
from milvus_tck.suites.durability import test_data, test_names

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.model.model import Model, modelled
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SHARED
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Stop
from milvus_tck.wire.descriptors import methods
from tests.verdict.builders import a_case, checks
from tests.verdict.servers import Scripted

_LINE = profile("2.3")
#: What takes something away, or gives it another name.
_TAKES = ("Drop", "Delete", "Release", "Alter", "Rename")


class _Killed:
    """The model as a server that can be killed; `back` says what is there when it comes back, given itself."""

    def __init__(self, back: Callable[["_Killed"], Model], *, returns: bool) -> None:
        self.returns = returns
        self.model, self.undying = Model(_LINE), Model(_LINE)
        self.kills: list[Model] = []
        self._back, self._lock = back, threading.Lock()

    def answer(self, rpc: str, request: Any) -> Message:  # noqa: ANN401 - of any RPC
        """Answer as the model does, and keep beside it what was ever made."""
        with self._lock:
            if not rpc.startswith(_TAKES):
                self.undying.apply(rpc, request)
            return self.model.apply(rpc, request)

    def lost(self, _exchange: object) -> bool:
        """Tell that it is there."""
        return False

    def revive(self) -> bool:
        """Come back with what it has."""
        with self._lock:
            self.kills.append(self.model.copy())
            self.model = self._back(self)
        return self.returns


def _tests() -> Iterable[tuple[Callable[..., None], list[str]]]:
    for module in (test_data, test_names):
        for name, test in vars(module).items():
            if name.startswith("test_"):
                yield test, [each for mark in test.pytestmark for each in mark.args]


def _failed(back: Callable[[_Killed], Model], *, returns: bool = True) -> set[str]:
    """Judge a server, and return the clauses, with their cases, that it breaks; all that are judged are known to be."""
    server, failed = _Killed(back, returns=returns), set[str]()
    lacking = {rpc: Reply(None, "UNIMPLEMENTED") for rpc in methods() if rpc not in modelled(_LINE)}
    first = a_case(Scripted(server.answer, lacking), clauses()["connect/after-kill"], line="2.3")
    first.run.guard = server
    first.run.patience = 0.1
    thing = SHARED["revived"].prepare(Case.of(first.run, "prepare_revived", ()))
    for test, names in _tests():
        own = [clauses()[name] for name in names]
        owed = [check for each in own for check in checks(each, line="2.3", cases=_cases(each.id, test))]
        tck, stopped = Case.of(first.run, test.__name__, owed), None
        try:
            test(tck, thing)
        except Stop as stop:
            stopped = stop
        failed |= {each.check.id.partition(":")[0] for each in tck.close(stopped) if each.state is State.FAIL}
    return failed


def _cases(name: str, test: Any) -> list[str]:  # noqa: ANN401 - a function with marks of pytest
    return [case for mark in test.pytestmark if name in mark.args for case in mark.kwargs.get("cases", ("",))]


def test_a_server_that_keeps_everything_breaks_nothing() -> None:
    """Whatever the model knows of."""
    assert _failed(lambda server: server.model) == set()


def test_a_server_that_keeps_nothing_is_found_out() -> None:
    """What was made is gone; what was taken away is, too."""
    failed = _failed(lambda _server: Model(_LINE))
    assert failed >= {
        "insert/after-kill.flushed", "insert/after-kill.unflushed",
        "upsert/after-kill", "create-collection/after-kill",
        "create-index/after-kill", "create-partition/after-kill", "create-alias/after-kill",
        "create-database/after-kill", "load-collection/after-kill", "rename-collection/after-kill",
    }  # fmt: skip
    assert not failed & {"drop-collection/after-kill", "drop-alias/after-kill", "connect/after-kill"}


def test_a_server_that_does_not_come_back_breaks_one_promise() -> None:
    """It is killed once, and nothing else is judged of it."""
    assert _failed(lambda server: server.model, returns=False) == {"connect/after-kill"}


def test_a_server_that_restores_an_older_copy_is_found_out() -> None:
    """What was written after it came back for the first time is gone, and what was deleted then is back."""
    failed = _failed(lambda server: server.kills[0].copy())
    assert failed == {
        "insert/after-kill.between-kills", "insert/after-kill.flush-under-way", "delete/after-kill.between-kills",
        "load-collection/after-kill-under-way", "create-index/after-kill-under-way",
    }  # fmt: skip


def test_a_server_to_which_everything_comes_back_is_found_out() -> None:
    """What was deleted, dropped, released, altered and renamed is as it was before that."""
    failed = _failed(lambda server: server.undying.copy())
    assert failed >= {
        "delete/after-kill.flushed", "delete/after-kill.unflushed", "delete/after-kill.between-kills",
        "drop-collection/after-kill", "drop-collection/after-kill-anew", "drop-partition/after-kill",
        "drop-index/after-kill", "drop-alias/after-kill", "drop-database/after-kill", "alter-alias/after-kill",
        "rename-collection/after-kill", "release-collection/after-kill",
    }  # fmt: skip
    assert not failed & {"connect/after-kill", "upsert/after-kill"}


@pytest.mark.parametrize("clause", [each for each in clauses() if each.endswith("/after-kill")])
def test_what_is_judged_after_a_kill_has_an_instance_of_its_own(clause: str) -> None:
    """Nobody else stands on a server that is killed."""
    found = clauses()[clause]
    assert found.revives
    assert found.needs == ()
