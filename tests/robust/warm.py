"""`milvus-tck` in a process of its own that need not import anything: it is forked from one that has.

A process of Python that begins anew spends most of its time on importing what the one before it imported, too. What
depends on how the interpreter begins or ends, its variables or a pipe that breaks at the end, needs a new one.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

from milvus_tck.cli.main import main

__all__ = ["typed_warm"]

_CONTEXT = get_context("forkserver")
_VERBS = ("check", "doctor", "gateway", "list", "load", "proxy", "report", "repro", "serve", "sweep")
_CONTEXT.set_forkserver_preload([__name__, *(f"milvus_tck.cli.verbs.{each}" for each in _VERBS)])


def typed_warm(
    words: Sequence[str], environment: Mapping[str, str], cwd: Path, out: Path, seconds: float
) -> "subprocess.CompletedProcess[str]":
    """Run a verb to its end, within so many seconds; what it writes goes through files in the folder `out`."""
    files = [out / "stdout", out / "stderr"]
    process = _CONTEXT.Process(target=_become, args=(list(words), dict(environment), cwd, *files))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise subprocess.TimeoutExpired(list(words), seconds)
    said = [each.read_text(encoding="utf-8", errors="replace") for each in files]
    return subprocess.CompletedProcess(list(words), process.exitcode, *said)


def _become(words: list[str], environment: dict[str, str], cwd: Path, stdout: Path, stderr: Path) -> None:
    """Be the command: its variables, folder, input and outputs, and then its exit code."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, descriptor in enumerate(
        (os.open(os.devnull, os.O_RDONLY), os.open(stdout, flags), os.open(stderr, flags))
    ):
        os.dup2(descriptor, number)
    sys.argv = ["milvus-tck", *words]
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(each, "w" if each else "r", closefd=False) for each in range(3))
    main()
