"""Orphans: what servers of ours left on this machine, where not even their wardens lived on to remove it.

A warden removes all that its server wrote, also when we are killed. Only when the warden
itself was killed, or the machine went down, something stays: folders among the temporary
files, and servers that nobody watches. Each folder says whose it is, whichever installation of
this tool wrote it: what is taken for a leftover has an owner that is proven dead.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shlex import quote

import psutil

from milvus_tck.targets.owner import Life, life_of_folder, owners_of

__all__ = ["Remains", "UndecidedOrphan", "find_remains", "remove_remains"]

_PATTERN = "milvus-tck-*"
_END_SECONDS = 5
_NO_RECORD = "nothing in it says whose it is"
_ELSEWHERE = "its owner ran in another container, on another machine, or before this one was started anew"
_NO_FOLDER = "the folder that would say whose server it is does not exist"


@dataclass(frozen=True, slots=True)
class UndecidedOrphan:
    """What looks like ours, and of whose owner nobody can tell from here whether it lives."""

    #: A path, or `process` and its number.
    name: str
    why: str
    #: What removes it, for somebody who knows that nobody needs it.
    then: str


@dataclass(frozen=True, slots=True)
class Remains:
    """What nobody looks after any more."""

    #: Folders.
    files: tuple[Path, ...]
    #: Servers, or parts of them.
    processes: tuple[psutil.Process, ...]
    undecided: tuple[UndecidedOrphan, ...]


def find_remains() -> Remains:
    """Look for what is left among the temporary files and processes of this user."""
    folder = Path(tempfile.gettempdir())
    # Servers first: a folder that is made meanwhile has a living owner, one that goes meanwhile had one.
    homes = list(_homes(folder))
    lives = {path: life_of_folder(path) for path in sorted(folder.glob(_PATTERN)) if _is_own(path)}
    dead = tuple(path for path, life in lives.items() if life is Life.DEAD)
    doubtful = [_undecided(path) for path, life in lives.items() if life is Life.UNKNOWN]
    doubtful += [_homeless(process) for process, home in homes if not home.exists() and process.is_running()]
    return Remains(dead, tuple(process for process, home in homes if home in dead), tuple(doubtful))


def _homes(folder: Path) -> Iterable[tuple[psutil.Process, Path]]:
    """Return our servers with their folders: it is where their temporary files go."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            home = Path(process.environ().get("TMPDIR", ""))
            if home.parent == folder and home.match(_PATTERN):
                yield process, home


def _is_own(path: Path) -> bool:
    """Tell whether a file is this user's; those of others we could neither judge nor remove."""
    try:
        return path.lstat().st_uid == os.getuid()
    except OSError:
        return False


def _undecided(path: Path) -> UndecidedOrphan:
    why = _NO_RECORD if None in owners_of(path) else _ELSEWHERE
    return UndecidedOrphan(str(path), f"{why}{_age(path)}", f"if nobody needs it: rm -r {quote(str(path))}")


def _age(path: Path) -> str:
    """Say when it was changed last: whoever has to decide knows by that whether it is of today."""
    try:
        return f", and it was last changed on {datetime.fromtimestamp(path.lstat().st_mtime).astimezone():%Y-%m-%d}"
    except OSError:
        return ""


def _homeless(process: psutil.Process) -> UndecidedOrphan:
    return UndecidedOrphan(f"process {process.pid}", _NO_FOLDER, f"if nobody needs it: kill {process.pid}")


def remove_remains(remains: Remains) -> tuple[str, ...]:
    """End what still runs and remove what was written; return in words what resisted.

    A server without its warden keeps nobody from removing its folder: it is ended first.
    """
    for process in remains.processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    _, alive = psutil.wait_procs(remains.processes, timeout=_END_SECONDS)
    left = [f"process {process.pid}" for process in alive if not _is_zombie(process)]
    return (*left, *(str(path) for path in _gone(remains.files)))


def _is_zombie(process: psutil.Process) -> bool:
    """Tell whether a process is only waited for by a parent: nothing of it is left to end."""
    with contextlib.suppress(psutil.Error):
        return process.status() == psutil.STATUS_ZOMBIE
    return True


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
