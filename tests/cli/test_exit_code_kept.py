"""Nothing that arrives while a process ends changes the exit code that it came to."""

import subprocess
import sys
from pathlib import Path

import pytest

from milvus_tck.verdict.model.states import Exit

#: A verb that ends well, and what still goes on then: each signals its own process at another moment of the end.
_PRESSES = {
    "while an error is told": """
def verb(*_, **__):
    raise click.UsageError("odd")
def told(*_, **__):
    press()
main.complain = told
""",
    "while a thread is waited for": """
def wait():
    main_thread().join()
    while True:
        signal.pthread_kill(main_thread().ident, number)
        time.sleep(0.1)
def verb(*_, **__):
    Thread(target=wait).start()
    return 4
""",
    "after the threads": """
atexit.register(press)
def verb(*_, **__):
    return 4
""",
    "as the modules go": """
class Late:
    def __init__(self):
        self.press = press
    def __del__(self):
        self.press()
kept = Late()
def verb(*_, **__):
    return 4
""",
}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("moment", _PRESSES)
def test_a_signal_at_the_end(moment: str, name: str, tmp_path: Path) -> None:
    """What was begun to be told is told in good order, and what was told stands."""
    text = (
        "import atexit, click, signal, time",
        "from functools import partial",
        "from threading import Thread, main_thread",
        f"number = signal.{name}",
        "press = partial(signal.raise_signal, number)",
        "from milvus_tck.cli import main",
        _PRESSES[moment],
        "main.cli.main = verb",
        "main.main()",
    )
    (tmp_path / "ended.py").write_text("\n".join(text), encoding="utf-8")
    command = [sys.executable, "-m", "ended"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=50)
    expected = Exit.INTERRUPTED if moment == "while an error is told" else Exit.NOTHING_RAN
    assert done.returncode == expected, done.stderr
    assert "Traceback" not in done.stderr
