"""Node SDK by one of its clients: `python drivers/node/run.py grpc|http [VERSION]`."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from isolation import place_of, take_over, tool

_PACKAGE = "@zilliz/milvus2-sdk-node"
_DEFAULT = "3.0.6"
_CLIENTS = ("grpc", "http")
#: No script of a package runs: the SDK needs none.
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def install(folder, lock, version):
    """Fill a folder with a version of the SDK, and what it takes."""
    wanted = {"name": "driver", "version": "0.0.0", "private": True, "dependencies": {_PACKAGE: version}}
    (folder / "package.json").write_text(json.dumps(wanted), encoding="utf-8")
    if lock is not None:
        shutil.copyfile(lock, folder / "package-lock.json")
    tool("npm", "install" if lock is None else "ci", *_QUIET, cwd=folder)


def gateway():
    """Return the command of the gateway, which the HttpClient speaks through; none for the other client."""
    if importlib.util.find_spec("milvus_tck") is not None:
        return [sys.executable, "-m", "milvus_tck.cli.main", "gateway"]
    found = shutil.which("milvus-tck")
    return [found, "gateway"] if found else sys.exit("milvus-tck is not on the path: the HttpClient needs its gateway")


if __name__ == "__main__":
    client = sys.argv[1] if len(sys.argv) > 1 else "grpc"
    if client not in _CLIENTS:
        sys.exit(f"there is no client {client}; there are {', '.join(_CLIENTS)}")
    version = sys.argv[2] if len(sys.argv) > 2 else _DEFAULT
    place = place_of(f"node-{version}", version, _HERE, lambda folder, lock: install(folder, lock, version))
    variables = {"NODE_PATH": str(place / "node_modules")}
    if client == "http":
        variables["MTCK_GATEWAY"] = json.dumps(gateway())
    take_over(["node", str(_HERE / f"{client}.js")], **variables)
