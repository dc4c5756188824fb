"""Whole load runs for tests: the command line in a process of its own, on real servers and through the proxy."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SMALL", "Ended", "command", "load", "scenario"]

_SECONDS = 200.0

#: Search and insert for some seconds: enough for the figures that the tests look at.
SMALL = """
text = "A small run."
objectives = {objectives}
[data]
rows = 2_048
dim = 32
[[phase]]
name = "steady"
seconds = {seconds}
[[phase.op]]
op = "search"
rate = 60
[[phase.op]]
op = "insert"
rate = 20
batch = 5
"""


@dataclass(frozen=True)
class Ended:
    """A run that came to its end."""

    code: int
    summary: dict[str, Any]
    folder: Path
    said: str

    @property
    def verdict(self) -> str:
        """What it came to."""
        found: str = self.summary["verdict"]
        return found


def scenario(folder: Path, *objectives: str, seconds: float = 6, text: str = SMALL) -> Path:
    """Write a scenario."""
    path = folder / "small.toml"
    path.write_text(text.format(objectives=json.dumps(list(objectives)), seconds=seconds), encoding="utf-8")
    return path


def command(target: str, folder: Path, *options: str) -> list[str]:
    """Return the command of a run."""
    return [sys.executable, "-m", "milvus_tck.cli.main", "load", target, "--seed", "7", "--out", str(folder), *options]


def load(target: str, folder: Path, *options: str) -> Ended:
    """Run `milvus-tck load` to its end."""
    done = subprocess.run(
        command(target, folder, *options), capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    path = folder / "summary.json"
    assert path.is_file(), done.stdout + done.stderr
    return Ended(done.returncode, json.loads(path.read_text(encoding="utf-8")), folder, done.stdout + done.stderr)
