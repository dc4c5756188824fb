"""The ledger: every object of a run is written down before it is created.

Cleanup works from it and never depends on the feature under test. Ledgers live in the
user's state folder, so that `milvus-tck sweep` finds what a killed run left behind.
"""

import contextlib
import json
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
import psutil
from google.protobuf.message import Message

from milvus_tck.spec.kinds import kinds, maker_of
from milvus_tck.targets.owner import Life, ProcessOwner
from milvus_tck.verdict.leftovers.objects import PREFIX, Thing, creation_of
from milvus_tck.verdict.model.stops import Undecided
from milvus_tck.verdict.results.line_file import LineFile
from milvus_tck.wire.call import Call

__all__ = ["Ledger", "LedgerFile", "ledger_folder", "ledgers"]


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
    _things: dict[Thing, None] = field(default_factory=dict)
    _unanswered: set[Thing] = field(default_factory=set)

    def __post_init__(self) -> None:
        folder = ledger_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{self.run}.ndjson"
        owner = ProcessOwner.of(os.getpid()).row()
        head = {"run": self.run, "address": self.address, "owner": owner, "started": time.time()}
        # Whoever finds a ledger finds in it whose it is.
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(head) + "\n", encoding="utf-8")
        fresh.replace(self.path)
        self._file = LineFile(self.path, append=True)

    def before(self, call: Call[Message]) -> None:
        """Note what a call is about to create, if it creates anything; raises `Undecided` where that cannot be.

        A name without the prefix of the run is not noted: it may be that of something which
        was there before, and which the target has to refuse to create.
        """
        created = self._creation_of(call)
        if created is None:
            return
        with self._lock:
            if created not in self._things:
                try:
                    self._write({
                        "create": call.rpc, "kind": created.kind, "name": created.name, "db_name": created.database,
                    })  # fmt: skip
                except OSError as error:
                    raise Undecided("ledger", f"nothing is created that cannot be noted: {error}") from error
                self._things[created] = None
            self._unanswered.add(created)

    def after(self, call: Call[Message]) -> None:
        """Note that a call was answered: what it created, if anything, is there by now."""
        created = self._creation_of(call)
        if created is not None:
            with self._lock:
                self._unanswered.discard(created)

    def _creation_of(self, call: Call[Message]) -> Thing | None:
        created = creation_of(call)
        return created if created is not None and f"{PREFIX}{self.run}_" in created.name.lower() else None

    def _write(self, row: dict[str, object]) -> None:
        self._file.write(json.dumps(row))

    @property
    def things(self) -> tuple[Thing, ...]:
        """Everything that may have been created, newest first."""
        with self._lock:
            return tuple(reversed(self._things))

    @property
    def unanswered(self) -> tuple[Thing, ...]:
        """Those of `things` whose creation was not answered: they may appear at any moment."""
        with self._lock:
            return tuple(sorted(self._unanswered))

    def close(self, *, clean: bool) -> None:
        """Close the file, if it is still open; a clean run needs no ledger any more."""
        if self._file.closed:
            return
        self._file.close()
        if clean:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger found on disk."""

    path: Path
    run: str
    address: str
    #: Whether the run is under way, as far as that can be told.
    life: Life
    #: What it may have created, oldest first.
    things: tuple[Thing, ...]


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
    things = tuple(thing for row in rows if "create" in row and (thing := _thing(row)) is not None)
    return LedgerFile(path, head.get("run", path.stem), head.get("address", ""), _life(head), things)


def _thing(row: dict[str, Any]) -> Thing | None:
    """Read what a line notes; older releases name the RPC alone, newer ones may know kinds that we do not."""
    making = maker_of(row["create"])
    kind = row.get("kind", making.kind if making is not None else "")
    return Thing(kind, row["name"], row["db_name"]) if kind in kinds() else None


def _life(head: dict[str, Any]) -> Life:
    """Tell whether the run that began a ledger is over; one without a head was killed before it made anything."""
    if not head:
        return Life.DEAD
    owner = ProcessOwner.read(head.get("owner"))
    return _former_life(head) if owner is None else owner.life()


def _former_life(head: dict[str, Any]) -> Life:
    """Tell it of a ledger of an older release, which did not note where its numbers of processes mean anything."""
    with contextlib.suppress(psutil.Error, ValueError, TypeError):
        process = psutil.Process(head.get("pid"))
        if process.create_time() == head.get("process_started"):
            return Life.DEAD if process.status() == psutil.STATUS_ZOMBIE else Life.ALIVE
    return Life.UNKNOWN
