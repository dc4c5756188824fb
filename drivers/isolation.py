"""Isolation: a place for one version of one SDK, made once and kept in the user's cache.

A version with a lock beside the driver is installed from that, without anything that the lock does not name; any
other version with what it asks for, which is said on the error output.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["place_of", "run_in", "take_over", "tool"]


def run_in(package, version, locks, program, *arguments):
    """Run a program in the place of this one, by the Python of the environment that has the package."""
    python = f"{package}-{version}-{sys.version_info.major}.{sys.version_info.minor}"
    folder = place_of(python, version, locks, lambda folder, lock: _install(folder, package, version, lock))
    take_over([str(folder / "bin" / "python"), str(program), *arguments])


def place_of(name, version, locks, install, *sources):
    """Return the folder of an SDK; `install` fills it once for each lock, and for each state of the sources.

    `install` takes the folder and the lock of the version, which is `None` where there is none.
    """
    lock = locks / f"{version}.lock"
    pinned = lock.is_file()
    if not pinned:
        sys.stderr.write(f"{version} has no lock in {locks}: what it asks for is chosen now\n")
    content = b"\0".join(path.read_bytes() for path in ([lock] if pinned else []) + list(sources))
    kept = hashlib.sha256(content).hexdigest()[:12] if content else "unpinned"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "milvus-tck" / "drivers" / f"{name}-{kept}{'' if pinned or not content else '-unpinned'}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two runs at once make it once
        if not (folder / "ready").exists():
            install(folder, lock if pinned else None)
            (folder / "ready").touch()
    return folder


def tool(name, *arguments, **more):
    """Run a tool of another language, with what it prints on the error output; ends where it fails or is not there."""
    found = shutil.which(name)
    if found is None:
        sys.exit(f"{name} is not there: install it, this driver makes its SDK ready by it")
    subprocess.run([found, *arguments], check=True, stdout=more.pop("stdout", sys.stderr), **more)


def take_over(command, **variables):
    """Run a command in the place of this program, with these variables beside those that are there."""
    os.execvpe(command[0], command, {**os.environ, **variables})  # noqa: S606 - it takes our place


def _install(folder, package, version, lock):
    venv.create(folder, clear=False, with_pip=True)
    wanted = ["--no-deps", "--require-hashes", "--requirement", str(lock)] if lock else [f"{package}=={version}"]
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    subprocess.run(pip, check=True, stdout=sys.stderr)
