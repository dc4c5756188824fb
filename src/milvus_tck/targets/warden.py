"""The warden: a small process between us and a server we start.

It starts the server in a process group of its own and ends that whole group when the
server's leader ends or when our end of a pipe closes, which also happens when we are
killed. So no server outlives us, however we go. Launchers that leave their child behind
are covered too: the warden adopts orphans of the group.

A server that takes too much memory is ended too, before it takes the machine with it, and so
is a launcher whose server has died without its noticing.

Standard library only: `python warden.py GRACE MEMORY FOLDER LOG` with pipes as stdin and stdout.
GRACE is how many seconds the group gets to end in good order, MEMORY how many bytes it may hold
in memory. Our owner makes both folders while we are there already, so that none is ever without
somebody who removes it, and then sends a line of JSON: the command, as a list. The output of the
server and what we have to say of it go to `server.log` in LOG. When the server has ended, FOLDER is
removed and our stdout is closed; LOG stays until our owner needs it no more, or is no more.

Another line from our owner kills the group without warning and starts that command in its place,
in the same FOLDER: a server that lost its power, and comes back on what it left.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

#: The file in LOG.
LOG_FILE = "server.log"
_SET_CHILD_SUBREAPER = 36
#: Seconds between two looks at the group.
_LOOK_EVERY = 0.25


def main(arguments: list[str]) -> None:
    """Run the command that comes, and each that follows, until it or our owner ends; remove what it wrote."""
    grace, memory, folder, log = arguments
    _adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    owner = _Owner()
    threading.Thread(target=owner.listen, daemon=True).start()
    try:
        while (command := owner.next_command()) is not None:
            with Path(log, LOG_FILE).open("a", encoding="utf-8", errors="replace") as output:
                os.dup2(output.fileno(), 2)
                _serve(command, float(grace), int(memory), output, owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(1)
        owner.abandoned.wait()
        shutil.rmtree(log, ignore_errors=True)


class _Owner:
    """What our owner wants: a command, another one in its place, and in the end nothing any more."""

    def __init__(self) -> None:
        #: The owner has hung up.
        self.abandoned = threading.Event()
        #: The server that runs is to end: it did by itself, another one is to take its place, or nobody wants it.
        self.ended = threading.Event()
        self._waiting: list[str] | None = None
        self._news = threading.Condition()

    def listen(self) -> None:
        """Take in commands until there are no more."""
        for line in iter(sys.stdin.buffer.readline, b""):
            if line.endswith(b"\n"):
                self._told(json.loads(line))
        self.abandoned.set()
        self._told(None)

    def _told(self, command: list[str] | None) -> None:
        with self._news:
            self._waiting = command
            self.ended.set()
            self._news.notify()

    def next_command(self) -> list[str] | None:
        """Return the next command: the first is waited for, a later one came while its forerunner ran."""
        with self._news:
            if not self.ended.is_set():
                self._news.wait()
            command, self._waiting, self.ended = self._waiting, None, threading.Event()
            return command

    @property
    def replaces(self) -> bool:
        """Whether another command waits: what ran until now is not asked to end in good order."""
        return self._waiting is not None


def _serve(command: list[str], grace: float, memory: int, output: TextIO, owner: _Owner) -> None:
    ended = owner.ended
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    leader = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    threading.Thread(target=_await_leader, args=(leader, ended), daemon=True).start()
    dead: set[int] = set()
    while not ended.wait(_LOOK_EVERY):
        resident, zombies = _look(leader.pid)
        if resident > memory:
            output.write(f"milvus-tck: ended for holding more than {memory >> 20} MiB\n")
            ended.set()
        elif dead & zombies:
            output.write("milvus-tck: the server died and its launcher did not notice\n")
            ended.set()
        dead = zombies
    _end_group(leader, 0 if owner.replaces else grace)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


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
    main(sys.argv[1:])
