"""What servers were seen to answer: the files of `milvus-tck observe`, and those under `proto/observed/`.

A file is NDJSON: a first line that says which server, one line for each answer. A line names its clause (and the
case of it), or an RPC and a condition; `proto/observed/conditions.toml` says of which clauses these are samples.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec.structs import asdict

from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.data import SpecError, proto_dir, table_file
from milvus_tck.spec.tables import Table, TableFile

__all__ = [
    "SCHEMA",
    "Observed",
    "ObservedAnswer",
    "ObservedError",
    "ObservedServer",
    "conditions",
    "observed",
    "read_observed",
]

#: Version of the format; raised when a reader of the old one would misread.
SCHEMA = 1
#: Stands at the end of a reason of which only the beginning was written down.
CUT = "…"
_FOLDER = "observed"
#: What the first line is called by, and each other one.
_LINE = "the line"
#: The file `conditions.toml`: by RPC and condition, the `clause` or `clause.case` that it is a sample of.
ConditionTables = dict[str, dict[str, tuple[str, ...]]]


class ObservedError(Exception):
    """A file is no file of what a server answered."""


class ObservedServer(Table, frozen=True):
    """Who answered: the first line of a file."""

    #: `milvus`, `lite` or another name, and the release of it, such as `2.6.20`.
    server: str
    release: str
    #: What the server says of its version.
    version: str = ""
    #: Of its source, where that is known.
    commit: str = ""
    #: Release of the suite that asked; empty where it was asked in another way.
    suite: str = ""
    #: Line of the protocol that it was held to.
    profile: str = ""
    #: How it was asked, where that matters to a reader.
    note: str = ""

    def __str__(self) -> str:
        return f"{self.server}@{self.release}"


class ObservedAnswer(Table, frozen=True):
    """What one server answered in one condition."""

    #: The clause that it is a sample of; empty where `rpc` and `condition` say which one that is.
    clause: str = ""
    case: str = ""
    binding: str = GRPC
    rpc: str = ""
    condition: str = ""
    #: Name of the gRPC code, or the status of HTTP.
    grpc: str = "OK"
    #: The two numbers of the Status; `None` where there was none.
    error_code: int | None = None
    code: int | None = None
    #: Whether the operation succeeded.
    ok: bool = True
    retriable: bool = False
    #: The part of the reason that is the same in every run; `None` where it was not written down.
    reason: str | None = None
    #: Whether what the clause promises was so, where it promises a success and somebody looked; and how what was seen
    #: differs, if it was not: the signature of the failure.
    held: bool | None = None
    seen: str = ""
    #: How many JSON documents an answer of HTTP was, one behind the other; 0 where it was none.
    documents: int = 1
    #: Whether the server was gone after it.
    died: bool = False
    #: The answer of a part that stood in for the server's own: it proves nothing.
    stand_in: bool = False

    @property
    def of(self) -> tuple[str, ...]:
        """The conditions of clauses that it is a sample of, as `clause` or `clause.case`."""
        if self.clause:
            return (f"{self.clause}.{self.case}" if self.case else self.clause,)
        return conditions().get((self.rpc, self.condition), ())

    @property
    def words(self) -> str:
        """Say it in a few words."""
        if self.died:
            return "nothing: the server was gone"
        if self.documents != 1:
            return f"{self.documents} JSON documents in the place of one"
        if self.ok:
            return "ok" if self.held is not False else f"ok, and not as promised{f': {self.seen}' if self.seen else ''}"
        numbers = "" if self.code is None else f"code {self.code}, error_code {self.error_code}"
        return numbers if self.grpc == "OK" and numbers else " ".join(filter(None, (f"gRPC {self.grpc}", numbers)))

    def as_dict(self) -> dict[str, Any]:
        """Return the line; what goes without saying is left out."""
        always = {"grpc", "ok"} | ({"error_code", "code"} if self.code is not None else set())
        usual = asdict(ObservedAnswer())
        return {name: value for name, value in asdict(self).items() if name in always or value != usual[name]}


_ANSWERS = msgspec.json.Decoder(ObservedAnswer)


@dataclass(frozen=True, slots=True)
class Observed:
    """A whole file."""

    server: ObservedServer
    answers: tuple[ObservedAnswer, ...]

    def of(self, clause: str) -> tuple[tuple[str, ObservedAnswer], ...]:
        """Return what was answered in the conditions of a clause: its case (or none), and the answer."""
        found = ((condition, each) for each in self.answers for condition in each.of)
        return tuple((word.partition(".")[2], each) for word, each in found if word.partition(".")[0] == clause)

    def text(self) -> str:
        """Write the file: the same answers give the same text."""
        first = {"schema": SCHEMA, **{name: value for name, value in asdict(self.server).items() if value}}
        lines = [first, *(each.as_dict() for each in self.answers)]
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)

    @classmethod
    def parse(cls, text: str, name: str = "the file") -> Self:
        """Read a file, which messages call by its name; raises `ObservedError`, with the line, where it is none."""
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        first = _row(lines[0][1], f"{name}, line {lines[0][0]}") if lines else None
        if first is None or "schema" not in first.raw:
            raise ObservedError(f"{name} does not begin with a line that says which server answered")
        schema = first.raw["schema"]
        if schema != SCHEMA:
            raise ObservedError(f"{name} has schema {schema}, this version reads {SCHEMA}")
        told = {key: value for key, value in first.raw.items() if key != "schema"}
        return cls(first.part(ObservedServer, told), _answers(lines[1:], name))


def read_observed(path: Path) -> Observed:
    """Read a file; raises `ObservedError` where it cannot be read, or is none."""
    return _read(path, str(path))


def _read(path: Path, name: str) -> Observed:
    try:
        return Observed.parse(path.read_text(encoding="utf-8"), name)
    except OSError as error:
        raise ObservedError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ObservedError(f"{name} is not UTF-8, as files of observed answers are") from error


@cache
def observed() -> tuple[Observed, ...]:
    """Return every file under `proto/observed/`: by server, older releases first."""
    paths = (proto_dir() / _FOLDER).glob("*.ndjson")
    return tuple(sorted(map(_shipped, paths), key=lambda each: (each.server.server, _numbers(each.server.release))))


@cache
def conditions() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return, by RPC and condition, the conditions of clauses that they are samples of; none are an empty tuple."""
    rows = table_file(f"{_FOLDER}/conditions.toml").value(ConditionTables)
    return {(rpc, condition): named for rpc, row in rows.items() for condition, named in row.items()}


