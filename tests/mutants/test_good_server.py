"""The good server: started once, however many runs there are on it."""

from typing import Any, cast

import pytest

from milvus_tck.mutants.replay import good_server
from milvus_tck.mutants.replay.good_server import GoodServer
from milvus_tck.verdict.session.setup import RunSetup


class _Counted:
    """A target that counts how often it is brought up and taken down."""

    address = "127.0.0.1:1"

    def __init__(self) -> None:
        self.starts = self.stops = 0

    def start(self) -> None:
        """Count."""
        self.starts += 1

    def stop(self) -> None:
        """Count."""
        self.stops += 1

    def gone(self) -> bool:
        """It never dies."""
        return False


class _Setup:
    def __init__(self, target: _Counted) -> None:
        self.target = target


def test_a_server_is_started_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run is on the server of the first, which goes down at the end and not with a run."""

    def opened(setup: Any) -> Any:  # noqa: ANN401 - a setup of ours
        setup.target.start()
        return setup.target

    monkeypatch.setattr(good_server, "open_target", opened)
    first, second = _Counted(), _Counted()
    with GoodServer() as good:
        for target in (first, second):
            run: Any = good.opened(cast("RunSetup", _Setup(target)))
            assert run.address == first.address
            run.stop()
        assert (first.starts, first.stops, second.starts) == (1, 0, 0)
    assert (first.starts, first.stops, second.starts) == (1, 1, 0)


def test_nothing_is_started_for_nobody() -> None:
    """Where everything is known already, no server is started or stopped."""
    with GoodServer():
        pass
