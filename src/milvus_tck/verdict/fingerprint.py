"""Signatures of differences: stable from run to run, without ids, names or messages.

A baseline recognises a known failure by its signature, so it has to say what kind of
difference was seen, and nothing that another run would see differently.
"""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["difference"]

#: Numbers up to here are counts, codes and states; larger ones are ids and timestamps.
_SMALL = 1 << 16


def difference(expected: Any, actual: Any) -> str:  # noqa: ANN401 - compares whatever tests compare
    """Name the first difference between two values that are not equal."""
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
    key = next(key for key in expected if expected[key] != actual[key])
    return f"{_label(key)}:{difference(expected[key], actual[key])}"


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
    return key if isinstance(key, str) and key.isidentifier() else "key"
