"""Typed tables: the one reader of every TOML file that people write.

A file is described by types: a `Table` is a table of TOML, its fields are the keys. What does not fit is an
error that says in which line of which file, and for a key that nobody knows which ones there are, the nearest
first. The same types give the JSON Schemas under `proto/schema/`.

    class Rule(Table, frozen=True):
        id: str
        times: int = 1

    class Rules(Table, frozen=True):
        rule: tuple[Rule, ...] = ()

    file = read_file(path, "rules.toml", RuleError)
    for number, rule in enumerate(file.value(Rules).rule):
        if rule.times > 9:
            raise file.wrong(("rule", number, "times"), "nobody waits for that")
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from milvus_tck.spec.keys import nearest
from milvus_tck.spec.toml_lines import Place, line_of

__all__ = ["SpecError", "Table", "TableFile", "choice", "read_tables"]

_Value = TypeVar("_Value")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_KINDS = {
    "int": "a whole number", "float": "a number", "str": "a text", "bool": "true or false", "array": "a list",
    "object": "a table", "date": "a date", "datetime": "a date with a time",
}  # fmt: skip
#: Keys that name a row to whoever looks for it.
_NAMES = ("id", "name", "check")


class SpecError(Exception):
    """Data under `proto/` contradicts itself: our own bug, never the target's."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of TOML: each field is a key, one without a default has to be there."""


def choice(known: Iterable[str]) -> msgspec.Meta:
    """Say of a text which ones there are, where they are known only when the program runs.

    operator: Annotated[str, choice(operators())]
    """
    names = sorted(known)
    return msgspec.Meta(pattern=f"^({'|'.join(map(re.escape, names))})$", extra_json_schema={"enum": names})


@dataclass(frozen=True, slots=True)
class TableFile:
    """What a file holds, parsed: makes typed values of it, and tells mistakes by their place."""

    #: How the file is called in messages.
    name: str
    raw: Mapping[str, Any]
    #: The whole text, for line numbers; empty where there is none.
    text: str = ""
    #: What is raised.
    error: Callable[[str], Exception] = SpecError
    #: What the outermost table is called.
    whole: str = "the file"

    def value(self, kind: type[_Value]) -> _Value:
        """Make a typed value of the whole file; raises the error of the file where something does not fit."""
        return self.part(kind, self.raw)

    def part(self, kind: type[_Value], raw: object, place: Place = ()) -> _Value:
        """Make a typed value of a part that stands, or was put together from what stands, at a place."""
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            raise _Mistake(self, kind, raw, place).told(str(error)) from error

    def wrong(self, place: Place, why: str) -> Exception:
        """Return the error that something at a place is wrong."""
        return self.error(f"{self.where(place)}: {why}")

    def where(self, place: Place = ()) -> str:
        """Name a place: the file, and the line where there is a text."""
        return f"{self.name}, line {line_of(self.text, place)}" if self.text else self.name

    @contextmanager
    def at(self, *place: str | int) -> Iterator[None]:
        """Let what is raised inside be about a place, where it does not say one itself.

        with file.at("route", 3, "profiles"):
            ProfileRange(row.profiles)
        """
        try:
            yield
        except (SpecError, ValueError) as error:
            if str(error).startswith(self.name):
                raise
            raise self.wrong(place, f"{self.title(place)}: {error}") from error

    def title(self, place: Place) -> str:
        """Write the table that holds a place the way TOML does, with the name of the row where it has one."""
        while place and not isinstance(_at(self.raw, place), Mapping):
            place = place[:-1]
        if not place:
            return self.whole
        header = ".".join(each for each in place if isinstance(each, str))
        if not isinstance(place[-1], int):
            return f"[{header}]"
        row = _at(self.raw, place)
        names = [str(row[key]) for key in _NAMES if key in row] if isinstance(row, Mapping) else []
        # Without a line, and without a name, its number is all there is.
        number = names[0] if names else "" if self.text else str(place[-1] + 1)
        return f"[[{header}]] {number}".rstrip()