def _shipped(path: Path) -> Observed:
    try:
        found = _read(path, f"proto/{_FOLDER}/{path.name}")
    except ObservedError as error:
        raise SpecError(str(error)) from error
    named = f"{found.server.server}-{found.server.release}.ndjson"
    if path.name != named:
        raise SpecError(f"proto/{_FOLDER}/{path.name} is of {found.server}: call it {named}")
    return found


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.partition("-")[0].split(".") if part.isdigit())


def _row(line: str, place: str) -> TableFile:
    """Parse a line: a table of its own, called by its place."""
    try:
        row = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise ObservedError(f"{place} is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise ObservedError(f"{place} is no JSON object")
    return TableFile(place, row, error=ObservedError, whole=_LINE)


def _answers(lines: Sequence[tuple[int, str]], name: str) -> tuple[ObservedAnswer, ...]:
    """Read all lines at once; one at a time, to say which is wrong, only where one is."""
    with suppress(msgspec.DecodeError):  # also of what does not fit
        found = tuple(_ANSWERS.decode_lines("\n".join(line for _, line in lines)))
        if all(map(_is_of_something, found)):
            return found
    return tuple(_answer(_row(line, f"{name}, line {number}")) for number, line in lines)


def _is_of_something(answer: ObservedAnswer) -> bool:
    return bool(answer.clause or (answer.rpc and answer.condition))


def _answer(row: TableFile) -> ObservedAnswer:
    found = row.value(ObservedAnswer)
    if not _is_of_something(found):
        raise row.wrong((), "it names no clause, and no RPC and condition")
    return found


def samples(files: Iterable[Observed], clause: str) -> list[tuple[ObservedServer, str, ObservedAnswer]]:
    """Return what servers answered in the conditions of a clause: the server, the case (or none), the answer."""
    return [(each.server, case, answer) for each in files for case, answer in each.of(clause)]
