"""The functions of the language: which arguments they take, and the conditions that they are."""

from collections.abc import Callable

from milvus_tck.model.filters.fields import TEXTS
from milvus_tck.model.filters.lists import Contains, Matches
from milvus_tck.model.filters.operands import Constant, FieldPath, Length, Value, cast, kind_of, stored
from milvus_tck.model.filters.patterns import text_match
from milvus_tck.model.filters.predicates import Predicate
from milvus_tck.model.filters.refusals import Fault, FilterError, OutOfReachError
from milvus_tck.model.filters.releases import FilterRules
from milvus_tck.model.filters.syntax import Function, Name, Node, Option, Path
from milvus_tck.wire.messages import DataType

__all__ = ["function"]

#: Compiles an argument.
_Part = Callable[[Node], object]


def function(node: Function, part: _Part, rules: FilterRules) -> Predicate | Length:
    """Make what a function stands for."""
    family, _, what = node.name.partition("_")
    if family in {"json", "array"} and what.startswith("contains"):
        return _contains(node, what.removeprefix("contains_"), part, rules)
    if node.name == "array_length":
        return _length(node, part)
    if node.name == "text_match":
        return _text_match(node, part, rules)
    raise OutOfReachError(f"the function {node.name}")


def _arguments(node: Function, *counts: int) -> None:
    if len(node.arguments) not in counts:
        raise FilterError(f"{node.name} takes another number of arguments", Fault.SYNTAX)


def _contains(node: Function, how: str, part: _Part, rules: FilterRules) -> Predicate:
    _arguments(node, 2)
    place, wanted = (part(argument) for argument in node.arguments)
    if not isinstance(place, FieldPath) or place.field.kind not in {DataType.JSON, DataType.Array}:
        raise FilterError("contains operation are only supported on json or array fields")
    if not isinstance(wanted, Constant):
        raise FilterError("contains operation are only supported explicitly specified element")
    several = how in {"all", "any"}
    if several and not isinstance(wanted.value, tuple):
        raise FilterError(f"{node.name} element must be an array")
    if isinstance(wanted.value, tuple) and not rules.arrays:
        raise FilterError("lists are no values")
    if place.is_element:
        raise FilterError("an element holds nothing", Fault.EXECUTION)
    values = wanted.value if several and isinstance(wanted.value, tuple) else (wanted.value,)
    if not place.is_json:
        values = _elements(place, values, several=several, rules=rules)
    return Contains(place, values, any if how == "any" else all, rules.missing_is_unknown)


def _elements(place: FieldPath, values: tuple[Value, ...], *, several: bool, rules: FilterRules) -> tuple[Value, ...]:
    """Check values against the type of the elements: one alone has to be cast since 2.5."""
    element = FieldPath(place.field, ("0",))
    for value in values:
        if kind_of(value) == DataType.Array:
            raise FilterError("an Array holds no arrays", Fault.TYPE if rules.exact_arithmetic else Fault.EXECUTION)
        fits = kind_of(value) == DataType.Double and not (rules.exact_arithmetic and not several)
        cast(0 if fits else value, element.kind)
    return tuple(stored(value, element) for value in values)


def _length(node: Function, part: _Part) -> Length:
    _arguments(node, 1)
    (argument,) = node.arguments
    if not isinstance(argument, Name | Path):
        raise FilterError("array_length takes a field", Fault.SYNTAX)
    place = part(argument)
    if not isinstance(place, FieldPath) or place.field.kind not in {DataType.JSON, DataType.Array}:
        raise FilterError("array_length operation are only supported on json or array fields")
    if place.is_element:
        raise FilterError("an element has no length", Fault.EXECUTION)
    return Length(place)


def _text_match(node: Function, part: _Part, rules: FilterRules) -> Predicate:
    _arguments(node, 2, 3)
    column, query, *options = node.arguments
    place = part(column)
    if not isinstance(column, Name) or not isinstance(place, FieldPath) or place.kind not in TEXTS:
        raise FilterError("text match operation on non-string is unsupported")
    if not place.field.text_match:
        raise FilterError(f"field {place} does not enable match")
    text = part(query)
    if not isinstance(text, Constant) or not isinstance(text.value, str):
        raise FilterError("the query is a text")
    return Matches(place, text_match(text.value, _least(options)), rules.missing_is_unknown)


def _least(options: list[Node]) -> int:
    for option in options:
        if not isinstance(option, Option) or option.name != "minimum_should_match":
            raise FilterError("text_match has one option, minimum_should_match", Fault.SYNTAX)
        return option.value
    return 1
