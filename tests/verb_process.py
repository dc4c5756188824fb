"""A verb that runs until somebody ends it, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["running"]


@contextmanager
def running(verb: str, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the verb, and end it if the test did not."""
    command = [sys.executable, "-m", "milvus_tck.cli.main", verb, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
