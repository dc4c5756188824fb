"""From what the grammar recognises to nodes, while it reads."""

import re

from lark import Token, Transformer, v_args

from milvus_tck.model.filters import literals
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
    Option,
    Parameter,
    Path,
    Prefix,
    Range,
)

__all__ = ["NodeBuilder"]

#: The keys of a path: texts of either kind, raw ones, and numbers.
_KEY = re.compile(r"""\[([rR]?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|[0-9]+)\]""")

#: A text without escapes, in its quotes.
_PLAIN = re.compile(r'"([^"]*)"')


@v_args(inline=True)
class NodeBuilder(Transformer[Token, Node]):
    """One method for each form of the grammar; a form that the release has not is refused here."""

    def __init__(self, rules: FilterRules) -> None:
        super().__init__()
        self._rules = rules

    def _needs(self, here: bool, what: str) -> None:  # noqa: FBT001 - the decision itself
        if not here:
            raise FilterError(f"{what} cannot be read by this release", Fault.SYNTAX)

    def integer(self, token: Token) -> Node:
        """`12`, `0x1f`."""
        return literals.integer(token)

    def floating(self, token: Token) -> Node:
        """`1.5`."""
        return literals.floating(token)

    def boolean(self, token: Token) -> Node:
        """`true`."""
        return Literal(token.lower() == "true")

    def text(self, token: Token) -> Node:
        """`"a"`."""
        return literals.text(token)

    def raw_text(self, token: Token) -> Node:
        """`r"a"`."""
        self._needs(self._rules.raw_strings, "a raw string")
        return literals.raw_text(token)

    def prefixed_text(self, token: Token) -> Node:
        """`u"a"`."""
        raise OutOfReachError(f"{token}: what a prefix means is nowhere said")

    def name(self, token: Token) -> Name:
        """`a`."""
        return Name(str(token))

    def path(self, token: Token) -> Path:
        """`a["b"][0]`."""
        name, bracket, keys = token.partition("[")
        return Path(name, tuple(_KEY.findall(bracket + keys)))

    def parameter(self, token: Token) -> Node:
        """`{a}`."""
        self._needs(self._rules.parameters, "a parameter")
        return Parameter(str(token))

    def group(self, inner: Node) -> Node:
        """`(a)`."""
        return Group(inner)

    def listing(self, *items: Node) -> Node:
        """`[a, b]`."""
        return Listing(items)

    def integers(self, token: Token) -> Node:
        """`[1, -2]`."""
        return Listing(tuple(self._signed(each.strip()) for each in token[1:-1].split(",")))

    def _signed(self, written: str) -> Node:
        value = literals.integer(written.lstrip("-"))
        if not written.startswith("-"):
            return value
        return Prefix("-", value) if value.beyond else Literal(-int(value.value))

    def texts(self, token: Token) -> Node:
        """`["a", "b"]`."""
        return Listing(tuple(Literal(each) for each in _PLAIN.findall(token)))

    def function(self, name: Token, *arguments: Node) -> Node:
        """`json_contains(a, b)`."""
        return Function(name.lower(), arguments)

    def call(self, name: Token, *arguments: Node) -> Node:
        """`f(a)`."""
        self._needs(self._rules.nulls, "a call")
        return Function(name.lower(), arguments, own=False)

    def option(self, name: Token, value: Token) -> Node:
        """`a=1` among arguments."""
        return Option(name.lower(), int(value, 0))

    def null(self, operand: Name | Path) -> Node:
        """`a is null`."""
        self._needs(self._rules.nulls, "is null")
        return NullTest(operand, negated=False)

    def not_null(self, operand: Name | Path) -> Node:
        """`a is not null`."""
        self._needs(self._rules.nulls, "is not null")
        return NullTest(operand, negated=True)

    def exists(self, _word: Token, operand: Node) -> Node:
        """`exists a`."""
        return Exists(operand)

    def like(self, operand: Node, operator: Token, pattern: Node) -> Node:
        """`a like b`."""
        if operator.type == "MATCH":
            self._needs(self._rules.raw_strings, str(operator))
        elif not self._rules.computed_patterns:
            self._needs(isinstance(pattern, Literal) and isinstance(pattern.value, str), "such a pattern")
        return Like(operand, operator.lower(), pattern)

    def prefix(self, operator: Token, operand: Node) -> Node:
        """`-a`, `not a`."""
        return Prefix("not" if operator.type == "NOT" else str(operator), operand)

    def infix(self, left: Node, operator: Token, right: Node) -> Node:
        """`a + b`, `a == b`."""
        return Infix(left, str(operator), right)

    def relation(self, left: Node, operator: Token, right: Node) -> Node:
        """Make a comparison, or a range of one that has a name on its right and looks the same way."""
        chained = isinstance(left, Infix) and left.operator[0] == operator[0] and isinstance(left.right, Name | Path)
        if not chained:
            return Infix(left, str(operator), right)
        assert isinstance(left, Infix) and isinstance(left.right, Name | Path)  # noqa: S101, PT018 - for the type checker
        return Range(left.left, left.operator, left.right, str(operator), right)

    def within(self, operand: Node, *rest: Node) -> Node:
        """`a in b`."""
        return self._member(operand, rest[-1], negated=False)

    def without(self, operand: Node, *rest: Node) -> Node:
        """`a not in b`."""
        return self._member(operand, rest[-1], negated=True)

    def _member(self, operand: Node, values: Node, *, negated: bool) -> Node:
        self._needs(self._rules.parameters or isinstance(values, Listing), "what is no list")
        return Member(operand, negated, values)

    def both(self, *parts: Node) -> Node:
        """`a and b`."""
        return Conjunction(parts) if parts[1:] else parts[0]

    def either(self, *parts: Node) -> Node:
        """`a or b`."""
        return Disjunction(parts) if parts[1:] else parts[0]
