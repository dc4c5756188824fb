"""What servers of ours left on this machine, where not even their wardens lived on to remove it.

A warden removes all that its server wrote, also when we are killed. Only when the warden
itself was killed, or the machine went down, something stays: folders and logs among the
temporary files, and servers that nobody watches.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from milvus_tck.targets import warden

__all__ = ["Remains", "find_remains", "remove_remains"]

_PATTERN = "milvus-tck-*"
#: Seconds after which a folder that no process knows belongs to nobody: a server may be on its way into it.
_SETTLED = 600
_END_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Remains:
    """What nobody looks after any more."""

    #: Folders and logs.
    files: tuple[Path, ...]
    #: Servers, or parts of them.
    processes: tuple[psutil.Process, ...]


def find_remains() -> Remains:
    """Look for what is left among the temporary files and processes of this user."""
    folder = Path(tempfile.gettempdir())
    commands, homes = _processes(folder)
    watched = {word for words in commands if warden.__file__ in words for word in words}
    lost = tuple(process for process, home in homes if home not in watched)
    # A server without its warden keeps nobody from removing its folder: it is ended first.
    used = {word for words in commands for word in words}
    old = time.time() - _SETTLED
    files = [path for path in sorted(folder.glob(_PATTERN)) if str(path) not in used and _changed(path) < old]
    files += [Path(home) for process, home in homes if process in lost and Path(home) not in files]
    return Remains(tuple(dict.fromkeys(files)), lost)


def _processes(folder: Path) -> tuple[list[list[str]], list[tuple[psutil.Process, str]]]:
    """Return every command line, and our servers with their folders: it is where their temporary files go."""
    commands, homes = [], []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            commands.append(process.cmdline())
            home = Path(process.environ().get("TMPDIR", ""))
            if home.parent == folder and home.match(_PATTERN):
                homes.append((process, str(home)))
    return commands, homes


def _changed(path: Path) -> float:
    """Return when a file was changed; those of others, whose processes we can not see, count as new."""
    try:
        found = path.lstat()
    except OSError:
        return time.time()
    return found.st_mtime if found.st_uid == os.getuid() else time.time()


def remove_remains(remains: Remains) -> tuple[str, ...]:
    """End what still runs and remove what was written; return in words what resisted."""
    for process in remains.processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    _, alive = psutil.wait_procs(remains.processes, timeout=_END_SECONDS)
    left = [f"process {process.pid}" for process in alive]
    return (*left, *(str(path) for path in _gone(remains.files)))


def _gone(files: Iterable[Path]) -> list[Path]:
    """Remove files and folders, and return those that are still there."""
    found = list(files)
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return [path for path in found if path.exists()]
