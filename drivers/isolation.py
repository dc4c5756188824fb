"""Isolation: an environment for one version of one SDK, made once and kept in the user's cache.

A version with a lock beside the driver is installed from that, without anything that the lock does not name; any
other version with what it asks for, which is said on the error output.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["run_in"]


def run_in(package, version, locks, program, *arguments):
    """Run a program in the place of this one, by the Python of the environment that has the package."""
    lock = locks / f"{version}.lock"
    pinned = lock.is_file()
    kept = hashlib.sha256(lock.read_bytes()).hexdigest()[:12] if pinned else "unpinned"
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "milvus-tck" / "drivers" / f"{package}-{version}-{python}-{kept}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two runs at once make it once
        if not (folder / "ready").exists():
            _install(folder, package, version, lock if pinned else None)
            (folder / "ready").touch()
    inside = str(folder / "bin" / "python")
    os.execv(inside, [inside, str(program), *arguments])  # noqa: S606 - it takes our place


def _install(folder, package, version, lock):
    venv.create(folder, clear=False, with_pip=True)
    wanted = ["--no-deps", "--require-hashes", "--requirement", str(lock)] if lock else [f"{package}=={version}"]
    if lock is None:
        sys.stderr.write(f"{package} {version} has no lock here: what it asks for is chosen now\n")
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    subprocess.run(pip, check=True, stdout=sys.stderr)
