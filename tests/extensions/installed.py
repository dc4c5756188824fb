"""Running milvus-tck and pytest where an extension is installed, or lies in folders."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ACME", "Done", "Installed", "run"]

#: The sources of the example.
ACME = Path(__file__).parent / "acme"
_SECONDS = 240


@dataclass(frozen=True)
class Done:
    """What a process came to."""

    code: int
    out: str
    err: str


def run(work: Path, *words: object, module: str = "milvus_tck.cli.main", **environment: str) -> Done:
    """Run a module in a process of its own, in `work`."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHONPATH"))}
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)],
        cwd=work,
        env={**own, "MILVUS_TCK_STATE": str(work / "state"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Installed:
    """A folder with an installed package, and one to work in."""

    folder: Path
    work: Path

    def run(self, *words: object, module: str = "milvus_tck.cli.main", **environment: str) -> Done:
        """Run a verb where the package is found."""
        return run(self.work, *words, module=module, PYTHONPATH=str(self.folder), **environment)

    def summary(self, out: str) -> dict[str, Any]:
        """Read `summary.json` of a run."""
        found: dict[str, Any] = json.loads((self.work / out / "summary.json").read_text(encoding="utf-8"))
        return found
