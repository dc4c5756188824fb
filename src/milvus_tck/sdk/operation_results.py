"""Results of operations: the form that each member has, whoever asks for it.

read_result("search", {"hits": [[{"id": {"int": "7"}, "score": 0.5}]]})
"""

from collections.abc import Mapping
from typing import Any, TypedDict

import msgspec

from milvus_tck.sdk.driver_protocol import OPERATIONS, plain_value

__all__ = ["Hit", "ResultFormError", "read_result"]


class Hit(TypedDict, total=False):
    """One hit of a search."""

    id: int | str
    score: float
    #: The values of the fields that were asked for, by name.
    fields: dict[str, Any]


class ResultFormError(Exception):
    """A result does not have the form that the protocol of drivers gives it: says how."""


_FORMS: dict[str, Any] = {
    "value": bool,
    "names": list[str],
    "fields": list[str],
    "count": int,
    "ids": list[int | str],
    "rows": list[dict[str, Any]],
    "hits": list[list[Hit]],
}


def read_result(op: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Read the result of an operation that succeeded, as plain values.

    Raises `ResultFormError` where it lacks a member that the operation owes, or one has another form.
    """
    owed = OPERATIONS[op][1]
    missing = [name for name in owed if name not in result]
    if missing:
        raise ResultFormError(f"the result of {op} lacks {', '.join(missing)}")
    try:
        found = {key: plain_value(value) for key, value in result.items()}
        return {**found, **{name: _formed(name, found[name]) for name in owed}}
    except ValueError as error:
        raise ResultFormError(f"the result of {op}: {error}") from error


def _formed(name: str, value: object) -> Any:  # noqa: ANN401 - a value of the form
    try:
        return msgspec.convert(value, _FORMS[name])
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from error
