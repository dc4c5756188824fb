"""The text of a baseline in pieces, so that one entry can be changed and every other byte stays.

People write comments into a baseline. The lines directly above an entry are its own and go
with it; what stands apart from it, or above all entries, stays.
"""

import itertools
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import tomli_w

__all__ = ["BaselineText"]

_HEAD = "# Failures that are known. Each needs a reason that the next reader understands.\n\n"
_ENTRY = re.compile(r"\s*\[\[\s*expect\s*\]\]")
_REMARK = re.compile(r"\s*#")
_SUITE = re.compile(r"^suite\s*=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some lines: an entry, or what stands between entries."""

    text: str
    #: The entry as TOML has it; `None` for what stands between.
    row: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class BaselineText:
    """A whole baseline; `str` of it is the file."""

    pieces: tuple[_Piece, ...]

    @classmethod
    def new(cls, profile: str, suite: str) -> Self:
        """Begin a file without entries."""
        head = tomli_w.dumps({"schema": 1, "profile": profile, "suite": suite})
        return cls((_Piece(_HEAD + head),))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a file apart; one whose entries cannot be told apart by lines is written anew, comments and all."""
        raw = tomllib.loads(text)
        rows = raw.get("expect", [])
        pieces = [_piece(each) for each in _split(text)]
        if [each.row for each in pieces if each.row is not None] == rows:
            return cls(tuple(pieces))
        head = {key: value for key, value in raw.items() if key != "expect"}
        return cls((_Piece(_HEAD + tomli_w.dumps(head)), *map(_written, rows)))

    def __str__(self) -> str:
        text = "".join(each.text for each in self.pieces)
        return text if text.endswith("\n") else f"{text}\n"

    def changed(self, change: Callable[[int, dict[str, Any]], dict[str, Any] | None]) -> Self:
        """Change entries by number, from 0: what `change` returns takes the place, `None` takes it out."""
        number, pieces = -1, []
        for piece in self.pieces:
            if piece.row is None:
                pieces.append(piece)
                continue
            number += 1
            row = change(number, piece.row)
            if row is not None:
                pieces.append(piece if row == piece.row else _rewritten(piece, row))
        return replace(self, pieces=tuple(pieces))

    def with_entries(self, rows: Sequence[dict[str, Any]]) -> Self:
        """Append entries."""
        end = [] if not rows or str(self) == "".join(each.text for each in self.pieces) else [_Piece("\n")]
        return replace(self, pieces=(*self.pieces, *end, *map(_written, rows)))

    def by_suite(self, suite: str) -> Self:
        """Note which suite wrote it last, where it notes that at all."""
        head = self.pieces[0]
        line = tomli_w.dumps({"suite": suite}).rstrip()
        noted = _SUITE.sub(lambda _found: line, head.text, count=1) if head.row is None else head.text
        return replace(self, pieces=(replace(head, text=noted), *self.pieces[1:]))


def _split(text: str) -> list[str]:
    """Cut a text before the own remarks of each entry, and after its last line that says something."""
    lines = text.splitlines(keepends=True)
    starts = _starts(lines)
    cuts = [0]
    for start, following in itertools.pairwise([*starts, len(lines)]):
        own = start
        while own > cuts[-1] and _REMARK.match(lines[own - 1]):
            own -= 1
        end = following
        while end > start + 1 and (not lines[end - 1].strip() or _REMARK.match(lines[end - 1])):
            end -= 1
        cuts += [own, end]
    cuts.append(len(lines))
    return ["".join(lines[a:b]) for a, b in itertools.pairwise(cuts) if a < b]


def _starts(lines: list[str]) -> list[int]:
    """Number the lines that begin an entry: one inside of a text of several lines begins none."""
    found: list[int] = []
    for number, line in enumerate(lines):
        if _ENTRY.match(line) and _is_toml("".join(lines[found[-1] if found else 0 : number])):
            found.append(number)
    return found


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _piece(text: str) -> _Piece:
    """Read a piece; what is no TOML by itself belongs to no entry, and is noticed by whoever compares."""
    try:
        rows = tomllib.loads(text).get("expect")
    except tomllib.TOMLDecodeError:
        return _Piece(text)
    return _Piece(text, rows[0]) if isinstance(rows, list) and len(rows) == 1 else _Piece(text)


def _written(row: dict[str, Any]) -> _Piece:
    return _Piece(f"\n[[expect]]\n{tomli_w.dumps(row)}", row)


def _rewritten(piece: _Piece, row: dict[str, Any]) -> _Piece:
    """Change the lines of the members that are others now; where that does not come to it, write the entry anew."""
    text = piece.text
    for key, value in row.items():
        if piece.row is not None and piece.row.get(key) != value:
            line = tomli_w.dumps({key: value}).rstrip()
            text = re.sub(rf"^(\s*){key}\s*=.*$", lambda found, line=line: found[1] + line, text, flags=re.MULTILINE)  # type: ignore[misc]
    try:
        same = tomllib.loads(text) == {"expect": [row]}
    except tomllib.TOMLDecodeError:
        same = False
    return _Piece(text, row) if same else _written(row)
