"""What the verbs that only read cost to start, beside a Python that imports what every command line imports.

Prints CPU seconds as a ratio to `python -c "import click, rich.console"`, side by side in one run: the best of
five each. It can not show what a cold file cache costs.
"""

import os
import subprocess
import sys
from pathlib import Path

_COMMAND = Path(sys.executable).with_name("milvus-tck")
_ROUNDS = 5


def _cpu_seconds(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, capture_output=True, check=True)
    after = os.times()
    return (after.children_user + after.children_system) - (before.children_user + before.children_system)


def main() -> None:
    """Measure each verb and the unit in turns."""
    unit = [sys.executable, "-c", "import click, rich.console"]
    verbs = [["--help"], ["list"], ["explain", "search/offset"]]
    for verb in verbs:
        _cpu_seconds([str(_COMMAND), *verb])  # the index of the suites is made where it is not there yet
    rounds = [[_cpu_seconds(unit), *(_cpu_seconds([str(_COMMAND), *verb]) for verb in verbs)] for _ in range(_ROUNDS)]
    least, *others = (min(column) for column in zip(*rounds, strict=True))
    for verb, seconds in zip(verbs, others, strict=True):
        share = f"{seconds / least:5.1f} x of importing click and rich"
        print(f"milvus-tck {' '.join(verb):24} {share} ({seconds:.2f} s CPU)")


if __name__ == "__main__":
    main()
