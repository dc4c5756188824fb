"""Owner of what is written on this machine, and whether that process is dead.

A process is its number and the moment it began: numbers are given out again. Both mean
something only in one life of one machine, and in one namespace of processes: a folder that two
containers share holds records of processes that only one of them can see. So the record says
where it was made, and of any other place nothing is known. Nobody has to ask who wrote it:
another release or another installation of this tool reads and writes the same.

A zombie is dead: it is a number that waits for its parent, who may never ask for it, as in
a container whose first process is no init.
"""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

import psutil

__all__ = ["RECORD", "Life", "ProcessOwner", "claim", "life_of_folder", "owners_of"]

#: The record in a folder; hidden, for the folder is somebody's data.
RECORD = ".milvus-tck-owner.json"
_GONE = frozenset("ZXx")


class Life(StrEnum):
    """What is known of an owner."""

    ALIVE = "alive"
    #: Proven: no such process, another one under its number, or a zombie.
    DEAD = "dead"
    #: Nobody can tell from here.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProcessOwner:
    """A process, so that nobody else is ever taken for it."""

    pid: int
    #: When it began: clock ticks since the machine did on Linux, which no change of its clock moves; else
    #: seconds since 1970.
    began: float
    #: The life of the machine, and the namespace of processes; empty where the system has none.
    boot: str
    namespace: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """Describe a process that we can see; raises `psutil.NoSuchProcess` where there is none."""
        seen = _seen(pid)
        if seen is None:
            raise psutil.NoSuchProcess(pid)
        return cls(pid, seen[0], *_place())

    @classmethod
    def read(cls, row: Any) -> Self | None:  # noqa: ANN401 - whatever stands in the file
        """Read what `row` wrote; `None` where it is nothing of the kind."""
        try:
            found = cls(int(row["pid"]), float(row["began"]), str(row["boot"]), str(row["namespace"]))
        except (KeyError, TypeError, ValueError):
            return None
        return found if found.pid > 0 else None

    def row(self) -> dict[str, Any]:
        """Write it for a file of JSON."""
        return asdict(self)

    def life(self) -> Life:
        """Whether it lives, as far as that can be proven from here."""
        if (self.boot, self.namespace) != _place():
            return Life.UNKNOWN
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return Life.DEAD
        except PermissionError:
            pass  # there is one, of somebody else
        seen = _seen(self.pid)
        if seen is None:
            return Life.UNKNOWN  # it ended this moment, or we may not look at it
        began, state = seen
        return Life.DEAD if began != self.began or state in _GONE else Life.ALIVE


def _seen(pid: int) -> tuple[float, str] | None:
    """Return when a process began, and its state as one letter."""
    if Path("/proc/self/stat").exists():
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name in brackets may hold anything, brackets too.
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            return float(fields[19]), fields[0]
        return None
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return process.create_time(), "Z" if process.status() == psutil.STATUS_ZOMBIE else "R"
    return None


@cache
def _place() -> tuple[str, str]:
    """Name the life of the machine and the namespace in which numbers of processes mean what they do here."""
    boot = namespace = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    with contextlib.suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink())
    return boot, namespace


# -- folders ----------------------------------------------------------------------------


def claim(folder: Path, *pids: int) -> None:
    """Write into a folder whose it is, in place of what stood there; it is in use while any of them lives.

    Raises `OSError`.
    """
    owners = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended already, and owns nothing
            owners.append(ProcessOwner.of(pid).row())
    fresh = folder / f"{RECORD}.new"
    fresh.write_text(json.dumps({"owners": owners}), encoding="utf-8")
    fresh.replace(folder / RECORD)


def life_of_folder(folder: Path) -> Life:
    """Tell whether anybody owns a folder: it is dead where a record is there and each of its owners is dead."""
    lives = {Life.UNKNOWN if owner is None else owner.life() for owner in owners_of(folder)}
    return next((each for each in (Life.ALIVE, Life.UNKNOWN) if each in lives), Life.DEAD)


def owners_of(folder: Path) -> list[ProcessOwner | None]:
    """Read who owns a folder; one `None` where no record says it, or none that we understand."""
    try:
        rows = json.loads((folder / RECORD).read_text(encoding="utf-8"))["owners"]
        return [ProcessOwner.read(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return [None]
