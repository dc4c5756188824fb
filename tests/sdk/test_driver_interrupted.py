"""Whoever interrupts while a driver is started finds nothing half done."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from milvus_tck.sdk.driver_process import DriverProcess
from milvus_tck.verdict.session.interrupts import Interrupts
from tests.robust.runs import eventually
from tests.sdk.drivers import script


@pytest.mark.parametrize("which", [1, 2], ids=["driver", "guard"])
def test_a_driver_whose_start_is_interrupted_leaves_nothing(
    which: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interruption is heard once the process and its guard are known, and both are ended then."""
    own = psutil.Process()
    before = set(own.children(recursive=True))
    begun: list[int] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *words: object, **more: object) -> None:
            super().__init__(*words, **more)  # type: ignore[call-overload]
            begun.append(self.pid)
            if len(begun) == which:
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("milvus_tck.sdk.driver_process.subprocess.Popen", Interrupted)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
            DriverProcess(script(tmp_path, ""), held=interrupts.held).start()
    finally:
        signal.signal(signal.SIGINT, handler)
    assert len(begun) == 2
    assert eventually(lambda: set(own.children(recursive=True)) <= before)
