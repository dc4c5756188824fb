"""Two values that are not equal, member by member.

    insert_cnt: expected 3, got 0
    fields[1].data_type: expected 21, got 5

A path names where in a value they differ; it is empty where the values differ as a whole.
Long values are cut around the place where they differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice, takewhile, zip_longest
from typing import Any, TypeGuard

from google.protobuf.message import Message

__all__ = ["Difference", "contrast", "differences", "is_unnamed", "named", "shown"]

#: Differences that are told of one pair of values.
_MOST = 12
#: Items of a list, and characters of a text, that are shown.
_ITEMS, _TEXT = 12, 200
#: Characters of one text or of one string of bytes.
_LETTERS, _BYTES = 150, 40
#: Items that are shown before the first one that differs.
_BEFORE = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where an answer is not as expected, as texts."""

    path: str
    expected: str
    actual: str

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}expected {self.expected}, got {self.actual}"

    def as_dict(self) -> dict[str, str]:
        """Return it for an event."""
        return {"path": self.path, "expected": self.expected, "actual": self.actual}


@dataclass(frozen=True, slots=True)
class _Nothing:
    """What is not there at all."""

    def __repr__(self) -> str:
        return "nothing"


_NOTHING = _Nothing()


def differences(
    expected: object, actual: object, members: Sequence[str] = (), what: str = ""
) -> tuple[Difference, ...]:
    """Find where two values differ; `members` names the items of both, where they are put together by a test.

    `what` names both values as a whole.
    """
    found = _members(members, expected, actual) if members else _walk(what, expected, actual)
    told = list(islice(found, _MOST + 1))
    if len(told) <= _MOST:
        return tuple(told)
    return (*told[:_MOST], Difference("…", "no other difference", "more of them"))


def _members(names: Sequence[str], expected: Any, actual: Any) -> Iterator[Difference]:  # noqa: ANN401 - of any test
    if not _is_list(actual):
        yield Difference("", shown(expected), shown(actual))
        return
    for number, (name, wanted, found) in enumerate(zip_longest(names, expected, actual, fillvalue=_NOTHING)):
        if wanted != found:
            yield from _walk(name if isinstance(name, str) else f"[{number}]", wanted, found)


def _walk(path: str, expected: object, actual: object) -> Iterator[Difference]:
    expected, actual = _plain(expected), _plain(actual)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key in dict.fromkeys((*expected, *actual)):
            yield from _unequal(_inside(path, key), expected.get(key, _NOTHING), actual.get(key, _NOTHING))
    elif _is_list(expected) and _is_list(actual) and len(expected) == len(actual) and _compound(expected, actual):
        names = getattr(expected, "_fields", None) or getattr(actual, "_fields", None)
        for number, (wanted, found) in enumerate(zip(expected, actual, strict=True)):
            yield from _unequal(_inside(path, names[number] if names else number), wanted, found)
    elif _is_list(expected) and _is_list(actual):
        first = _first(expected, actual)
        yield Difference(path, _list(expected, first), _list(actual, first))
    elif isinstance(expected, AbstractSet) and isinstance(actual, AbstractSet):
        yield Difference(path, _set(expected, actual), _set(actual, expected))
    else:
        yield Difference(path, shown(expected), shown(actual))


def _unequal(path: str, expected: object, actual: object) -> Iterator[Difference]:
    if expected != actual:
        yield from _walk(path, expected, actual)


def _inside(path: str, key: object) -> str:
    """Name a member or an item of what `path` names."""
    if isinstance(key, int) and not isinstance(key, bool):
        return f"{path}[{key}]"
    name = key if isinstance(key, str) and key else repr(key)
    return f"{path}.{name}" if path else name


def _plain(value: object) -> object:
    """Turn arrays of numpy into lists, and messages and dataclasses into those of their members that are compared."""
    if isinstance(value, Message):
        return {member.name: each for member, each in value.ListFields()}
    if is_dataclass(value) and not isinstance(value, type) and fields(value):
        return {each.name: getattr(value, each.name) for each in fields(value) if each.compare}
    return value.tolist() if hasattr(value, "tolist") else value


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _compound(expected: Sequence[object], actual: Sequence[object]) -> bool:
    """Tell whether items have members of their own; bare values are told as one list."""
    if hasattr(expected, "_fields") or hasattr(actual, "_fields"):
        return True
    return any(isinstance(each, Mapping) or _is_list(each) for each in (*expected, *actual))


def _first(expected: Sequence[object], actual: Sequence[object]) -> int:
    """Count the items that both lists begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(expected, actual, strict=False)))


def named(members: Sequence[str], values: Iterable[object]) -> str:
    """Show values with their names."""
    return ", ".join(f"{name}: {shown(value)}" for name, value in zip(members, values, strict=False))


def shown(value: object, limit: int = _TEXT) -> str:
    """Show a value in a line; what is long is cut, and how much is left out is told."""
    return _cut(_shown(_plain(value)), limit)


def _shown(value: Any) -> str:  # noqa: ANN401 - whatever tests compare
    if isinstance(value, str):
        return repr(value) if len(value) <= _LETTERS else f"{value[:_LETTERS]!r}… ({len(value)} characters)"
    if isinstance(value, bytes):
        return repr(value) if len(value) <= _BYTES else f"{value[:_BYTES]!r}… ({len(value)} bytes)"
    if isinstance(value, Mapping):
        more = f", … {len(value) - _ITEMS} more" if len(value) > _ITEMS else ""
        return "{" + ", ".join(f"{key}: {shown(value[key])}" for key in islice(value, _ITEMS)) + more + "}"
    if isinstance(value, AbstractSet):
        return _set(value, value)
    if hasattr(value, "_fields"):
        return f"({named(value._fields, value)})"
    return _list(value, 0) if _is_list(value) else " ".join(repr(value).split())


def _list(values: Sequence[object], first: int) -> str:
    """Show a list from shortly before the item that is of interest."""
    start = 0 if len(values) <= _ITEMS else max(0, min(first - _BEFORE, len(values) - _ITEMS))
    kept = [shown(each) for each in values[start : start + _ITEMS]]
    more = len(values) - start - len(kept)
    parts = [*([f"… {start} before"] if start else []), *kept, *([f"… {more} more"] if more else [])]
    return f"[{', '.join(parts)}]"


def _set(values: AbstractSet[Any], others: AbstractSet[Any]) -> str:
    """Show a set; of a large one only what the other lacks."""
    told = values if values is others or len(values) <= _ITEMS else values - others
    kept = sorted(map(shown, told))
    more = f", … {len(kept) - _ITEMS} more" if len(kept) > _ITEMS else ""
    alike = f", … {len(values) - len(told)} in both" if len(told) < len(values) else ""
    return "{" + ", ".join(kept[:_ITEMS]) + more + alike + "}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"


def contrast(expected: str, actual: str, members: Sequence[Difference]) -> str:
    """Say in a line what was expected and what came: by the members that differ, where there are any."""
    if members:
        return "; ".join(map(str, members))
    return f"expected {expected}, got {actual}" if expected else actual


def is_unnamed(expected: object) -> bool:
    """Tell whether a value is put together from several that a reader cannot tell apart without names.

    These are tuples without names, and lists of truth values or of values of more than one type.
    """
    if isinstance(expected, tuple):
        return not hasattr(expected, "_fields")
    if not isinstance(expected, list) or not expected:
        return False
    kinds = {type(each) for each in expected}
    return len(kinds) > 1 or kinds == {bool}
