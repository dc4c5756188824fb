"""Signatures of differences: stable from run to run, without ids, names or messages.

A baseline recognises a known failure by its signature, so it has to say what kind of
difference was seen, and nothing that another run would see differently. Of several that
were seen in no certain order it names all, sorted:

    legacy:200; legacy:6        # two kinds
    legacy:*                    # more than any reader wants to know
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["MOST_KINDS", "difference", "joined", "kinds_of", "member_of"]

#: Kinds of one member that a signature names.
MOST_KINDS = 8
_BETWEEN = "; "

#: Numbers up to here are counts, codes and states; larger ones are ids and timestamps.
_SMALL = 1 << 16
#: What stands for a key that is no name.
_NAMELESS = "key"


def joined(kinds: Iterable[str]) -> str:
    """Make one signature of several, whatever their order: `code:2; code:7`."""
    every = set(kinds)
    number = Counter(map(member_of, every))
    told = {f"{member_of(each)}:*" if number[member_of(each)] > MOST_KINDS else each for each in every}
    return _BETWEEN.join(sorted(told))


def kinds_of(signature: str) -> list[str]:
    """Take a signature apart that `joined` made; any other one is its only kind."""
    return signature.split(_BETWEEN)


def member_of(kind: str) -> str:
    """Say which member a kind is about: `code` of `code:2`."""
    return kind.partition(":")[0]


def difference(expected: Any, actual: Any) -> str:  # noqa: ANN401 - compares whatever tests compare
    """Name the most telling difference between two values that are not equal, whatever order their keys have."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return _mappings(expected, actual)
    if _is_list(expected) and _is_list(actual):
        return _lists(expected, actual)
    if _is_plain(expected) and _is_plain(actual):
        return f"{_show(actual)}!={_show(expected)}"
    if type(expected) is type(actual):
        return f"other-{type(expected).__name__}"
    return f"{type(actual).__name__}!={type(expected).__name__}"


def _mappings(expected: Mapping[Any, Any], actual: Mapping[Any, Any]) -> str:
    missing = expected.keys() - actual.keys()
    extra = actual.keys() - expected.keys()
    if missing or extra:
        return f"keys:{len(missing)}-missing,{len(extra)}-extra"
    found = {
        f"{_label(key)}:{difference(expected[key], actual[key])}" for key in expected if expected[key] != actual[key]
    }
    return min(found, key=_weight)


def _weight(kind: str) -> tuple[bool, bool, int, str]:
    """Order differences: a member with a name before one without, values before mere kinds, then the shorter one."""
    member, _, what = kind.partition(":")
    return member == _NAMELESS, "!=" not in what, len(kind), kind


def _lists(expected: Sequence[Any], actual: Sequence[Any]) -> str:
    if len(expected) != len(actual):
        more = "more" if len(actual) > len(expected) else "fewer"
        return f"{more}-items"
    if _sorted(expected) == _sorted(actual):
        return "order"
    index = next(index for index, pair in enumerate(zip(expected, actual, strict=True)) if pair[0] != pair[1])
    return f"item:{difference(expected[index], actual[index])}"


def _sorted(values: Sequence[Any]) -> list[str]:
    # Whether a tuple has names makes no difference.
    return sorted(repr(tuple(each) if isinstance(each, tuple) else each) for each in values)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= _SMALL)


def _show(value: object) -> str:
    return "none" if value is None else str(value).lower()


def _label(key: object) -> str:
    return key if isinstance(key, str) and key.isidentifier() else _NAMELESS
