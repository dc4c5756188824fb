"""What is asked often answers at once: no pytest, no gRPC, no module of a verb that was not called."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from milvus_tck.cli import main

_COMMAND = Path(sys.executable).with_name("milvus-tck")
#: Each takes longer to import than `list` takes as a whole.
_HEAVY = {"pytest", "_pytest", "grpc", "numpy", "urllib3", "google.protobuf", "asyncio"}
_LOOK = """
import json, sys
from milvus_tck.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def _imported(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", _LOOK, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("list",),
        ("list", "--by", "clause", "--profile", "2.6", "--select", "rpc=Search"),
        ("list", "--json"),
        ("explain", "search/offset"),
        ("explain", "Search"),
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(arguments: tuple[str, ...]) -> None:
    """Once the index of the suites is there, the answer comes from files alone."""
    _imported(*arguments)  # where the index is not there yet, pytest makes it
    assert _imported(*arguments) & _HEAVY == set()


def _seconds(command: list[str]) -> float:
    """CPU seconds of a program: how busy the machine is does not count, or little."""
    before = os.times()
    subprocess.run(command, capture_output=True, check=True)
    after = os.times()
    return (after.children_user + after.children_system) - (before.children_user + before.children_system)


@pytest.mark.parametrize("arguments", [("list",), ("explain", "search/offset"), ("--help",)], ids=" ".join)
def test_it_takes_a_small_multiple_of_what_any_program_takes(arguments: tuple[str, ...]) -> None:
    """Below half a second where Python with click and rich takes a tenth of one: the unit is this machine's own."""
    subprocess.run([_COMMAND, *arguments], capture_output=True, check=True)
    unit = min(_seconds([sys.executable, "-c", "import click, rich.console"]) for _ in range(3))
    assert min(_seconds([str(_COMMAND), *arguments]) for _ in range(3)) < 5 * unit


def test_the_help_of_all_verbs_is_that_of_each() -> None:
    """It is written down once more, so that no verb has to be imported for it, and says the same."""
    for name, text in main._VERBS.items():
        module = __import__(f"milvus_tck.cli.{name}_", fromlist=["command"])
        assert module.command.get_short_help_str(200) == text
