"""Whether a selection can match anything, told from the clauses alone: nothing is collected or started for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import Profile, profile, profiles
from milvus_tck.verdict.model.check import Check
from milvus_tck.verdict.model.known_checks import is_wire, nearest, unlike
from milvus_tck.verdict.model.obligations import checks_of
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.selection import FIELDS, Selection, Term

__all__ = ["Nothing", "matches_nothing"]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why a selection matches nothing, and what was most likely meant."""

    why: str
    #: The selection that was most likely meant; empty where nothing is near.
    meant: str = ""


def matches_nothing(options: CheckOptions, selection: Selection, declared: str | None = None) -> Nothing | None:
    """Say why a run that is asked for would judge nothing; `None` where it may judge something.

    `declared` is the profile of the target as far as it is known without asking it.
    """
    name = options.profile if options.profile != "auto" else declared
    lines = profiles() if name is None else [profile(name)]
    asked = _checks(lines, options.bindings, strict=options.strict)
    levels = options.levels or frozenset(Level)
    if any(check.level in levels and selection.may_name(check) for check in asked):
        return None
    return _why(options, selection, name)


def _checks(lines: Sequence[Profile], bindings: Iterable[str], *, strict: bool) -> Iterator[Check]:
    """List what can be asked for: `wire/*` is judged by every run, and selected by none."""
    for clause in clauses().values():
        if clause.rpc != "wire" and clause.testable:
            for binding in set(bindings) & set(clause.bindings):
                for line in unlike(clause, lines):
                    yield from checks_of(clause, line, binding, strict=strict)


def _why(options: CheckOptions, selection: Selection, name: str | None) -> Nothing:
    every = list(_checks(profiles(), {each for row in clauses().values() for each in row.bindings}, strict=True))
    for term in selection.terms:
        if not any(Selection(term).may_name(check) for check in every):
            return _misspelt(term, options.select, every)
    where = f"in profile {name} over" if name else "over"
    levels = f" at level {', '.join(sorted(options.levels))}" if options.levels else ""
    what = f"{options.select!r} matches nothing" if options.select else "there is nothing to judge"
    return Nothing(f"{what} {where} {', '.join(options.bindings)}{levels}")


def _misspelt(term: Term, expression: str, every: Sequence[Check]) -> Nothing:
    """Say of one term that nothing is called like that, and what is nearest."""
    if term.field in {"clause", "check"} and is_wire(term.pattern):
        return Nothing(f"{term.word}: wire/* is judged by every run, with whatever it calls, and cannot be selected")
    fields = ("clause", "rpc", "family", "capability") if term.word == term.pattern else (term.field,)
    names = {name: field for field in reversed(fields) for check in every for name in FIELDS[field](check)}
    found = nearest(term.pattern, names)
    written = [name if names[name] == "clause" else f"{names[name]}={name}" for name in found]
    if not found:
        return Nothing(f"no {term.field} is called {term.pattern!r}")
    kind = term.field if term.word != term.pattern else "clause"
    near = "the nearest are" if found[1:] else "the nearest is"
    why = f"no {kind} is called {term.pattern!r}; {near} {', '.join(written)}"
    return Nothing(why, expression.replace(term.word, written[0], 1))
