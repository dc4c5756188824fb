"""`--select`: which checks are asked for.

    rpc=Search and level=must
    family=insert or clause=search/*
    not capability=partitions

A word without `=` is a clause, or a pattern of clauses. `*` and `?` match as in file
names. `and`, `or`, `not` and parentheses join.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from milvus_tck.spec.capabilities import capabilities
from milvus_tck.verdict.check import Check

__all__ = ["FIELDS", "SelectionError", "selector"]

Predicate = Callable[[Check], bool]
_TOKEN = re.compile(r"\s*(\(|\)|[^\s()]+)")
_JOINS = {"and", "or", "not", "(", ")"}


class SelectionError(ValueError):
    """An expression can not be understood."""


def _capabilities(check: Check) -> tuple[str, ...]:
    own = (check.clause.capability,) if check.clause.capability else ()
    return own + tuple(each.id for each in capabilities() if check.clause.rpc in each.rpcs)


#: What a term may be about, with the values that a check has there.
FIELDS: dict[str, Callable[[Check], tuple[str, ...]]] = {
    "check": lambda check: (check.id,),
    "clause": lambda check: (check.clause.id,),
    "rpc": lambda check: (check.clause.rpc,),
    "level": lambda check: (check.level.value,),
    "family": lambda check: (check.clause.family,),
    "aspect": lambda check: (check.aspect,),
    "binding": lambda check: (check.binding,),
    "capability": _capabilities,
}


def selector(expression: str) -> Predicate:
    """Turn an expression into a predicate over checks; an empty one takes all of them."""
    tokens = _TOKEN.findall(expression)
    if not tokens:
        return lambda _check: True
    parser = _Parser(tokens)
    found = parser.either()
    if parser.rest:
        message = f"{expression!r}: {parser.rest[0]!r} is not expected there"
        raise SelectionError(message)
    return found


@dataclass
class _Parser:
    """Reads `or` over `and` over `not` over terms."""

    rest: list[str]

    def either(self) -> Predicate:
        left = self.both()
        while self._next("or"):
            left = _or(left, self.both())
        return left

    def both(self) -> Predicate:
        left = self.one()
        while self._next("and"):
            left = _and(left, self.one())
        return left

    def one(self) -> Predicate:
        if self._next("not"):
            inner = self.one()
            return lambda check: not inner(check)
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


def _or(left: Predicate, right: Predicate) -> Predicate:
    return lambda check: left(check) or right(check)


def _and(left: Predicate, right: Predicate) -> Predicate:
    return lambda check: left(check) and right(check)


def _term(word: str) -> Predicate:
    name, equals, pattern = word.partition("=")
    if not equals:
        name, pattern = "clause", word
    if name not in FIELDS:
        message = f"{name!r} is none of {', '.join(FIELDS)}"
        raise SelectionError(message)
    values = FIELDS[name]
    return lambda check: any(fnmatchcase(value, pattern) for value in values(check))
