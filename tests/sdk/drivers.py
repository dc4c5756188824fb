"""Drivers that tests use: the reference driver, and small ones that break the protocol of drivers."""

import sys
from pathlib import Path

from tests.packaging.checkout import ROOT

__all__ = ["REFERENCE", "changed", "script"]

REFERENCE = (sys.executable, str(ROOT / "drivers" / "reference" / "driver.py"))

_HEAD = """
import json, os, sys, time
def say(request, **more):
    print(json.dumps({"mtck": 1, "id": request["id"], **more}), flush=True)
HELLO = {"sdk": "small", "version": "1", "operations": ["connect", "close", "flush"]}
for line in sys.stdin:
    request = json.loads(line)
    op = request["op"]
    if op == "hello":
        say(request, ok=True, result=HELLO)
        continue
"""


def script(folder: Path, body: str, head: str = _HEAD) -> tuple[str, ...]:
    """Write a driver whose loop goes on with these lines for whatever is not hello, and return its command."""
    path = folder / "driver.py"
    lines = [f"    {line}" for line in body.strip("\n").split("\n")]
    path.write_text("\n".join([head.rstrip(), *lines]) + "\n", encoding="utf-8")
    return (sys.executable, str(path))


_WRAP = """
import sys
sys.path[:0] = [{reference!r}, {drivers!r}]
from client import Client
import driver
from driver_loop import serve
found = driver.operations_of(Client)
{change}
serve(driver.HELLO, found, driver.describe)
"""


def changed(folder: Path, change: str) -> tuple[str, ...]:
    """Write the reference driver with some of its operations put right or wrong."""
    drivers = ROOT / "drivers"
    path = folder / "driver.py"
    text = _WRAP.format(reference=str(drivers / "reference"), drivers=str(drivers), change=change)
    path.write_text(text, encoding="utf-8")
    return (sys.executable, str(path))
