"""Drivers of SDKs in other languages: each installs its SDK, and keeps the protocol of drivers.

Node runs wherever there is Node; what has to be compiled runs by `make drivers`.
"""

import shutil
import sys

import pytest

from milvus_tck.sdk.driver_check import check_driver
from milvus_tck.sdk.driver_process import DriverProcess
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
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
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
