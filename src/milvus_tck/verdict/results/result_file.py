"""`results.ndjson`: written line by line, readable at any moment.

A run that was killed leaves a file without a footer; reading it gives what was judged
until then, and says that it is not complete.
"""

import gzip
import json
import zlib
from contextlib import nullcontext
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self, TypeVar

from milvus_tck.spec.capabilities import CapabilityViews
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import SCHEMA, CheckEvent, Footer, Header, JudgedTarget
from milvus_tck.verdict.results.line_file import LineFile

__all__ = ["FILE", "ResultFileError", "Results", "Writer", "read_header", "read_results"]

FILE = "results.ndjson"
#: How what gzip compressed begins.
_GZIP = b"\x1f\x8b"
Event = TypeVar("Event", Header, CheckEvent, Footer)


class ResultFileError(Exception):
    """A result file cannot be read."""


@dataclass
class Writer:
    """Appends events to a result file."""

    path: Path

    def __post_init__(self) -> None:
        self._file = LineFile(self.path)

    @property
    def begun(self) -> bool:
        """Whether anything was written to it."""
        return self.path.exists() and bool(self.path.stat().st_size)

    def write(self, event: Header | CheckEvent | Footer) -> None:
        """Append one event; it is on its way to the disk when this returns, or `OSError` says why not."""
        self._file.write(json.dumps(event.as_dict(), ensure_ascii=False))

    def close(self) -> None:
        """Close the file; one that nothing was written to is taken away, for nobody could read it."""
        self._file.close()
        if not self.begun:
            self.path.unlink(missing_ok=True)


@dataclass
class Results:
    """A run as its result file tells it."""

    header: Header
    #: What was asked for.
    checks: list[CheckEvent] = field(default_factory=list)
    #: Missing where the run was killed.
    footer: Footer | None = None
    #: What was run only because checks that were asked for need it: it says why these are blocked, and no more.
    support: list[CheckEvent] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for was judged."""
        return self.footer is not None and self.footer.complete

    @classmethod
    def parse(cls, lines: list[str]) -> Self:
        """Read events; a last line that was cut short is left out."""
        events = _events(lines)
        if not events or events[0].get("event") != "header":
            message = "it does not begin with a header"
            raise ResultFileError(message)
        if events[0].get("schema") != SCHEMA:
            message = f"it has schema {events[0].get('schema')}, this version reads {SCHEMA}"
            raise ResultFileError(message)
        checks = [_known(_build(CheckEvent, event)) for event in events if event["event"] == "check"]
        footers = [_build(Footer, event) for event in events if event["event"] == "footer"]
        header = _build(Header, events[0])
        Level(header.fail_on)
        asked = [check for check in checks if not check.support]
        return cls(header, asked, footers[-1] if footers else None, [check for check in checks if check.support])


def read_results(path: Path) -> Results:
    """Read a result file, compressed by gzip or not, or the one in a result folder; raises `ResultFileError`."""
    found = path / FILE if path.is_dir() else path
    try:
        text = _text(found)
    except OSError as error:
        raise ResultFileError(f"{found} cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise ResultFileError(f"{found} is no result file: its compression is broken: {error}") from error
    try:
        return Results.parse(text.split("\n"))  # `splitlines` would also split at separators inside of texts
    except (ResultFileError, KeyError, TypeError, ValueError) as error:
        raise ResultFileError(f"{found} is no result file: {error}") from error


def read_header(path: Path) -> Header:
    """Read how the run of a result folder began, compressed by gzip or not, and no more; raises `ResultFileError`."""
    try:
        with (path / FILE).open("rb") as file:
            packed = file.peek(len(_GZIP)).startswith(_GZIP)
            with gzip.open(file) if packed else nullcontext(file) as plain:
                line = plain.readline()
        return Results.parse([line.decode("utf-8", errors="replace")]).header
    except (EOFError, zlib.error) as error:
        raise ResultFileError(f"{path} holds no result file: its compression is broken: {error}") from error
    except OSError as error:
        raise ResultFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ResultFileError, KeyError, TypeError, ValueError) as error:
        raise ResultFileError(f"{path} holds no result file: {error}") from error


def _text(path: Path) -> str:
    raw = path.read_bytes()
    content = gzip.decompress(raw) if raw.startswith(_GZIP) else raw
    return content.decode("utf-8", errors="replace")  # a killed run may end inside a character


def _events(lines: list[str]) -> list[dict[str, Any]]:
    """Parse lines; only the last one may be cut short, for the run may have died while writing it."""
    found = [_loads(line) for line in lines if line.strip()]
    if found and found[-1] is None:
        found.pop()
    whole = [event for event in found if event is not None]
    if len(whole) != len(found):
        message = f"line {found.index(None) + 1} is no event"
        raise ResultFileError(message)
    return whole


def _loads(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _known(event: CheckEvent) -> CheckEvent:
    """Return the event; raises `ValueError` if its state or its level is none of ours."""
    State(event.state)
    Level(event.level)
    return event


def _build(kind: type[Event], event: dict[str, Any]) -> Event:
    defaults: dict[str, Any] = {"expected": "", "actual": "", "signature": ""} if kind is CheckEvent else {}
    told = {**defaults, **_known_members(kind, event)}
    if "target" in told:
        told["target"] = _part(JudgedTarget, told["target"])
    for name, part in _LISTS.items():
        if name in told:
            told[name] = [_part(part, each) for each in told[name]]
    return kind(**told)


#: Members that are lists of values.
_LISTS: dict[str, type[Any]] = {"differences": Difference, "capabilities": CapabilityViews}


def _part(kind: type[Any], raw: object) -> Any:  # noqa: ANN401 - of that kind
    if not isinstance(raw, dict):
        message = f"{raw!r} is no {kind.__name__}"
        raise TypeError(message)
    return kind(**_known_members(kind, raw))


def _known_members(kind: type[Any], raw: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a later version may have added."""
    known = {each.name for each in fields(kind)}
    return {key: value for key, value in raw.items() if key in known}
