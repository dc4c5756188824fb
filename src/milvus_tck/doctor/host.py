"""Host check: whether this machine has what a run needs."""

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from milvus_tck.doctor.finding import Finding, Health
from milvus_tck.targets.network import free_ports
from milvus_tck.targets.orphans import find_remains
from milvus_tck.targets.owner import Life
from milvus_tck.targets.toolchain import cache_folder, has_milvus_wheel
from milvus_tck.verdict.leftovers.ledger import ledger_folder, ledgers

__all__ = ["left_behind", "machine"]

_MEGABYTE = 1 << 20
#: Megabytes of memory that a server takes at its start, and that it comes to while it is judged.
_MEMORY = (300, 1000)
#: Megabytes that a server writes at least, and that a whole run with its reports may take.
_DISK = (300, 2000)
#: Ports that a real Milvus listens on.
_PORTS = 12
_NEWEST = (3, 13)
_OLDEST = (3, 11)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def machine() -> Iterator[Finding]:
    """Look at Python, the platform, ports, memory, disk, and at the folders that are written."""
    yield _python()
    yield _platform()
    yield _ports()
    yield _memory()
    yield _disk("disk for servers", Path(tempfile.gettempdir()))
    yield _disk("disk for results", Path.cwd())
    places: dict[str, Callable[[], Path]] = {"cache": cache_folder, "ledgers": ledger_folder, "results": Path.cwd}
    for name, place in places.items():
        yield _writable(name, place)
    yield _browser()


def _python() -> Finding:
    version, fine = platform.python_version(), _OLDEST <= sys.version_info[:2] <= _NEWEST
    if fine:
        return Finding("python", Health.OK, version)
    wanted = f"{'.'.join(map(str, _OLDEST))} to {'.'.join(map(str, _NEWEST))}"
    return Finding("python", Health.WARN, f"{version}; it is tried on {wanted} only", "uv python install 3.13")


def _platform() -> Finding:
    here = f"{platform.system()} {platform.machine()}"
    if has_milvus_wheel():
        return Finding("platform", Health.OK, f"{here}: real Milvus and milvus-lite can be started")
    text = f"{here}: PyPI has no milvus for it, so that milvus-lite is started in its place"
    return Finding("platform", Health.WARN, text, "milvus-tck check lite")


def _ports() -> Finding:
    try:
        free_ports(_PORTS)
    except OSError as error:
        return Finding("ports", Health.FAIL, f"{_PORTS} free ones on loopback cannot be had: {error.strerror}")
    return Finding("ports", Health.OK, f"{_PORTS} free ones on loopback")


def _memory() -> Finding:
    free = psutil.virtual_memory().available // _MEGABYTE
    return _measured("memory", free, _MEMORY, f"{free} MiB available")


def _disk(name: str, folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free // _MEGABYTE
    except OSError as error:
        return Finding(name, Health.FAIL, f"{folder} cannot be looked at: {error.strerror}")
    return _measured(name, free, _DISK, f"{free} MiB free in {folder}")


def _measured(name: str, free: int, wanted: tuple[int, int], text: str) -> Finding:
    least, enough = wanted
    if free >= enough:
        return Finding(name, Health.OK, text)
    said = f"{text}; a server needs {least} MiB at least, a run on it up to {enough}"
    return Finding(name, Health.WARN if free >= least else Health.FAIL, said)


def _writable(name: str, place: Callable[[], Path]) -> Finding:
    """Try to write where ledgers, unpacked servers and results go."""
    try:
        folder = place()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(f"folder for {name}", Health.OK, f"{folder} can be written")
    except OSError as error:
        return Finding(f"folder for {name}", Health.FAIL, f"cannot be written: {error}", _INSTEAD.get(name, ""))


_INSTEAD = {
    "ledgers": "export MILVUS_TCK_STATE=FOLDER",
    "results": "cd FOLDER",
    "cache": "export XDG_CACHE_HOME=FOLDER",
}


def _browser() -> Finding:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found:
        return Finding("chromium", Health.OK, f"{found}, for the tests of the report page")
    text = "not found; only our own tests of the report page need it"
    return Finding("chromium", Health.WARN, text, "apt-get install chromium chromium-driver")


def left_behind() -> Iterator[Finding]:
    """Look for what killed runs left on this machine; what nobody can tell the owner of is counted apart."""
    found, remains = ledgers(), find_remains()
    dead = [each for each in found if each.life is Life.DEAD]
    hidden = [each for each in found if each.life is Life.UNKNOWN]
    lost = _counted((len(dead), "ledgers"), (len(remains.processes), "servers"), (len(remains.files), "folders"))
    doubtful = _counted((len(hidden), "ledgers"), (len(remains.undecided), "folders and servers"))
    text = f"of killed runs: {lost}" if lost else "none of killed runs"
    if doubtful:
        text += f"; whether the owners of {doubtful} live cannot be told from here: they are left alone"
    if lost:
        yield Finding("leftovers", Health.WARN, text, "milvus-tck sweep")
    else:
        yield Finding("leftovers", Health.OK, text, "milvus-tck sweep --dry-run" if doubtful else "")


def _counted(*numbers: tuple[int, str]) -> str:
    return ", ".join(f"{number} {what}" for number, what in numbers if number)
