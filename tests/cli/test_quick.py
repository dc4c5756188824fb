"""What is asked often answers at once: no pytest, no gRPC, no module of a verb that was not called."""

import json
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


def test_the_help_of_all_verbs_is_that_of_each() -> None:
    """It is written down once more, so that no verb has to be imported for it, and says the same."""
    for name, text in main._VERBS.items():
        module = __import__(f"milvus_tck.cli.verbs.{name.replace('-', '_')}", fromlist=["command"])
        assert module.command.get_short_help_str(200) == text
