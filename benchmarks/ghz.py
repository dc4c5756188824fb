"""ghz, to be compared with: the one on the PATH, or one that a Go toolchain builds into the user's cache."""

import os
import resource
import shutil
import subprocess
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path
from side_by_side import cpu

from milvus_tck.spec.data import data_dir
from milvus_tck.wire.descriptors import SERVICE

__all__ = ["ghz"]

_MODULE = "github.com/bojand/ghz/cmd/ghz@v0.121.0"


@cache
def _program() -> str | None:
    found = shutil.which("ghz")
    folder = user_cache_path("milvus-tck") / "ghz"
    built = folder / "bin" / "ghz"
    if found or built.is_file():
        return found or str(built)
    go = shutil.which("go")
    if go is None:
        return None
    print("building ghz, once: some minutes", flush=True)
    places = {"GOPATH": str(folder / "go"), "GOBIN": str(folder / "bin"), "GOFLAGS": "-modcacherw"}
    done = subprocess.run(
        [go, "install", _MODULE], env={**os.environ, **places}, capture_output=True, text=True, check=False
    )
    shutil.rmtree(folder / "go", ignore_errors=True)
    if done.returncode:
        print(done.stderr)
        return None
    return str(built)


def ghz(address: str, rpc: str, flying: int, calls: int) -> float | None:
    """CPU microseconds of a call with an empty request; `None` where ghz is not to be had."""
    program = _program()
    if program is None:
        return None
    command = [program, "--insecure", "--protoset", str(Path(data_dir("proto")) / "descriptors.binpb"),
               "--call", f"{SERVICE}.{rpc}", "-d", "{}", "--connections", "1", "-c", str(flying), "-n", str(calls),
               address]  # fmt: skip
    before = cpu(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (cpu(resource.RUSAGE_CHILDREN) - before) / calls * 1e6
