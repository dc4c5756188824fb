"""Isolated, cached environments for the servers we start, made with uv."""

import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

import platformdirs
import uv

from milvus_tck.targets.base import TargetError

__all__ = ["cache_folder", "environment", "has_fast_scan", "has_milvus_wheel", "run_tool", "tool_command", "uv_command"]


#: Looked up once: it reads the interpreter's configuration, which threads must not do together.
_UV = uv.find_uv_bin()


def has_milvus_wheel() -> bool:
    """Tell whether PyPI has `milvus` for this platform: x86-64 Linux and Apple silicon."""
    return (sys.platform, platform.machine()) in {("linux", "x86_64"), ("darwin", "arm64")}


def has_fast_scan(known: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether the processor has what SCANN takes: AVX2 on x86, anything elsewhere.

    `known` is the file in which Linux tells the flags of each processor; where it is missing, nothing speaks
    against it.
    """
    try:
        flags = [line.split() for line in known.read_text().splitlines() if line.startswith("flags")]
    except OSError:
        return True
    return all("avx2" in each for each in flags)


def cache_folder(*parts: str) -> Path:
    """Return a folder of ours in the user's cache, made if need be."""
    folder = platformdirs.user_cache_path("milvus-tck").joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def environment() -> dict[str, str]:
    """Return our environment without what would leak into a server."""
    return {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def uv_command(*arguments: str) -> list[str]:
    """Return the command that runs uv itself."""
    return [_UV, *arguments]


def tool_command(package: str, *command: str, beside: tuple[str, ...] = (), offline: bool = False) -> list[str]:
    """Return the command that runs `command` from a package, with others `beside` it.

    `offline` takes what the cache has, and fails where that is not enough.
    """
    extra = [part for each in beside for part in ("--with", each)] + (["--offline"] if offline else [])
    return uv_command("tool", "run", "--quiet", "--no-progress", *extra, "--from", package, *command)


@cache
def run_tool(package: str, *command: str, beside: tuple[str, ...] = ()) -> str:
    """Run a command from a package to its end and return what it printed; raises `TargetError`."""
    full = tool_command(package, *command, beside=beside)
    done = subprocess.run(full, check=False, capture_output=True, text=True, env=environment())
    if done.returncode:
        raise TargetError(
            f"{package} cannot be installed or run",
            done.stderr.strip() or f"exit code {done.returncode}",
            "milvus-tck doctor",
        )
    return done.stdout.strip()
