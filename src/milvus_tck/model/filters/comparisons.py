"""The type rules of comparisons, arithmetic, ranges and lists: what may stand beside what, in which release."""

from milvus_tck.model.filters import lists
from milvus_tck.model.filters.constants import COMPARE, is_number
from milvus_tck.model.filters.fields import INTEGERS, NUMBERS, TEXTS
from milvus_tck.model.filters.operands import Arithmetic, Constant, FieldPath, Length, Value, cast, kind_of, stored
from milvus_tck.model.filters.predicates import Between, Compare, ComparePlaces, IsIn, Predicate
from milvus_tck.model.filters.refusals import Fault, FilterError
from milvus_tck.model.filters.releases import FilterRules
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType

__all__ = ["arithmetic", "between", "comparison", "is_in"]

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_FLOATS = frozenset({DataType.Float, DataType.Double})


def _comparable(one: Kind, other: Kind) -> bool:
    """Tell whether two types can be compared: booleans, numbers, texts, and JSON with anything."""
    groups = (frozenset({DataType.Bool}), NUMBERS, TEXTS)
    if DataType.JSON in {one, other}:
        return one == DataType.JSON or any(one in group for group in groups)
    return any(one in group and other in group for group in groups)


def _inner(operand: Constant | FieldPath | Arithmetic | Length) -> Kind:
    """Return the type that counts: of the elements, for an Array or a list."""
    if isinstance(operand, Constant):
        return operand.element if operand.kind == DataType.Array else operand.kind
    if isinstance(operand, FieldPath):
        return operand.field.element if operand.field.kind == DataType.Array else operand.kind
    return operand.kind


def comparison(left: object, sign: str, right: object, rules: FilterRules) -> Predicate:
    """Make the condition of a comparison; at least one side is no constant."""
    operands = (Constant, FieldPath, Arithmetic, Length)
    if not isinstance(left, operands) or not isinstance(right, operands):
        raise FilterError("a condition cannot be compared")
    if sign not in {"==", "!="} and any(isinstance(side, FieldPath) and side.is_whole_array for side in (left, right)):
        raise FilterError("can not comparisons array fields directly")
    if not _comparable(_inner(left), _inner(right)) and not _given(left, right):
        raise FilterError(f"comparisons between {left} and {right} are not supported")
    if isinstance(left, Constant):
        left, sign, right = right, _TURNED[sign], left
    if isinstance(right, Constant) and not isinstance(left, Constant):
        return _with_constant(left, sign, right, rules)
    if not isinstance(left, FieldPath) or not isinstance(right, FieldPath):
        raise FilterError("only comparison between two fields is supported")
    if any(place.is_json or place.field.kind == DataType.Array for place in (left, right)):
        raise FilterError("unsupported datatype of compare expr", Fault.EXECUTION)
    return ComparePlaces(left, sign, right)


def _given(left: object, right: object) -> bool:
    return any(isinstance(side, Constant) and side.given for side in (left, right))


def _with_constant(left: FieldPath | Arithmetic | Length, sign: str, right: Constant, rules: FilterRules) -> Predicate:
    value = cast(right.value, left.kind)
    if isinstance(left, FieldPath):
        if isinstance(value, tuple) and left.is_json and not rules.arrays:
            raise FilterError("lists are no values")
        return Compare(left, sign, stored(value, left), rules.missing_is_unknown)
    if sign not in {"==", "!="} and not rules.ordered_arithmetic:
        raise FilterError(f"{sign} is not supported in execution backend")
    if isinstance(left, Length):
        assert isinstance(value, int)  # noqa: S101 - cast to Int64
        return lists.LengthComparison(left.place, sign, value, rules.missing_is_unknown)
    return Compare(left, sign, value, rules.missing_is_unknown)


def arithmetic(left: object, sign: str, right: object, rules: FilterRules) -> Arithmetic:
    """Make `place + 2`; a constant may stand first where that makes no difference."""
    if sign == "**":
        raise FilterError("power can only apply on constants")
    if isinstance(left, Constant) and isinstance(right, FieldPath):
        if sign not in {"+", "*"} | ({"&", "|", "^"} if rules.bits else set()):
            raise FilterError("module field is not yet supported")
        left, right = right, left
    if not isinstance(left, FieldPath) or not isinstance(right, Constant):
        raise FilterError("complicated arithmetic operations are not supported")
    if left.is_whole_array or left.kind not in NUMBERS | {DataType.JSON} or not is_number(right.value):
        raise FilterError(f"{sign} can only be used between numbers")
    floating = isinstance(right.value, float)
    if floating and left.kind in INTEGERS:
        raise FilterError(f"{sign} cannot be applied to an integer field and a float")
    _check_division(left, sign, right, rules)
    kind = DataType.Double if floating or left.kind in _FLOATS else DataType.Int64
    operand = cast(right.value, kind)
    assert isinstance(operand, int | float)  # noqa: S101 - cast to a number
    return Arithmetic(left, sign, operand, kind)


def _check_division(left: FieldPath, sign: str, right: Constant, rules: FilterRules) -> None:
    whole = sign in {"%", "&", "|", "^"}
    if whole and (left.kind in _FLOATS or (rules.exact_arithmetic and isinstance(right.value, float))):
        raise FilterError("modulo can only apply on integer types")
    if sign in {"/", "%"} and right.value == 0:
        raise FilterError("division or modulus by zero", Fault.TYPE if rules.exact_arithmetic else Fault.EXECUTION)


def between(
    place: FieldPath, bounds: tuple[Value, Value], included: tuple[bool, bool], rules: FilterRules
) -> Predicate:
    """Make the condition of a range, the lower bound first."""
    if place.is_whole_array or place.kind == DataType.Bool:
        raise FilterError(f"invalid range operations on {place}")
    low, high = (cast(bound, place.kind) for bound in bounds)
    numbers, texts = is_number(low) and is_number(high), isinstance(low, str) and isinstance(high, str)
    if not (numbers or texts):
        raise FilterError("invalid range operations", Fault.TYPE if rules.ordered_ranges else Fault.EXECUTION)
    if kind_of(low) != kind_of(high) and not rules.mixed_numbers:
        raise FilterError("the bounds are of two types", Fault.EXECUTION)
    if rules.ordered_ranges and COMPARE[">" if all(included) else ">="](low, high):
        raise FilterError("invalid range: lowerbound is greater than upperbound")
    signs = ">=" if included[0] else ">", "<=" if included[1] else "<"
    return Between(place, stored(low, place), signs[0], stored(high, place), signs[1], rules.missing_is_unknown)


def is_in(place: FieldPath, values: tuple[Value, ...], rules: FilterRules) -> Predicate:
    """Make the condition of a list of values."""
    if place.is_whole_array:
        raise FilterError("can not comparisons array fields directly")
    cast_values = tuple(stored(cast(value, place.kind), place) for value in values)
    kinds = {kind_of(value) for value in cast_values}
    if kinds == {DataType.Int64, DataType.Double} and rules.mixed_numbers:
        kinds = {DataType.Double}
    if len(kinds) > 1 or DataType.Array in kinds:
        raise FilterError("the values of a list are of one type", Fault.EXECUTION)
    return IsIn(place, cast_values, rules.missing_is_unknown)