def read_tables(path: Path, error: Callable[[str], Exception]) -> TableFile:
    """Parse a file that a user wrote; raises its error where it cannot be read, or is no TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        return TableFile(str(path), tomllib.loads(text), text, error)
    except OSError as reason:
        raise error(f"{path} cannot be read: {reason.strerror}") from reason
    except UnicodeDecodeError as reason:
        raise error(f"{path} is not UTF-8, as TOML is") from reason
    except tomllib.TOMLDecodeError as reason:
        raise error(f"{path}: {reason}") from reason


@dataclass(frozen=True, slots=True)
class _Mistake:
    """A part of a file that does not fit its type."""

    file: TableFile
    kind: Any
    raw: object
    place: Place

    def told(self, said: str) -> Exception:
        """Say it in the words of TOML; `said` is what the library says."""
        what, _, path = said.partition(" - at `")
        inner = self._inner(_steps(path.rstrip("`")), said)
        place = (*self.place, *inner)
        quoted = re.findall(r"`([^`]*)`", what)
        title = self.file.title(place)
        if what.startswith("Object contains unknown field"):
            known = nearest(quoted[0], self._known(inner, _keys))
            why = f"{title} has no {quoted[0]}; there are {', '.join(known)}"
            return self.file.wrong((*place, quoted[0]), why)
        if what.startswith("Object missing required field"):
            return self.file.wrong(place, f"{title} lacks {quoted[0]}")
        return self.file.wrong(place, self._misfit(title, what, inner))

    def _misfit(self, title: str, what: str, inner: Place) -> str:
        key = next((each for each in reversed((*self.place, *inner)) if isinstance(each, str)), "it")
        value = _at(self.raw, inner)
        if what.startswith("Invalid enum value") or ("matching regex" in what and self._known(inner, _choices)):
            known = nearest(str(value), self._known(inner, _choices))
            return f"{title}: there is no {key} {value!r}; there are {', '.join(known)}"
        expected = re.sub(r", got `[^`]*`", "", what).removeprefix("Expected ").replace(" | null", "")
        for word, plain in _KINDS.items():
            expected = re.sub(rf"(`|\| ){word}(`| \|)", rf"\1{plain}\2", expected)
        expected = expected.replace("`", "").replace(" | ", " or ")
        return f"{title}: {key} = {value!r} is not {expected}"

    def _inner(self, steps: list[str | int], said: str) -> Place:
        """Fill in the names of tables, which the library leaves out where any name may stand."""
        found: list[str | int] = []
        for step in steps:
            found.append(self._culprit(tuple(found), said) if step == "..." else step)
        return tuple(found)

    def _culprit(self, place: Place, said: str) -> str:
        """Find the key of a table whose value alone gives the same mistake."""
        table = _at(self.raw, place)
        for key, value in table.items() if isinstance(table, Mapping) else ():
            try:
                msgspec.convert(_with(self.raw, place, {key: value}), self.kind)
            except msgspec.ValidationError as error:
                if str(error) == said:
                    return str(key)
        return "..."

    def _known(self, inner: Place, names: Callable[[msgspec.inspect.Type], Iterable[str]]) -> list[str]:
        """Name what a table, or a choice between texts, may hold."""
        found = [msgspec.inspect.type_info(self.kind)]
        for step in inner:
            found = [each for kind in found for each in _below(kind, step)]
        return [name for kind in found for each in _plain(kind) for name in names(each)]


def _steps(path: str) -> list[str | int]:
    found = ((name, position) for name, position in _STEP.findall(path))
    return [name or (int(position) if position.isdigit() else position) for name, position in found]


def _at(raw: object, place: Place) -> Any:  # noqa: ANN401 - TOML values are what they are
    """Return what stands at a place; `None` where nothing does."""
    for step in place:
        try:
            raw = raw[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _with(raw: object, place: Place, table: object) -> object:
    """Return the same with another table at a place."""
    if not place:
        return table
    first, *rest = place
    if isinstance(raw, Mapping):
        return {**raw, first: _with(raw[first], tuple(rest), table)}
    return [_with(each, tuple(rest), table) if number == first else each for number, each in enumerate(raw)]  # type: ignore[arg-type,var-annotated]


def _plain(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    """Take apart what is one of several types, or has remarks."""
    if isinstance(kind, msgspec.inspect.UnionType):
        for each in kind.types:
            yield from _plain(each)
    elif isinstance(kind, msgspec.inspect.Metadata):
        yield kind
        yield from _plain(kind.type)
    else:
        yield kind


def _below(kind: msgspec.inspect.Type, step: str | int) -> Iterator[msgspec.inspect.Type]:
    """Return the types of what stands one step further down."""
    for each in _plain(kind):
        if isinstance(each, msgspec.inspect.StructType):
            yield from (field.type for field in each.fields if field.encode_name == step)
        elif isinstance(each, msgspec.inspect.DictType):
            yield each.value_type
        elif isinstance(each, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
            yield each.item_type


def _keys(kind: msgspec.inspect.Type) -> Iterator[str]:
    if isinstance(kind, msgspec.inspect.StructType):
        yield from (field.encode_name for field in kind.fields)


def _choices(kind: msgspec.inspect.Type) -> Iterator[str]:
    if isinstance(kind, msgspec.inspect.Metadata):
        yield from (kind.extra_json_schema or {}).get("enum", ())
    elif isinstance(kind, msgspec.inspect.LiteralType):
        yield from map(str, kind.values)
    elif isinstance(kind, msgspec.inspect.EnumType):
        yield from (str(each.value) for each in kind.cls)
