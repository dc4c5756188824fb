"""`pytest suites …`, as it is typed in a checkout."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Done", "run_pytest"]

ROOT = Path(__file__).parents[2]
_SECONDS = 120
#: One file of many: reading all of them takes longer than what is looked at here.
_SUITE = "suites/names/test_names.py"


@dataclass(frozen=True)
class Done:
    """What a run of pytest came to."""

    code: int
    out: str
    err: str

    def count(self, word: str) -> int:
        """Return how many tests the last line counts as `word`: passed, failed, skipped, deselected."""
        words = self.out.strip().splitlines()[-1].replace(",", "").split()
        return int(words[words.index(word) - 1]) if word in words else 0


def run_pytest(state: Path, *arguments: object) -> Done:
    """Run pytest over the suites of names in a process of its own; its ledgers are kept in `state`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", _SUITE, *map(str, arguments)],
        cwd=ROOT,
        env={**environment, "MILVUS_TCK_STATE": str(state)},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    return Done(done.returncode, done.stdout, done.stderr)
