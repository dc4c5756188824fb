"""What the verbs that only read cost to start, beside a bare Python and one that imports what every command line does.

Prints CPU seconds as ratios to `python -c pass` and to `python -c "import click, rich.console"`, side by side in one
run, and the time on the clock: the best of five each. It cannot show what a cold file cache costs.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

_COMMAND = Path(sys.executable).with_name("milvus-tck")
_ROUNDS = 5


#: What is compared: a name, and what Python runs.
_UNITS = {"python -c pass": "pass", "importing click and rich": "import click, rich.console"}


def _seconds(command: list[str]) -> tuple[float, float]:
    """Return the seconds of CPU that a command takes, and those on the clock."""
    began, before = time.monotonic(), os.times()
    subprocess.run(command, capture_output=True, check=True)
    after, ended = os.times(), time.monotonic()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    ), ended - began


def main() -> None:
    """Measure each verb and the units in turns."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # who installs it has it compiled
    units = [[sys.executable, "-c", code] for code in _UNITS.values()]
    verbs = [[str(_COMMAND), *words] for words in (["--help"], ["list"], ["explain", "search/offset"])]
    for verb in verbs:
        _seconds(verb)  # the index of the suites is made where it is not there yet
    rounds = [[_seconds(command) for command in (*units, *verbs)] for _ in range(_ROUNDS)]
    best = [tuple(map(min, zip(*column, strict=True))) for column in zip(*rounds, strict=True)]
    for verb, (cpu, clock) in zip(verbs, best[len(units) :], strict=True):
        ratios = [f"{cpu / least:5.1f} x {name}" for name, (least, _) in zip(_UNITS, best, strict=False)]
        print(f"milvus-tck {' '.join(verb[1:]):24} {', '.join(ratios)} ({cpu:.2f} s CPU, {clock:.2f} s on the clock)")


if __name__ == "__main__":
    main()
