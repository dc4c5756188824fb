"""Baselines: the failures that a target's owner already knows.

A baseline lives in the target's own repository. It decides the gate verdict and never
the conformance verdict: a known failure is still a failure.

    schema = 1
    profile = "2.3"

    [[expect]]
    check = "insert/num-rows-zero:code@grpc"    # a check, or a pattern with * and ?
    signature = "code:65535!=1100"              # how it fails; * and ? as well
    reason = "our parameter errors have no code yet"
    issue = "#1234"
    owner = "storage"
    expires = 2027-03-31                        # the last day on which it excuses anything
    flaky = 0.1                                 # may pass, too; fails in at most a tenth of the runs
"""

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from milvus_tck.verdict.check_names import is_pattern, matches

__all__ = ["SCHEMA", "Baseline", "BaselineError", "Entry", "problems_of", "read_baseline", "read_raw"]

SCHEMA = 1
#: Keys of an entry: the first two are needed, a reason is wanted.
_TEXTS = ("check", "signature", "reason", "issue", "owner")
_NEEDED = ("check", "signature")
_KEYS = (*_TEXTS, "expires", "flaky")
_TABLES = ("schema", "profile", "suite", "expect")


class BaselineError(Exception):
    """A baseline can not be used."""


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
        """Tell whether that check may fail in that way, as long as the entry has not expired."""
        return self.names(check) and matches(signature, self.signature)

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
    raw = read_raw(path)
    for trouble in problems_of(raw):
        raise BaselineError(f"{path}: {trouble}")
    found = Baseline(raw["profile"], tuple(map(_entry, raw.get("expect", ()))), path)
    return found if profile is None else found.held_to(profile)


def read_raw(path: Path) -> dict[str, Any]:
    """Parse the file; raises `BaselineError` where it is no TOML of a schema that we know."""
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise BaselineError(f"{path} can not be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BaselineError(f"{path} is not UTF-8, as TOML is: see line {line}") from error
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"{path} is no TOML: {error}") from error
    if raw.get("schema") != SCHEMA:
        raise BaselineError(f"{path} has schema {raw.get('schema')}, this version reads {SCHEMA}")
    return raw


def problems_of(raw: dict[str, Any]) -> Iterator[str]:
    """Say what is wrong with the form of a baseline, entry by entry."""
    yield from (_unknown(key, _TABLES) for key in raw if key not in _TABLES)
    if not isinstance(raw.get("profile"), str):
        yield f'it is for profile {raw.get("profile")}: profile = "2.3" says which one it is for'
    rows = raw.get("expect", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield "an entry is a table [[expect]]"
        return
    for number, row in enumerate(rows, 1):
        yield from (f"the entry for {row.get('check', f'number {number}')!r} {each}" for each in _troubles(row))


def _troubles(row: dict[str, Any]) -> Iterator[str]:
    yield from (f"has an {_unknown(key, _KEYS)}" for key in row if key not in _KEYS)
    yield from (f"lacks {key!r}" for key in _NEEDED if not row.get(key))
    yield from (f"has a {key} that is no text" for key in _TEXTS if not isinstance(row.get(key, ""), str))
    if "expires" in row and _date(row["expires"]) is None:
        yield f"expires on {row['expires']!r}, which is no date such as 2027-03-31"
    if "flaky" in row and _ratio(row["flaky"]) is None:
        yield f"has flaky = {row['flaky']!r}: write true, or the part of the runs in which it may fail, such as 0.1"


def _unknown(key: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    hint = f"; {near[0]!r} is near" if near else ""
    return f"unknown key {key!r}{hint}; there are {', '.join(known)}"


def _entry(row: dict[str, Any]) -> Entry:
    expires = _date(row["expires"]) if "expires" in row else None
    ratio = _ratio(row.get("flaky", False)) or None
    return Entry(**{key: row.get(key, "") for key in _TEXTS}, expires=expires, flaky=ratio)


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


def _ratio(value: object) -> float | None:
    """Read true, false, or a part of one; `None` for anything else."""
    if isinstance(value, bool | int | float) and 0 <= value <= 1:
        return float(value)
    return None
