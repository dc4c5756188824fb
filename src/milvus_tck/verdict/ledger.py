"""The ledger: every object of a run is written down before it is created.

Cleanup works from it and never depends on the feature under test. Ledgers live in the
user's state folder, so that `milvus-tck sweep` finds what a killed run left behind.
"""

import contextlib
import json
import os
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
import psutil
from google.protobuf.message import Message

from milvus_tck.targets.owner import Life, Owner
from milvus_tck.verdict.lines import LineFile
from milvus_tck.verdict.stops import Undecided
from milvus_tck.wire.call import Call
from milvus_tck.wire.json_form.text import load_any
from milvus_tck.wire.messages import HttpRequest

__all__ = ["Ledger", "LedgerFile", "creation_of", "ledger_folder", "ledgers"]

#: RPCs that create something which outlives its parent, with the field that names it.
_CREATES = {"CreateCollection": "collection_name"}


def ledger_folder() -> Path:
    """Return the folder of this user's ledgers; MILVUS_TCK_STATE names another one."""
    override = os.environ.get("MILVUS_TCK_STATE")
    return Path(override) if override else Path(platformdirs.user_state_path("milvus-tck")) / "ledgers"


@dataclass
class Ledger:
    """What one run created on one target."""

    run: str
    address: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _names: dict[tuple[str, str], None] = field(default_factory=dict)
    _unanswered: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        folder = ledger_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{self.run}.ndjson"
        owner = Owner.of(os.getpid()).row()
        head = {"run": self.run, "address": self.address, "owner": owner, "started": time.time()}
        # Whoever finds a ledger finds in it whose it is.
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(head) + "\n", encoding="utf-8")
        fresh.replace(self.path)
        self._file = LineFile(self.path, append=True)

    def before(self, call: Call[Message]) -> None:
        """Note what a call is about to create, if it creates anything; raises `Undecided` where that can not be."""
        created = creation_of(call)
        if created is None:
            return
        name, database = created
        with self._lock:
            if (name, database) not in self._names:
                try:
                    self._write({"create": call.rpc, "name": name, "db_name": database})
                except OSError as error:
                    raise Undecided("ledger", f"nothing is created that can not be noted: {error}") from error
                self._names[name, database] = None
            self._unanswered.add((name, database))

    def after(self, call: Call[Message]) -> None:
        """Note that a call was answered: what it created, if anything, is there by now."""
        created = creation_of(call)
        if created is not None:
            with self._lock:
                self._unanswered.discard(created)

    def _write(self, row: dict[str, object]) -> None:
        self._file.write(json.dumps(row))

    @property
    def collections(self) -> tuple[tuple[str, str], ...]:
        """Name and database of every collection that may have been created, newest first."""
        with self._lock:
            return tuple(reversed(self._names))

    @property
    def unanswered(self) -> tuple[tuple[str, str], ...]:
        """Those of `collections` whose creation was not answered: they may appear at any moment."""
        with self._lock:
            return tuple(sorted(self._unanswered))

    def close(self, *, clean: bool) -> None:
        """Close the file, if it is still open; a clean run needs no ledger any more."""
        if self._file.closed:
            return
        self._file.close()
        if clean:
            self.path.unlink(missing_ok=True)


def creation_of(call: Call[Message]) -> tuple[str, str] | None:
    """Return name and database of the collection that a call creates, if it creates one."""
    request = call.request
    field_name = _CREATES.get(call.rpc)
    if field_name is not None:
        return getattr(request, field_name), getattr(request, "db_name", "")
    if not isinstance(request, HttpRequest) or not _CREATING.search(f"{request.method} {request.path}"):
        return None
    body = load_any(request.body)
    named = body if isinstance(body, dict) else {}
    name, database = (next((named[key] for key in keys if key in named), "") for keys in _BODY)
    return (name, database) if name and isinstance(name, str) and isinstance(database, str) else None


#: Requests of HTTP that create a collection, and the members of their bodies that name it and its database.
_CREATING = re.compile(r"^POST .*/(collection|collections/create)$")
_BODY = (("collectionName", "collection_name"), ("dbName", "db_name"))


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger found on disk."""

    path: Path
    run: str
    address: str
    #: Whether the run is under way, as far as that can be told.
    life: Life
    collections: tuple[tuple[str, str], ...]


def ledgers() -> list[LedgerFile]:
    """Read every ledger of this user; a line that a kill cut short is left out."""
    folder = ledger_folder()
    return [_read(path) for path in sorted(folder.glob("*.ndjson"))] if folder.is_dir() else []


def _read(path: Path) -> LedgerFile:
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    head = rows[0] if rows and "run" in rows[0] else {}
    names = tuple((row["name"], row["db_name"]) for row in rows if "create" in row)
    return LedgerFile(path, head.get("run", path.stem), head.get("address", ""), _life(head), names)


def _life(head: dict[str, Any]) -> Life:
    """Tell whether the run that began a ledger is over; one without a head was killed before it made anything."""
    if not head:
        return Life.DEAD
    owner = Owner.read(head.get("owner"))
    return _former_life(head) if owner is None else owner.life()


def _former_life(head: dict[str, Any]) -> Life:
    """Tell it of a ledger of an older release, which did not note where its numbers of processes mean anything."""
    with contextlib.suppress(psutil.Error, ValueError, TypeError):
        process = psutil.Process(head.get("pid"))
        if process.create_time() == head.get("process_started"):
            return Life.DEAD if process.status() == psutil.STATUS_ZOMBIE else Life.ALIVE
    return Life.UNKNOWN
