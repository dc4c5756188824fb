"""Known checks: which ids of checks there can be, whoever runs what.

A run knows the checks of its own profile and bindings. A baseline may hold those of other
runs, too: over HTTP, with `--strict`, of RPCs that were not called.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.profiles import Profile, profiles
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.model.obligations import checks_of

__all__ = ["KnownChecks", "is_pattern", "is_wire", "matches", "nearest", "unlike"]


def is_wire(check: str) -> bool:
    """Tell whether a check, or a pattern, is about every answer: judged for each RPC that a run calls."""
    found = {each.rpc for each in clauses().values() if matches(each.id, CheckId.parse(check).clause)}
    return found == {"wire"}


@dataclass(frozen=True)
class KnownChecks:
    """The checks of the suite, some of which a run has shown to exist."""

    #: Those that are known; where they show the cases of a clause, all of its cases are there.
    ids: frozenset[str] = frozenset()

    def can_exist(self, pattern: str) -> bool:
        """Tell whether a check or a pattern names anything in some run of this suite."""
        if pattern in self.ids or _any_like(pattern, self.ids):
            return True
        parts = CheckId.parse(pattern)
        if parts.case and not is_pattern(parts.case):
            if is_wire(pattern) and parts.case not in rpcs():
                return False
            if not is_wire(pattern) and (parts.clause, parts.aspect, parts.binding) in self._judged:
                return False
        uncased = parts.uncased if parts.case else pattern
        return uncased in _uncased() or _any_like(uncased, _uncased())

    def bindings(self, pattern: str) -> frozenset[str]:
        """Name the bindings over which a pattern names checks, in some run of this suite."""
        parts = CheckId.parse(pattern)
        uncased = parts.uncased if parts.case else pattern
        return frozenset(CheckId.parse(each).binding for each in _uncased() if matches(each, uncased))

    @cached_property
    def _judged(self) -> frozenset[tuple[str, str, str]]:
        """Clauses, aspects and bindings that the known checks are about."""
        return frozenset((each.clause, each.aspect, each.binding) for each in map(CheckId.parse, self.ids))


def is_pattern(text: str) -> bool:
    """Tell whether a text stands for several: `*` and `?` do, a bracket is a bracket."""
    return "*" in text or "?" in text


def matches(text: str, pattern: str) -> bool:
    """Tell whether a text is meant by a pattern, or by the same text."""
    return text == pattern or (is_pattern(pattern) and fnmatchcase(text, pattern.replace("[", "[[]")))


def _any_like(pattern: str, names: Iterable[str]) -> bool:
    return is_pattern(pattern) and any(matches(each, pattern) for each in names)


@cache
def _uncased() -> frozenset[str]:
    """Name every check that there can be in some profile, over some binding, strict or not, without cases."""
    return frozenset(name for each in clauses().values() for name in _names(each))


def _names(clause: Clause) -> Iterable[str]:
    every = {name for each in clauses().values() for name in each.bindings}
    for binding in every if clause.rpc == "wire" else clause.bindings:
        for line in unlike(clause, profiles()):
            yield from (check.id for check in checks_of(clause, line, binding, strict=True))


def unlike(clause: Clause, lines: Iterable[Profile]) -> Iterable[Profile]:
    """Choose of the profiles in which a clause stands one for each set of checks that it owes there."""
    found = {(clause.expectation(line), line.status_code): line for line in lines if clause.applies_to(line)}
    return found.values()


def nearest(word: str, names: Iterable[str], number: int = 3) -> list[str]:
    """Return the names that a misspelt word most likely means, the nearest first."""
    known = list(dict.fromkeys(names))
    lower = {each.lower(): each for each in known}
    near = [lower[each] for each in difflib.get_close_matches(word.lower(), lower, number, 0.6)]
    # Whoever knows only a part of a name finds it by that.
    near += [each for each in known if word and word.lower() in each.lower() and each not in near]
    return near[:number]
