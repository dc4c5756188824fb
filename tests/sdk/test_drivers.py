"""Drivers of SDKs in other languages: each installs its SDK, and keeps the protocol of drivers.

Node runs wherever there is Node; what has to be compiled runs by `make drivers`.
"""

import json
import shutil
import subprocess
import sys

import pytest

from milvus_tck.sdk.driver_check import check_driver
from milvus_tck.sdk.driver_process import DriverProcess
from milvus_tck.sdk.driver_protocol import OPERATIONS
from milvus_tck.targets.base import Target
from tests.packaging.checkout import ROOT

_COMPILED = pytest.mark.drivers
#: What the SDK does, and no driver may hide: hits have no key where the key is none of the output fields.
_NO_KEYS = {"search": "the first hit: (2, 'row 2') expected, (None, 'row 2') came"}


@pytest.mark.parametrize(
    ("tool", "driver", "failed", "skipped"),
    [
        ("npm", ["node", "grpc"], _NO_KEYS, set()),
        ("npm", ["node", "http"], {}, {"delete", "query_iterator"}),
        pytest.param("go", ["go"], {}, set(), marks=_COMPILED),
        pytest.param("mvn", ["java"], {}, set(), marks=_COMPILED),
        pytest.param("cargo", ["rust"], {}, set(), marks=_COMPILED),
    ],
    ids=["node-grpc", "node-http", "go", "java", "rust"],
)
@pytest.mark.timeout(600)
def test_a_driver_does_what_it_says(
    model: Target, tool: str, driver: list[str], failed: dict[str, str], skipped: set[str]
) -> None:
    """Each operation is done, but for what the SDK does otherwise and for what it has not."""
    if shutil.which(tool) is None:
        pytest.skip(f"not run: no {tool}")
    folder, *words = driver
    with DriverProcess([sys.executable, str(ROOT / "drivers" / folder / "run.py"), *words]) as process:
        found = list(check_driver(process, model.address))
    assert {each.name: each.why for each in found if each.state == "fail"} == failed
    assert {each.name for each in found if each.state == "skip"} == skipped


@pytest.mark.parametrize(
    "driver",
    [
        pytest.param(["npm", "node", "grpc"], id="node-grpc"),
        pytest.param(["npm", "node", "http"], id="node-http"),
        pytest.param(["go", "go"], id="go", marks=_COMPILED),
        pytest.param(["mvn", "java"], id="java", marks=_COMPILED),
        pytest.param(["cargo", "rust"], id="rust", marks=_COMPILED),
    ],
)
@pytest.mark.timeout(600)
def test_a_mistake_of_a_driver_is_told_as_one(driver: list[str]) -> None:
    """A client that was never connected is not what the SDK raised: its user has none either."""
    tool, folder, *words = driver
    if shutil.which(tool) is None:
        pytest.skip(f"not run: no {tool}")
    request = {"mtck": 1, "id": 1, "op": "list_collections", "client": "nobody", "args": {}, "options": {}}
    command = [sys.executable, str(ROOT / "drivers" / folder / "run.py"), *words]
    done = subprocess.run(command, input=json.dumps(request) + "\n", capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"mtck"')]
    assert [each["error"]["kind"] for each in answers] == ["driver"]


def test_a_template_is_a_driver_that_can_do_nothing_yet(model: Target) -> None:
    """Whoever begins with it sees no failure, and each operation that is to be written."""
    with DriverProcess([sys.executable, str(ROOT / "drivers" / "template" / "driver.py")]) as process:
        found = {each.name: each.state for each in check_driver(process, model.address)}
    assert {name for name, state in found.items() if state == "fail"} == set()
    left = {name for name, state in found.items() if state == "skip"}
    assert left == OPERATIONS.keys() - {"connect", "close"} | {"an error"}
