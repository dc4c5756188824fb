"""Completion: what a shell offers after TAB: targets, profiles, bindings, clauses, and terms of a selection.

Each function is a `shell_complete` of click; none of them asks a server or starts anything.
"""

import contextlib
from collections.abc import Iterable

import click

from milvus_tck.spec.bindings import binding_rows
from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clause_witnesses import WitnessKind
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import profiles
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.names import DEFAULTS, DEGENERATE
from milvus_tck.targets.tck_toml import described_names
from milvus_tck.verdict.session.selection import FIELDS

__all__ = ["bindings", "clause_ids", "explained", "profile_names", "selections", "targets"]

#: Words that join the terms of a selection.
_JOINS = ("and", "or", "not")


def targets(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer what can be started, with the releases that clauses were seen on, and what `tck.toml` here describes."""
    own: tuple[str, ...] = ()
    with contextlib.suppress(TargetError):
        own = described_names()
    servers = {each for clause in clauses().values() for each in clause.witness if each.kind is WitnessKind.SERVER}
    releases = {str(each) for each in servers if each.name in DEFAULTS}
    return _starting(incomplete, [*own, *DEFAULTS, *sorted(releases), *DEGENERATE])


def profile_names(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the lines of the protocol."""
    return _starting(incomplete, [*(each.name for each in profiles()), "auto"])


def bindings(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the bindings; after a comma, those that are not named yet."""
    before, comma, last = incomplete.rpartition(",")
    named = set(before.split(","))
    return [f"{before}{comma}{name}" for name in _starting(last, binding_rows()) if name not in named]


def clause_ids(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the ids of clauses."""
    return _starting(incomplete, clauses())


def explained(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer what can be explained: clauses, and the RPCs and families that they belong to."""
    every = clauses().values()
    groups = dict.fromkeys([*(each.rpc for each in every), *(each.family for each in every)])
    return _starting(incomplete, [*groups, *clauses()])


def selections(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the next piece of an expression: a name, the values of a name, or, after a term, what joins."""
    before, space, last = incomplete.rpartition(" ")
    opening = last[: len(last) - len(last.lstrip("("))]
    term = last[len(opening) :]
    name, equals, value = term.partition("=")
    words = before.split()
    if equals:
        found = [f"{name}={each}" for each in _starting(value, _values(name))]
    elif words and words[-1] not in _JOINS:
        found = _starting(term, _JOINS[:2])
    else:
        found = _starting(term, [*(f"{each}=" for each in FIELDS), "not"])
    return [f"{before}{space}{opening}{each}" for each in found]


def _values(name: str) -> Iterable[str]:
    every = clauses().values()
    values: dict[str, Iterable[str]] = {
        "clause": clauses(),
        "rpc": (each.rpc for each in every),
        "family": (each.family for each in every),
        "level": Level,
        "binding": binding_rows(),
        "capability": (each.id for each in capabilities()),
    }
    return dict.fromkeys(values.get(name, ()))


def _starting(incomplete: str, names: Iterable[str]) -> list[str]:
    return [str(name) for name in names if name.startswith(incomplete)]
