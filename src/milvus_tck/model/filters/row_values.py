"""Comparing one value of a row, of whatever type it is there, with a constant."""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from milvus_tck.model.filters.constants import COMPARE, is_number, quotient, remainder, wrapped
from milvus_tck.model.filters.operands import Value

__all__ = ["arithmetic", "column_arithmetic", "equal", "of_one_type", "ordered"]

_INT64 = range(-(1 << 63), 1 << 63)
_BITS: dict[str, Callable[[Any, Any], Any]] = {"&": operator.and_, "|": operator.or_, "^": operator.xor}
_PLAIN: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_WHOLE: dict[str, Callable[[Any, Any], Any]] = {**_PLAIN, **_BITS, "/": quotient, "%": remainder}
_COLUMN: dict[str, Callable[[Any, Any], Any]] = {**_PLAIN, **_BITS, "/": np.divide, "%": np.fmod}
_FLOATING: dict[str, Callable[[Any, Any], Any]] = {**_PLAIN, "/": operator.truediv, "%": math.fmod}


def of_one_type(value: object, constant: Value) -> bool:
    """Tell whether a JSON value can be compared with a constant: numbers with numbers, texts with texts."""
    if is_number(constant):
        return is_number(value)
    return isinstance(value, list if isinstance(constant, tuple) else type(constant))


def _side_by_side(value: Any, constant: Any) -> tuple[Any, Any]:  # noqa: ANN401 - numbers
    """Return two numbers as they are compared: integers as integers, and as doubles where one is none."""
    if isinstance(value, int) and isinstance(constant, int) and value in _INT64:
        return value, constant
    return float(value), float(constant)


def ordered(value: object, sign: str, constant: Value) -> bool:
    """Compare a JSON value and a constant of one type."""
    if is_number(constant):
        return bool(COMPARE[sign](*_side_by_side(value, constant)))
    if isinstance(constant, tuple):
        return sign in {"==", "!="} and equal(value, constant) == (sign == "==")
    return bool(COMPARE[sign](value, constant))


def equal(value: object, constant: Value) -> bool:
    """Tell whether a JSON value is a constant: lists by their elements, numbers by what they count."""
    if not of_one_type(value, constant):
        return False
    if isinstance(constant, tuple):
        assert isinstance(value, list)  # noqa: S101 - for the type checker
        return len(value) == len(constant) and all(map(equal, value, constant))
    return ordered(value, "==", constant)


def arithmetic(value: Any, sign: str, operand: Any) -> Any:  # noqa: ANN401 - numbers
    """Compute with a number of a row and a constant: int64 where both are integers, doubles otherwise."""
    if isinstance(value, int) and isinstance(operand, int) and value in _INT64:
        return wrapped(_WHOLE[sign](value, operand))
    if sign in _FLOATING:
        return _FLOATING[sign](float(value), float(operand))
    return math.nan  # a float has no bits


def column_arithmetic(values: np.ndarray[Any, Any], sign: str, operand: float) -> np.ndarray[Any, Any]:
    """Compute with a whole column, in the type it has."""
    with np.errstate(all="ignore"):
        if sign in {"/", "%"} and values.dtype == np.int64:
            way = quotient if sign == "/" else remainder
            return np.array([way(int(value), int(operand)) for value in values], dtype=np.int64)
        other = values.dtype.type(operand)
        return np.asarray(_COLUMN[sign](values, other))
