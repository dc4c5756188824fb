"""Scope: which RPCs of a profile a run is about, in words."""

from milvus_tck.verdict.model.scope import Scope

__all__ = ["ScopeRow", "scope_rows", "scope_words"]

#: A heading, and the RPCs under it.
ScopeRow = tuple[str, tuple[str, ...]]


def scope_words(scope: Scope) -> str:
    """Count them in a sentence; what is none is left out."""
    counted = (
        (len(scope.open), "could not be judged"),
        (len(scope.not_asked), "were not asked for"),
        (len(scope.no_clause), "have no clause yet"),
        (len(scope.not_testable), "cannot be tested"),
    )
    rest = [f"{number} {words}" for number, words in counted if number]
    met = f" ({len(scope.met)} of these were met on the way)" if scope.met else ""
    said = f"; {', '.join(rest)}{met}" if rest else ""
    return f"{len(scope.judged)} of the {scope.rpcs} RPCs of {scope.profile} are judged{said}."


def scope_rows(scope: Scope) -> list[ScopeRow]:
    """Name them, under a heading each; an RPC that was met stands under that alone, with what it is otherwise."""
    met = set(scope.met)
    rows = (
        ("Could not be judged", scope.open),
        ("Not asked for", _without(scope.not_asked, met)),
        ("No clause yet, met on the way", tuple(name for name in scope.no_clause if name in met)),
        ("Not asked for, met on the way", tuple(name for name in scope.not_asked if name in met)),
        ("No clause yet", _without(scope.no_clause, met)),
        ("Cannot be tested", scope.not_testable),
        ("In the definitions, and in no released server", scope.no_server),
    )
    return [row for row in rows if row[1]]


def _without(names: tuple[str, ...], others: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)
