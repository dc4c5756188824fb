"""Baselines: the failures that a target's owner already knows.

A baseline lives in the target's own repository. It decides the gate verdict and never
the conformance verdict: a known failure is still a failure.

    schema = 1
    profile = "2.3"

    [[expect]]
    check = "insert/num-rows-zero:code@grpc"    # a check, or a pattern with * and ?
    signature = "code:65535!=1100"              # how it fails; * and ? as well; several ways with "; " between
    reason = "our parameter errors have no code yet"
    issue = "#1234"
    owner = "storage"
    expires = 2027-03-31                        # the last day on which it excuses anything
    flaky = 0.1                                 # may pass, too; fails in at most a tenth of the runs
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal

from msgspec import Meta

from milvus_tck.spec.tables import Table, TableFile
from milvus_tck.verdict.model.fingerprint import kinds_of
from milvus_tck.verdict.model.known_checks import is_pattern, matches

__all__ = [
    "SCHEMA",
    "Baseline",
    "BaselineError",
    "BaselineTables",
    "Entry",
    "problems_of",
    "read_baseline",
    "read_baseline_file",
]

SCHEMA = 1


#: What JSON has no type for: a date of TOML.
_DATE = Meta(extra_json_schema={"not": {"type": ["null", "boolean", "number", "array", "object"]}})


class EntryTable(Table, frozen=True):
    """One known failure."""

    #: Id of the check, or a pattern with * and ?.
    check: Annotated[str, Meta(min_length=1)]
    #: How it fails, or a pattern with * and ?.
    signature: Annotated[str, Meta(min_length=1)]
    #: Why that is accepted for now; `baseline check` warns where there is none.
    reason: str = ""
    #: Where it is being dealt with.
    issue: str = ""
    #: Who looks after it.
    owner: str = ""
    #: The last day on which it excuses anything: a TOML date, or a text such as 2027-03-31.
    expires: Annotated[
        Any, Meta(extra_json_schema={"not": {"type": ["null", "boolean", "number", "array", "object"]}})
    ] = None
    #: It may pass, too: true, or the part of the runs in which it may fail.
    flaky: bool | Annotated[float, Meta(ge=0, le=1)] = False


class BaselineTables(Table, frozen=True):
    """A baseline: the failures that a target's owner already knows."""

    #: Version of the format.
    schema: Literal[1]
    #: The protocol line it is for.
    profile: Annotated[str, Meta(min_length=1)]
    #: The suite that wrote it.
    suite: str = ""
    expect: tuple[EntryTable, ...] = ()


class BaselineError(Exception):
    """A baseline cannot be used: says why, and what to type next where one command helps."""

    def __init__(self, why: str, then: str = "") -> None:
        super().__init__(why)
        self.then = then


@dataclass(frozen=True, slots=True)
class Entry:
    """One known failure: which check, how it fails, and why that is accepted for now."""

    check: str
    signature: str
    reason: str = ""
    issue: str = ""
    owner: str = ""
    #: The last day on which it excuses anything; `None` for ever.
    expires: date | None = None
    #: In what part of the runs it may fail and still be no news, 0 to 1; `None` where it always fails.
    flaky: float | None = None

    @property
    def is_pattern(self) -> bool:
        """Whether it is about every check of a pattern."""
        return is_pattern(self.check)

    def names(self, check: str) -> bool:
        """Tell whether the entry is about that check."""
        return matches(check, self.check)

    def excuses(self, check: str, signature: str) -> bool:
        """Tell whether that check may fail in that way, as long as the entry has not expired.

        Where a signature names several kinds, each has to be one that the entry lists: a run that meets
        fewer of them than another one shows nothing new.
        """
        return self.names(check) and (matches(signature, self.signature) or self._lists(signature))

    def _lists(self, signature: str) -> bool:
        known = kinds_of(self.signature)
        return all(any(matches(kind, each) for each in known) for kind in kinds_of(signature))

    def expired(self, today: date) -> bool:
        """Tell whether its time is over."""
        return self.expires is not None and today > self.expires


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known failures of one target in one profile."""

    profile: str
    entries: tuple[Entry, ...]
    #: Where it was read.
    path: Path | None = None

    def held_to(self, profile: str) -> "Baseline":
        """Return it if it is for that profile; raises `BaselineError`."""
        if self.profile != profile:
            raise BaselineError(f"{self.path} is for profile {self.profile}, this run is for {profile}")
        return self


def read_baseline(path: Path, profile: str | None = None) -> Baseline:
    """Read a baseline, and hold it against a profile where one is known; raises `BaselineError`."""
    file = read_baseline_file(path)
    for trouble in problems_of(file):
        raise file.error(trouble)
    tables = file.value(BaselineTables)
    found = Baseline(tables.profile, tuple(map(_entry, tables.expect)), path)
    return found if profile is None else found.held_to(profile)


def read_baseline_file(path: Path) -> TableFile:
    """Parse the file; raises `BaselineError` where it is no TOML of a schema that we know."""
    name = quote(str(path))
    try:
        text = path.read_bytes().decode("utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        then = "" if path.exists() else f"milvus-tck check TARGET --write-baseline {name}"
        raise BaselineError(f"{path} cannot be read: {error.strerror}", then) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        # What is neither UTF-8 nor marked as anything else is Latin-1 most of the time, and no byte is wrong in that.
        then = f"iconv -f ISO-8859-1 -t UTF-8 {name} > utf-8.toml && mv utf-8.toml {name}"
        raise BaselineError(f"{path} is not UTF-8, as TOML is: see line {line}", then) from error
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"{path} is no TOML: {error}", f"$EDITOR {name}") from error
    if raw.get("schema") != SCHEMA:
        raise BaselineError(f"{path} has schema {raw.get('schema')}, this version reads {SCHEMA}", f"$EDITOR {name}")
    return TableFile(str(path), raw, text, lambda why: BaselineError(why, f"milvus-tck baseline check {name}"))


def problems_of(file: TableFile) -> Iterator[str]:
    """Say what is wrong with the form of a baseline, entry by entry: all of it, not just the first."""
    rows = file.raw.get("expect", [])
    good = isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)
    parts: list[tuple[type[Table], Mapping[str, Any], tuple[str | int, ...]]] = [
        (BaselineTables, {key: each for key, each in file.raw.items() if key != "expect" or not good}, ()),
        *((EntryTable, row, ("expect", number)) for number, row in enumerate(rows if good else ())),
    ]
    for kind, raw, place in parts:
        try:
            file.part(kind, raw, place)
        except BaselineError as error:
            yield str(error)
        else:
            if raw.get("expires") is not None and _date(raw["expires"]) is None:
                why = f"{file.title(place)}: expires = {raw['expires']!r} is no date such as 2027-03-31"
                yield str(file.wrong((*place, "expires"), why))


def _entry(row: EntryTable) -> Entry:
    expires = None if row.expires is None else _date(row.expires)
    return Entry(row.check, row.signature, row.reason, row.issue, row.owner, expires, float(row.flaky) or None)


def _date(value: object) -> date | None:
    """Read a TOML date, or one in a text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
