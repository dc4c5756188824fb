"""Go SDK, client/v2: `python drivers/go/run.py [VERSION]`."""

import os
import shutil
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from isolation import place_of, take_over, tool

_MODULE = "github.com/milvus-io/milvus/client/v2"
_DEFAULT = "v2.6.2"
_SOURCES = [_HERE / name for name in ("go.mod", "loop.go", "main.go", "reads.go")]


def install(folder, lock, version):
    """Build the driver with a version of the SDK."""
    for source in _SOURCES:
        shutil.copyfile(source, folder / source.name)
    mode = {**os.environ, "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
    if lock is None:
        free = {**mode, "GOFLAGS": "-mod=mod"}
        tool("go", "get", f"{_MODULE}@{version}", cwd=folder, env=free)
        tool("go", "mod", "tidy", cwd=folder, env=free)
    else:
        shutil.copyfile(lock, folder / "go.sum")
    tool("go", "build", "-o", "driver", ".", cwd=folder, env=mode)


if __name__ == "__main__":
    version = sys.argv[1] if len(sys.argv) > 1 else _DEFAULT
    place = place_of(f"go-{version}", version, _HERE, lambda folder, lock: install(folder, lock, version), *_SOURCES)
    take_over([str(place / "driver")])
