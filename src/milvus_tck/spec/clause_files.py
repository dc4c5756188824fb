"""Reading clauses from the files below `proto/clauses/`, which `clause_tree` finds.

A `[[clause]]` table is one clause. A `[[matrix]]` table is one rule that holds for many
RPCs: each `[[matrix.for]]` names RPCs and may override any key of the rule, and every
RPC of it becomes a clause of its own, with `{rpc}` and `{name}` filled in. `[groups]`
gives lists of RPCs a name, which stands for them as `@name`; `@core` are those that every
server owes, and `@design-2.0` those of that profile.

`proto/upstream.toml` says of many clauses at once where in upstream's source they were read.
The clauses of extensions stand behind ours.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from milvus_tck.extensions import Extension, ExtensionError, extensions
from milvus_tck.spec.bindings import GRPC, mirrors_of
from milvus_tck.spec.clause_tables import ClauseTable, ClauseTables, ExpectTable, InexpressibleTable, StrictTable
from milvus_tck.spec.clause_tree import clause_files
from milvus_tck.spec.clause_witnesses import WitnessKind, parse_witness
from milvus_tck.spec.clauses import Clause, Expectation, InexpressibleCase, Strict
from milvus_tck.spec.data import SpecError, table_file
from milvus_tck.spec.placeholder import UNFILLED, unfilled
from milvus_tck.spec.profiles import ProfileRange, profiles
from milvus_tck.spec.routes import route_tables
from milvus_tck.spec.rpcs import rpcs, rpcs_of
from milvus_tck.spec.tables import TableFile, read_tables
from milvus_tck.spec.toml_lines import Place

__all__ = [
    "ROOT",
    "Places",
    "by_id",
    "clause",
    "clauses",
    "clauses_of",
    "kebab",
    "parse_clauses",
    "protocol_clauses",
    "with_places",
]

#: The clause that tells first what is wrong with a target that earns nothing at all: no RPC of it
#: tells a collection that was created from one that was not.
ROOT = "create-collection/valid"

#: Keys of an expectation whose values are tables themselves.
_TABLE_KEYS = {"legacy-of"}

#: The file `upstream.toml`: clauses by the place in the source where they were read.
Places = dict[str, tuple[str, ...]]


def clauses() -> Mapping[str, Clause]:
    """Every clause by id, in the order of the files; raises `ExtensionError` where one of an extension is wrong."""
    return _with_private(extensions())


@cache
def _with_private(others: tuple[Extension, ...]) -> Mapping[str, Clause]:
    found = dict(protocol_clauses())
    for extension in others:
        for path in sorted(extension.clauses.rglob("*.toml")) if extension.clauses is not None else ():
            for each in _private(path, extension):
                if each.id in found:
                    whose = found[each.id].origin or "the suite"
                    why = f"{whose} has a clause {each.id} already; an id is never used twice"
                    raise ExtensionError(f"{path} cannot be used", why, f"$EDITOR {path}")
                found[each.id] = each
    for each in found.values():
        if each.origin and (unknown := sorted(set(each.needs) - found.keys())):
            raise ExtensionError(
                f"{each.id} of {each.origin} needs {unknown[0]}",
                "no clause is called so",
                "milvus-tck list --by clause",
            )
    return found


def _private(path: Path, extension: Extension) -> list[Clause]:
    """Read a file of clauses of an extension."""
    file = read_tables(path, lambda why: ExtensionError(f"{path} cannot be read", why, f"$EDITOR {path}"))
    found = [replace(each, origin=extension.origin) for each in clauses_of(file, path.stem)]
    for each in found:
        if each.rpc not in rpcs():
            why = f"{each.id} is a promise of {each.rpc!r}, and the service has no such RPC"
            raise ExtensionError(f"{path} cannot be used", why, f"$EDITOR {path}")
    return found


@cache
def protocol_clauses() -> Mapping[str, Clause]:
    """Every clause of the protocol by id: those of extensions are promised by no release and no profile."""
    found = by_id(each for found in clause_files() for each in clauses_of(found.file, found.family))
    return with_places(found, table_file("upstream.toml").value(Places))


def with_places(found: Mapping[str, Clause], places: Mapping[str, Sequence[str]]) -> dict[str, Clause]:
    """Add to clauses the places in upstream's source where they were read.

    `places` are the ids of clauses by witness; raises `SpecError` where one is none of ours, or no place.
    """
    of: defaultdict[str, list[str]] = defaultdict(list)
    for place, names in places.items():
        if parse_witness(place).kind is not WitnessKind.UPSTREAM:
            raise SpecError(f"upstream.toml: {place!r} is no place in the source")
        for name in names:
            of[name].append(place)
    if unknown := sorted(set(of) - found.keys()):
        raise SpecError(f"upstream.toml names clauses that do not exist: {', '.join(unknown)}")
    return {
        name: replace(each, witness=(*each.witness, *map(parse_witness, of[name]))) if name in of else each
        for name, each in found.items()
    }


def by_id(found: Iterable[Clause]) -> dict[str, Clause]:
    """Put clauses under their ids; raises `SpecError` where two have the same one."""
    rows = list(found)
    twice = [name for name, count in Counter(row.id for row in rows).items() if count > 1]
    if twice:
        message = f"clause ids written twice: {', '.join(twice)}"
        raise SpecError(message)
    return {row.id: row for row in rows}


def clause(identifier: str) -> Clause:
    """Return one clause; `KeyError` if there is none of that id."""
    return clauses()[identifier]


def kebab(rpc: str) -> str:
    """Write an RPC name the way clause ids do: `CreateCollection` as `create-collection`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", rpc).lower()


