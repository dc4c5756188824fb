"""The warden: a small process between us and a server we start.

It starts the server in a process group of its own and ends that whole group when the
server's leader ends or when our end of a pipe closes, which also happens when we are
killed. So no server outlives us, however we go. Launchers that leave their child behind
are covered too: the warden adopts orphans of the group.

A server that takes too much memory is ended too, before it takes the machine with it, and so
is a launcher whose server has died without its noticing.

Standard library only: `python warden.py GRACE MEMORY FOLDER LOG COMMAND...` with a pipe as
stdin, through which one byte says that the server may start. GRACE is how many seconds the group
gets to end in good order, MEMORY how many bytes it may hold in memory. FOLDER is removed at the
end (`-` for none), the folder LOG as soon as nobody is left to read what is in it.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

#: What our owner sends when the server may start: not before the server's folder says whose it is.
GO = b"."
_SET_CHILD_SUBREAPER = 36
#: Seconds between two looks at the group.
_LOOK_EVERY = 0.25


def main(arguments: list[str]) -> int:
    """Run COMMAND until it ends or our owner does; return its exit code."""
    grace, memory, folder, log, *command = arguments
    _adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.read(0, 1) != GO:
        _remove(folder, log)
        return 0
    leader = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    ended, abandoned = threading.Event(), threading.Event()
    threading.Thread(target=_await_owner, args=(ended, abandoned), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    threading.Thread(target=_await_leader, args=(leader, ended), daemon=True).start()
    dead: set[int] = set()
    while not ended.wait(_LOOK_EVERY):
        resident, zombies = _look(leader.pid)
        if resident > int(memory):
            sys.stdout.write(f"milvus-tck: ended for holding more than {int(memory) >> 20} MiB\n")
            ended.set()
        elif dead & zombies:
            sys.stdout.write("milvus-tck: the server died and its launcher did not notice\n")
            ended.set()
        dead = zombies
    _end_group(leader, float(grace))
    _remove(folder, log if abandoned.is_set() else "-")
    return leader.poll() or 0


def _remove(*folders: str) -> None:
    for each in folders:
        if each != "-":
            shutil.rmtree(each, ignore_errors=True)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _await_owner(ended: threading.Event, abandoned: threading.Event) -> None:
    while os.read(0, 1):
        pass
    abandoned.set()
    ended.set()


def _await_leader(leader: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
    leader.wait()
    ended.set()


def _look(group: int) -> tuple[int, set[int]]:
    """Return the resident bytes and the dead members of a process group, where the system tells them."""
    pages, zombies = 0, set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                pages += int(fields[21])
                if fields[0] == "Z":
                    zombies.add(int(stat.parent.name))
    return pages * os.sysconf("SC_PAGE_SIZE"), zombies


def _end_group(leader: "subprocess.Popen[bytes]", grace: float) -> None:
    if grace:
        _signal(leader.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while _lives(leader.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
    _signal(leader.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _lives(group: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    return _signal(group, 0)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
