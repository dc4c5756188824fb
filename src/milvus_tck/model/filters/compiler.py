"""From nodes to conditions: names are looked up, types checked, constants computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from milvus_tck.model.filters import comparisons, functions
from milvus_tck.model.filters.constants import compared, computed, negative
from milvus_tck.model.filters.fields import FilterSchema
from milvus_tck.model.filters.lists import Existing, IsNull, Matches
from milvus_tck.model.filters.literals import LARGEST
from milvus_tck.model.filters.operands import Arithmetic, Constant, FieldPath, Length, Value
from milvus_tck.model.filters.patterns import like
from milvus_tck.model.filters.predicates import All, Always, Any_, Not, Predicate
from milvus_tck.model.filters.refusals import Fault, FilterError, OutOfReachError
from milvus_tck.model.filters.releases import FilterRules
from milvus_tck.model.filters.syntax import (
    Conjunction,
    Disjunction,
    Exists,
    Function,
    Group,
    Infix,
    Like,
    Listing,
    Literal,
    Member,
    Name,
    Node,
    NullTest,
    Parameter,
    Path,
    Prefix,
    Range,
)
from milvus_tck.wire.messages import DataType

__all__ = ["Compiler"]

#: What a part of a filter is: a value, a place, something computed, or a condition.
Part: TypeAlias = Constant | FieldPath | Arithmetic | Length | Predicate

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_BITS = frozenset({"&", "|", "^"})
_SHIFTS = frozenset({"<<", ">>"})


@dataclass(frozen=True)
class Compiler:
    """Compiles for one schema and one release, with the values of the request's parameters."""

    schema: FilterSchema
    rules: FilterRules
    parameters: Mapping[str, Any]

    def condition(self, node: Node) -> Predicate:
        """Compile a whole filter; raises `FilterError` where it is no condition."""
        part = self.part(node)
        if isinstance(part, Constant) and isinstance(part.value, bool):
            if self.rules.constants:
                return Always(part.value)
            if part.folded:
                raise FilterError("unsupported expr proto node", Fault.EXECUTION)
        if isinstance(part, Constant | FieldPath | Arithmetic | Length):
            raise FilterError("predicate is not a boolean expression", Fault.NOT_BOOLEAN)
        return part

    def part(self, node: Node) -> Part:
        """Compile any part of a filter."""
        way = self._WAYS.get(type(node))
        if way is None:
            raise FilterError("an option stands alone", Fault.SYNTAX)
        return way(self, node)

    def _literal(self, node: Literal) -> Constant:
        if node.beyond:
            raise FilterError(f"{node.value} is no int64")
        return Constant(node.value)

    def _parameter(self, node: Parameter) -> Constant:
        if node.name not in self.parameters:
            raise FilterError(f"the value of expression template variable name {{{node.name}}} is not found")
        return Constant(_frozen(self.parameters[node.name]), given=True)

    def place(self, name: str) -> FieldPath:
        """Look a name up: a field, or a dynamic key."""
        if self.rules.constants and name.lower() == "null" and name not in self.schema.fields:
            raise FilterError("null is no value")
        found = self.schema.find(name)
        if found is None:
            raise FilterError(f"field {name} not exist", Fault.FIELD)
        return FieldPath(*found)

    def _name(self, node: Name) -> FieldPath:
        place = self.place(node.text)
        if place.is_json and not place.path and not self.rules.whole_documents:
            raise FilterError(f"{place} is a whole document")
        return place

    def _path(self, node: Path) -> FieldPath:
        base = self.place(node.name)
        if base.field.kind not in {DataType.JSON, DataType.Array}:
            raise FilterError(f"{base} cannot be accessed with []")
        keys = tuple(_key(key) for key in node.keys)
        if base.field.kind == DataType.Array and (len(keys) > 1 or not node.keys[0].isdigit()):
            raise FilterError(f"{base} has elements by one position alone")
        return FieldPath(base.field, base.path + keys)

    def _listing(self, node: Listing) -> Constant:
        if not node.items and not self.rules.parameters:
            raise FilterError("an empty list stands after `in` alone", Fault.SYNTAX)
        return Constant(self._values(node))

    def _values(self, node: Listing) -> tuple[Value, ...]:
        items = [self.part(item) for item in node.items]
        if not all(isinstance(item, Constant) for item in items):
            raise FilterError("a list holds constants alone")
        return tuple(item.value for item in items if isinstance(item, Constant))

    def _group(self, node: Group) -> Part:
        return self.part(node.inner)

    def _prefix(self, node: Prefix) -> Part:
        if node.operator == "-" and isinstance(node.operand, Literal) and node.operand.beyond:
            if self.rules.smallest_integer:
                return Constant(-LARGEST - 1)
            raise FilterError("-9223372036854775808 cannot be written")
        operand = self.part(node.operand)
        if isinstance(operand, FieldPath) and operand.is_whole_array:
            raise FilterError("can not comparisons array fields directly")
        if node.operator == "+":
            return operand
        if node.operator == "-" and isinstance(operand, Constant):
            return negative(operand.value)
        if node.operator == "not" and isinstance(operand, Constant) and isinstance(operand.value, bool):
            return Constant(not operand.value, folded=True)
        if node.operator != "not" or isinstance(operand, Constant | FieldPath | Arithmetic | Length):
            raise FilterError(f"{node.operator} cannot be applied to {operand}")
        return Not(operand)

    def _infix(self, node: Infix) -> Part:
        left, right = self.part(node.left), self.part(node.right)
        sign = node.operator
        if sign in _SHIFTS or (sign in _BITS and not self.rules.bits):
            raise FilterError(f"{sign} is not supported")
        if isinstance(left, Constant) and isinstance(right, Constant):
            if left.given or right.given:
                raise FilterError("a parameter stands between two constants")
            if sign in _COMPARISONS:
                return compared(left.value, sign, right.value)
            return computed(left.value, sign, right.value, self.rules)
        if sign in _COMPARISONS:
            return comparisons.comparison(left, sign, right, self.rules)
        return comparisons.arithmetic(left, sign, right, self.rules)

    def _range(self, node: Range) -> Predicate:
        place = self.part(node.middle)
        first, last = self.part(node.first), self.part(node.last)
        assert isinstance(place, FieldPath)  # noqa: S101 - the grammar takes no other
        if not isinstance(first, Constant) or not isinstance(last, Constant):
            raise FilterError("a bound cannot be a non-const expression")
        signs = node.first_operator, node.last_operator
        if signs[0][0] == ">":
            first, last, signs = last, first, signs[::-1]
        return comparisons.between(place, (first.value, last.value), ("=" in signs[0], "=" in signs[1]), self.rules)

    def _conjunction(self, node: Conjunction) -> Part:
        return self._logical(node.parts, settles=False, makes=All)

    def _disjunction(self, node: Disjunction) -> Part:
        return self._logical(node.parts, settles=True, makes=Any_)

    def _logical(
        self, nodes: tuple[Node, ...], *, settles: bool, makes: Callable[[tuple[Predicate, ...]], Predicate]
    ) -> Part:
        """Join conditions; a constant among them is taken out, or settles it."""
        parts = [self.part(node) for node in nodes]
        constants = [part for part in parts if isinstance(part, Constant)]
        conditions = tuple(part for part in parts if not isinstance(part, Constant | FieldPath | Arithmetic | Length))
        plain = len(constants) + len(conditions) == len(parts) and all(
            isinstance(each.value, bool) for each in constants
        )
        if not plain or (constants and conditions and not self.rules.constants):
            raise FilterError("'and' and 'or' can only be used between boolean expressions")
        if any(each.value is settles for each in constants):
            return Always(settles) if conditions else Constant(settles, folded=True)
        if not conditions:
            return Constant(not settles, folded=True)
        return makes(conditions) if conditions[1:] else conditions[0]

    def _member(self, node: Member) -> Predicate:
        place = self.part(node.operand)
        if not isinstance(place, FieldPath):
            raise FilterError("'in' can only be used on a single field")
        values = self._values(node.values) if isinstance(node.values, Listing) else self._constant(node.values)
        if not isinstance(values, tuple):
            raise FilterError("the right-hand side of 'in' must be a list")
        found = comparisons.is_in(place, values, self.rules)
        return Not(found) if node.negated else found

    def _constant(self, node: Node) -> Value:
        found = self.part(node)
        if not isinstance(found, Constant):
            raise FilterError("what stands there cannot be a non-const expression")
        return found.value

    def _like(self, node: Like) -> Predicate:
        place = self.part(node.operand)
        if not isinstance(place, FieldPath):
            raise FilterError("like operation on complicated expr is unsupported")
        if place.kind not in {DataType.VarChar, DataType.String, DataType.JSON}:
            raise FilterError("like operation on non-string or no-json field is unsupported")
        if node.operator != "like":
            raise OutOfReachError("regular expressions")
        pattern = self._constant(node.pattern)
        if not isinstance(pattern, str):
            raise FilterError("a pattern is a text")
        return Matches(place, like(pattern, self.rules), self.rules.missing_is_unknown)

    def _exists(self, node: Exists) -> Predicate:
        place = self.part(node.operand)
        if not isinstance(place, FieldPath) or not place.is_json or not place.path:
            raise FilterError("exists operations are only supported on json keys")
        return Existing(place, self.rules.null_is_absent, self.rules.empty_is_absent)

    def _null_test(self, node: NullTest) -> Predicate:
        place = self.part(node.operand)
        assert isinstance(place, FieldPath)  # noqa: S101 - the grammar takes no other
        if place.is_element:
            raise FilterError("an element is never null", Fault.EXECUTION)
        there = (
            Existing(place, self.rules.null_is_absent, self.rules.empty_is_absent) if place.path else Not(IsNull(place))
        )
        return there if node.negated else Not(there)

    def _function(self, node: Function) -> Predicate | Length:
        if not node.own and node.name not in {"empty", "starts_with"}:
            raise FilterError(f"no function is called {node.name}", Fault.EXECUTION)
        if not node.own:
            raise OutOfReachError(f"the function {node.name}")
        return functions.function(node, self.part, self.rules)

    _WAYS: ClassVar[Mapping[type, Callable[["Compiler", Any], Part]]] = {
        Literal: _literal,
        Parameter: _parameter,
        Name: _name,
        Path: _path,
        Listing: _listing,
        Group: _group,
        Prefix: _prefix,
        Infix: _infix,
        Range: _range,
        Conjunction: _conjunction,
        Disjunction: _disjunction,
        Member: _member,
        Like: _like,
        Exists: _exists,
        NullTest: _null_test,
        Function: _function,
    }


def _key(written: str) -> str:
    """Return a key as it is looked up: what stands between quotes, untouched, or a number."""
    key = written if written.isdigit() else written.lstrip("rR")[1:-1]
    if not key:
        raise FilterError("a key is not empty")
    return key


def _frozen(value: Any) -> Value:  # noqa: ANN401 - JSON
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
