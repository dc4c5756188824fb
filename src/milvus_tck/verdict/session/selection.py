"""`--select`: which checks are asked for.

    rpc=Search and level=must
    family=insert or clause=search/*
    not capability=partitions

A word without `=` is a clause, or a pattern of clauses. `*` and `?` match as in file
names. `and`, `or`, `not` and parentheses join.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from typing import Protocol

from milvus_tck.extensions import OURS
from milvus_tck.spec.capabilities import capabilities_of
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.keys import nearest
from milvus_tck.verdict.model.check import Check
from milvus_tck.verdict.model.known_checks import is_pattern

__all__ = ["FIELDS", "Selection", "SelectionError", "Term", "selector"]

_TOKEN = re.compile(r"\s*(\(|\)|[^\s()]+)")
_JOINS = {"and", "or", "not", "(", ")"}


class SelectionError(ValueError):
    """An expression cannot be understood."""


class _Of(Enum):
    """What is asked about: a check itself, or it in some case, or in every case, of those it may have."""

    ITSELF = "itself"
    SOME = "some"
    EVERY = "every"


_CONTRARY = {_Of.ITSELF: _Of.ITSELF, _Of.SOME: _Of.EVERY, _Of.EVERY: _Of.SOME}


class _Node(Protocol):
    def holds(self, check: Check, of: _Of) -> bool:
        """Tell whether the check is asked for."""

    def terms(self) -> Iterable["Term"]:
        """List what stands between `and`, `or` and `not`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """An expression that was understood."""

    root: _Node | None = None

    def __call__(self, check: Check) -> bool:
        """Tell whether a check is asked for."""
        return self.root is None or self.root.holds(check, _Of.ITSELF)

    def may_name(self, check: Check) -> bool:
        """Tell whether the check may be asked for in some case, whatever its cases are."""
        return self.root is None or self.root.holds(check, _Of.SOME)

    @property
    def terms(self) -> tuple["Term", ...]:
        """What stands between `and`, `or` and `not`, as it was written."""
        return () if self.root is None else tuple(self.root.terms())


@dataclass(frozen=True, slots=True)
class Term:
    """`field=pattern`."""

    field: str
    pattern: str
    #: As it was written.
    word: str

    def holds(self, check: Check, of: _Of) -> bool:
        """Compare what the check has in the field."""
        if self.field == "check" and of is not _Of.ITSELF:
            return of is _Of.SOME and self._may_name(check)
        return any(fnmatchcase(value, self.pattern) for value in FIELDS[self.field](check))

    def _may_name(self, check: Check) -> bool:
        """Tell whether a pattern of names may be about the check in some case."""
        parts = CheckId.parse(self.pattern)
        if is_pattern(parts.clause):
            return True
        own = {"clause": check.clause.id, "aspect": check.aspect, "binding": check.binding}
        return all(fnmatchcase(value, getattr(parts, part)) for part, value in own.items())

    def terms(self) -> Iterable["Term"]:
        """It is one."""
        return (self,)


@dataclass(frozen=True, slots=True)
class _Not:
    inner: _Node

    def holds(self, check: Check, of: _Of) -> bool:
        return not self.inner.holds(check, _CONTRARY[of])

    def terms(self) -> Iterable[Term]:
        return self.inner.terms()


@dataclass(frozen=True, slots=True)
class _Both:
    left: _Node
    right: _Node

    def holds(self, check: Check, of: _Of) -> bool:
        return self.left.holds(check, of) and self.right.holds(check, of)

    def terms(self) -> Iterable[Term]:
        return (*self.left.terms(), *self.right.terms())


@dataclass(frozen=True, slots=True)
class _Either:
    left: _Node
    right: _Node

    def holds(self, check: Check, of: _Of) -> bool:
        return self.left.holds(check, of) or self.right.holds(check, of)

    def terms(self) -> Iterable[Term]:
        return (*self.left.terms(), *self.right.terms())


#: What a term may be about, with the values that a check has there.
FIELDS: dict[str, Callable[[Check], tuple[str, ...]]] = {
    "check": lambda check: (check.id,),
    "clause": lambda check: (check.clause.id,),
    "rpc": lambda check: (check.clause.rpc,),
    "level": lambda check: (check.level.value,),
    "family": lambda check: (check.clause.family,),
    "aspect": lambda check: (check.aspect,),
    "binding": lambda check: (check.binding,),
    "capability": lambda check: capabilities_of(check.clause),
    "origin": lambda check: (check.clause.origin or OURS,),
}


def selector(expression: str) -> Selection:
    """Understand an expression; an empty one takes all checks. Raises `SelectionError`."""
    tokens = _TOKEN.findall(expression)
    if not tokens:
        return Selection()
    parser = _Parser(tokens)
    found = parser.either()
    if parser.rest:
        message = f"{expression!r}: {parser.rest[0]!r} is not expected there"
        raise SelectionError(message)
    return Selection(found)


@dataclass
class _Parser:
    """Reads `or` over `and` over `not` over terms."""

    rest: list[str]

    def either(self) -> _Node:
        left = self.both()
        while self._next("or"):
            left = _Either(left, self.both())
        return left

    def both(self) -> _Node:
        left = self.one()
        while self._next("and"):
            left = _Both(left, self.one())
        return left

    def one(self) -> _Node:
        if self._next("not"):
            return _Not(self.one())
        if self._next("("):
            inside = self.either()
            if not self._next(")"):
                message = "a parenthesis is not closed"
                raise SelectionError(message)
            return inside
        if not self.rest or self.rest[0] in _JOINS:
            message = "a term is missing at the end" if not self.rest else f"a term is missing before {self.rest[0]!r}"
            raise SelectionError(message)
        return _term(self.rest.pop(0))

    def _next(self, token: str) -> bool:
        if self.rest and self.rest[0] == token:
            del self.rest[0]
            return True
        return False


def _term(word: str) -> Term:
    name, equals, pattern = word.partition("=")
    if not equals:
        name, pattern = "clause", word
    if name not in FIELDS:
        message = f"{name!r} is none of {', '.join(nearest(name, FIELDS))}"
        raise SelectionError(message)
    return Term(name, pattern, word)