def parse_clauses(raw: Mapping[str, Any], family: str) -> Iterator[Clause]:
    """Turn what a file holds into clauses; raises `SpecError` where it contradicts the form."""
    return clauses_of(TableFile(family, raw), family)


def clauses_of(file: TableFile, family: str) -> Iterator[Clause]:
    """Turn a file into clauses; raises `SpecError`, naming the line, where it contradicts the form."""
    tables = file.value(ClauseTables)
    defaults = file.raw.get("defaults", {})
    for number, row in enumerate(file.raw.get("clause", ())):
        yield _clause({**defaults, **row}, family, file, ("clause", number))
    for number, rule in enumerate(file.raw.get("matrix", ())):
        yield from _expand({**defaults, **rule}, tables.groups, family, file, ("matrix", number))


def _expand(
    rule: dict[str, Any], groups: Mapping[str, Sequence[str]], family: str, file: TableFile, place: Place
) -> Iterator[Clause]:
    shared = {key: value for key, value in rule.items() if key != "for"}
    for number, part in enumerate(rule["for"]):
        own = {key: value for key, value in part.items() if key != "rpcs"}
        with file.at(*place, "for", number, "rpcs"):
            names = list(_rpcs(part["rpcs"], groups))
        for rpc in names:
            raw = _fill({**shared, **own, "rpc": rpc}, rpc)
            yield _clause(raw, family, file, (*place, "for", number), rule["id"])


