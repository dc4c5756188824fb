"""Computing with constants alone, which servers do while they read: int64 that wraps, doubles, texts, booleans."""

import math
import operator
from collections.abc import Callable
from typing import Any, TypeGuard

from milvus_tck.model.filters.operands import Constant, Value
from milvus_tck.model.filters.refusals import FilterError
from milvus_tck.model.filters.releases import FilterRules

__all__ = ["COMPARE", "compared", "computed", "is_number", "negative", "quotient", "remainder", "wrapped"]

#: Constants that are floats are equal within this.
_TOLERANCE = 1e-10
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_BITS = {"&": operator.and_, "|": operator.or_, "^": operator.xor}


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is an integer or a float."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def wrapped(value: int) -> int:
    """Return what an int64 holds after a computation that may have left its range."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def quotient(dividend: int, divisor: int) -> int:
    """Divide integers, rounding towards zero."""
    found = abs(dividend) // abs(divisor)
    return wrapped(found if (dividend < 0) == (divisor < 0) else -found)


def remainder(dividend: int, divisor: int) -> int:
    """Return what a division that rounds towards zero leaves: it has the sign of the dividend."""
    found = abs(dividend) % abs(divisor)
    return found if dividend >= 0 else -found


def _power(base: float, exponent: float, rules: FilterRules) -> float:
    try:
        found = math.pow(base, exponent)
    except OverflowError:
        found = math.inf
    except ValueError:  # a root of a negative number, or one divided by nothing
        found = math.inf if base == 0 else math.nan
    whole = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    return int(found) if whole and rules.exact_arithmetic and found < 1 << 63 else found


def computed(left: Value, sign: str, right: Value, rules: FilterRules) -> Constant:
    """Compute with two constants."""
    if not is_number(left) or not is_number(right):
        raise FilterError(f"{sign!r} cannot be applied to {left!r} and {right!r}")
    if sign == "**":
        return Constant(_power(left, right, rules))
    if isinstance(left, int) and isinstance(right, int):
        return Constant(_whole(left, sign, right))
    if sign == "%" or sign in _BITS:
        raise FilterError(f"{sign!r} can only be applied to integers")
    if sign == "/" and right == 0:
        raise FilterError("cannot divide by zero")
    return Constant({"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign](left, right))


def _whole(left: int, sign: str, right: int) -> int:
    if sign in _BITS:
        return int(_BITS[sign](left, right))
    if sign in {"/", "%"} and right == 0:
        raise FilterError("cannot divide by zero")
    ways = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": quotient, "%": remainder}
    return wrapped(ways[sign](left, right))


def negative(value: Value) -> Constant:
    """Return a number with the other sign."""
    if not is_number(value):
        raise FilterError(f"{value!r} has no negative")
    return Constant(wrapped(-value) if isinstance(value, int) else -value)


def compared(left: Value, sign: str, right: Value) -> Constant:
    """Compare two constants: the answer is one, too, and a condition."""
    if is_number(left) and is_number(right):
        return Constant(_numbers(left, sign, right), folded=True)
    texts = isinstance(left, str) and isinstance(right, str)
    booleans = isinstance(left, bool) and isinstance(right, bool) and sign in {"==", "!="}
    if not (texts or booleans):
        raise FilterError(f"{left!r} and {right!r} cannot be compared")
    return Constant(bool(COMPARE[sign](left, right)), folded=True)


def _numbers(left: float, sign: str, right: float) -> bool:
    if sign in {"==", "!="} and not (isinstance(left, int) and isinstance(right, int)):
        return (abs(left - right) < _TOLERANCE) == (sign == "==")
    return bool(COMPARE[sign](left, right))
