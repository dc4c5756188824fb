"""What a filter says, before anybody asks what its names mean: the nodes that reading makes."""

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Conjunction",
    "Disjunction",
    "Exists",
    "Function",
    "Group",
    "Infix",
    "Like",
    "Listing",
    "Literal",
    "Member",
    "Name",
    "Node",
    "NullTest",
    "Option",
    "Parameter",
    "Path",
    "Plain",
    "Prefix",
    "Range",
]  # fmt: skip

#: A value that is written into a filter.
Plain: TypeAlias = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it is written."""

    value: Plain
    #: Whether it is 9223372036854775808, which is a value with a minus before it and none without.
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`{name}`: a value that comes with the request."""

    name: str


@dataclass(frozen=True, slots=True)
class Name:
    """A field, or a dynamic key."""

    text: str


@dataclass(frozen=True, slots=True)
class Path:
    """A place in a field: `meta["a"][0]`."""

    name: str
    #: Each key as it is written: with its quotes, or a number.
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """`[a, b]`."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`(a)`: what it holds, but not as an operand in the middle of a range."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class Prefix:
    """`-a`, `+a`, `~a`, `not a`."""

    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Infix:
    """`a + b`, `a == b`: arithmetic, bits and comparisons."""

    left: "Node"
    operator: str
    right: "Node"


@dataclass(frozen=True, slots=True)
class Range:
    """`1 < a <= 5`, or the other way round: `5 >= a > 1`."""

    first: "Node"
    first_operator: str
    middle: Name | Path
    last_operator: str
    last: "Node"


@dataclass(frozen=True, slots=True)
class Conjunction:
    """`a and b and c`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """`a or b or c`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Member:
    """`a in b`, `a not in b`."""

    operand: "Node"
    negated: bool
    values: "Node"


@dataclass(frozen=True, slots=True)
class Like:
    """`a like b`, and `a =~ b` and `a !~ b` (the operator says which)."""

    operand: "Node"
    operator: str
    pattern: "Node"


@dataclass(frozen=True, slots=True)
class Exists:
    """`exists a`."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class NullTest:
    """`a is null`, `a is not null`."""

    operand: Name | Path
    negated: bool


@dataclass(frozen=True, slots=True)
class Function:
    """`json_contains(a, b)`: the name in small letters, and whether it is one of the language's own."""

    name: str
    arguments: tuple["Node", ...]
    own: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """`minimum_should_match=2` among the arguments of a function."""

    name: str
    value: int


Node: TypeAlias = (
    Literal
    | Parameter
    | Name
    | Path
    | Listing
    | Group
    | Prefix
    | Infix
    | Range
    | Conjunction
    | Disjunction
    | Member
    | Like
    | Exists
    | NullTest
    | Function
    | Option
)