def _rpcs(names: list[str], groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    known = {**_groups(), **groups}
    for name in names:
        if name.startswith("@") and name[1:] not in known:
            message = f"{name} is none of the groups {sorted(known)}"
            raise SpecError(message)
        yield from known[name[1:]] if name.startswith("@") else (name,)


@cache
def _groups() -> Mapping[str, Sequence[str]]:
    """Groups that `proto/rpcs.toml` makes: what every server owes, and what a profile outside the lines has."""
    beside = {line.name: [each.name for each in rpcs_of(line)] for line in profiles() if line.order is None}
    return {"core": [each.name for each in rpcs().values() if each.core], **beside}


def _fill(value: Any, rpc: str) -> Any:  # noqa: ANN401 - TOML values are what they are
    """Fill `{rpc}` (as in ids) and `{name}` (as on the wire) into every text of a table."""
    if isinstance(value, str):
        return value.replace("{rpc}", kebab(rpc)).replace("{name}", rpc)
    if isinstance(value, list):
        return [_fill(each, rpc) for each in value]
    if isinstance(value, dict):
        return {key: _fill(each, rpc) for key, each in value.items()}
    return value


def _clause(raw: dict[str, Any], family: str, file: TableFile, place: Place, rule: str = "") -> Clause:
    if (UNFILLED in file.text or not file.text) and (left := list(unfilled(raw))):
        raise file.wrong(place, "; ".join(left))
    row = file.part(ClauseTable, raw, place)
    try:
        return _built(row, family, file, place, rule)
    except (SpecError, ValueError) as error:
        if str(error).startswith(file.name):
            raise
        raise file.wrong(place, f"clause {row.id}: {error}") from error


def _built(row: ClauseTable, family: str, file: TableFile, place: Place, rule: str) -> Clause:
    inexpressible = _inexpressible(row)
    expect = _expectations(row, file, (*place, "expect"))
    return Clause(
        id=row.id,
        rpc=row.rpc,
        family=family,
        level=row.level,
        text=row.text if isinstance(row.text, str) else " / ".join(row.text.values()),
        texts={} if isinstance(row.text, str) else {ProfileRange(key): each for key, each in row.text.items()},
        expect=expect,
        strict=_stricts(row.strict, file, (*place, "strict")),
        bindings=_bindings(row, expect, inexpressible),
        needs=row.needs,
        witness=tuple(map(parse_witness, row.witness)),
        capability=row.capability,
        hostile=row.hostile,
        revives=row.revives,
        slow=row.slow,
        testable=row.testable,
        reason=row.reason,
        erratum=row.erratum,
        cases={case: ProfileRange(text) for case, text in row.cases.items()},
        rule=rule,
        kind=row.kind,
        inexpressible=inexpressible,
    )


def _inexpressible(row: ClauseTable) -> dict[str, InexpressibleCase]:
    """Read what a binding has no words for: the name of a reason that its routes give, for all cases or for some."""
    found = {}
    for binding, given in row.inexpressible.items():
        own = InexpressibleTable(given) if isinstance(given, str) else given
        reasons = route_tables()[binding].inexpressible if binding in route_tables() else {}
        if own.why not in reasons:
            message = f"inexpressible over {binding}: {own.why!r} is none of the reasons {sorted(reasons)}"
            raise SpecError(message)
        found[binding] = InexpressibleCase(reasons[own.why], own.cases)
    return found


def _bindings(
    row: ClauseTable, expect: Mapping[ProfileRange, Expectation], inexpressible: Mapping[str, InexpressibleCase]
) -> tuple[str, ...]:
    """Name what a clause is judged over: gRPC, and every HTTP that has a route which is its RPC.

    What is promised of gRPC itself is promised of nothing else.
    """
    if row.bindings is not None:
        return row.bindings
    if any(each.grpc for each in expect.values()):
        return (GRPC,)
    unsaid = {binding for binding, each in inexpressible.items() if not each.cases}
    return (GRPC, *(table.binding for table in mirrors_of(row.rpc) if table.binding not in unsaid))


def _expectations(row: ClauseTable, file: TableFile, place: Place) -> dict[ProfileRange, Expectation]:
    """Read what is expected: one table for every profile, or one by range."""
    if not _by_range(row.expect):
        found = _expectation(file.part(ExpectTable, row.expect, place))
        return {ProfileRange("2.2.." if row.profiles is None else row.profiles): found}
    if row.profiles is not None:
        message = "write either `profiles` or `expect` by profile, not both"
        raise SpecError(message)
    tables = file.part(dict[str, ExpectTable], row.expect, place)
    return {ProfileRange(key): _expectation(each) for key, each in tables.items()}


def _stricts(raw: dict[str, Any], file: TableFile, place: Place) -> dict[ProfileRange, Strict]:
    """Read what `--strict` adds: one table for every profile, or one by range."""
    if not raw:
        return {}
    if not _by_range(raw):
        return {ProfileRange("2.2.., design-2.0"): Strict(file.part(StrictTable, raw, place).reason)}
    tables = file.part(dict[str, StrictTable], raw, place)
    return {ProfileRange(key): Strict(each.reason) for key, each in tables.items()}


def _by_range(raw: dict[str, Any]) -> bool:
    """Tell whether a table holds others by range of profiles."""
    return bool(raw) and all(isinstance(each, dict) and key not in _TABLE_KEYS for key, each in raw.items())


def _expectation(row: ExpectTable) -> Expectation:
    found = Expectation(
        ok=row.ok,
        codes=_numbers(row.code),
        legacy=_numbers(row.legacy),
        legacy_of=tuple((int(code), legacy) for code, own in row.legacy_of.items() for legacy in _numbers(own)),
        any_error=row.any_error,
        grpc=row.grpc,
    )
    if found.ok == bool(found.codes or found.legacy or found.any_error or found.grpc):
        message = "expect is either ok or a failure"
        raise SpecError(message)
    return found


def _numbers(raw: int | tuple[int, ...]) -> tuple[int, ...]:
    return (raw,) if isinstance(raw, int) else raw
