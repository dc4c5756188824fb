"""Reading clauses from `proto/clauses/*.toml`.

A `[[clause]]` table is one clause. A `[[matrix]]` table is one rule that holds for many
RPCs: each `[[matrix.for]]` names RPCs and may override any key of the rule, and every
RPC of it becomes a clause of its own, with `{rpc}` and `{name}` filled in. `[groups]`
gives lists of RPCs a name, which stands for them as `@name`.

`proto/upstream.toml` says of many clauses at once where in upstream's source they were read.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from milvus_tck.spec.clause_witnesses import Kind, parse_witness
from milvus_tck.spec.clauses import Clause, Expectation, Level, Strict
from milvus_tck.spec.data import SpecError, read_toml, toml_names
from milvus_tck.spec.profiles import ProfileRange
from milvus_tck.spec.routes import mirrors_of

__all__ = ["ROOT", "by_id", "clause", "clauses", "kebab", "parse_clauses", "with_places"]

#: The clause that tells first what is wrong with a target that earns nothing at all: no RPC of it
#: tells a collection that was created from one that was not.
ROOT = "create-collection/valid"

_TABLES = {"defaults", "groups", "clause", "matrix"}
_KEYS = {
    "id", "rpc", "level", "text", "expect", "strict", "profiles", "bindings", "needs", "witness",
    "capability", "hostile", "testable", "reason", "erratum",
}  # fmt: skip
_NEEDED_KEYS = {"id", "rpc", "text"}
_STRICT_KEYS = {"code", "reason"}
_EXPECT_KEYS = {"ok", "code", "legacy", "legacy-of", "any-error", "grpc"}


@cache
def clauses() -> Mapping[str, Clause]:
    """Every clause by id, in the order of the files."""
    found = by_id(clause for name in toml_names("clauses") for clause in _read(name))
    return with_places(found, read_toml("upstream.toml"))


def with_places(found: Mapping[str, Clause], places: Mapping[str, Sequence[str]]) -> dict[str, Clause]:
    """Add to clauses the places in upstream's source where they were read.

    `places` are the ids of clauses by witness; raises `SpecError` where one is none of ours, or no place.
    """
    of: defaultdict[str, list[str]] = defaultdict(list)
    for place, names in places.items():
        if parse_witness(place).kind is not Kind.UPSTREAM:
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


def _read(filename: str) -> Iterator[Clause]:
    yield from parse_clauses(read_toml(f"clauses/{filename}"), filename.removesuffix(".toml"))


def parse_clauses(raw: dict[str, Any], family: str) -> Iterator[Clause]:
    """Turn one parsed file into clauses; raises `SpecError` where it contradicts the form."""
    try:
        _allow(raw, _TABLES)
    except SpecError as error:
        message = f"clauses/{family}.toml: {error}"
        raise SpecError(message) from error
    defaults = raw.get("defaults", {})
    groups = raw.get("groups", {})
    for row in raw.get("clause", ()):
        yield _clause({**defaults, **row}, family)
    for rule in raw.get("matrix", ()):
        yield from _expand({**defaults, **rule}, groups, family)


def _expand(rule: dict[str, Any], groups: dict[str, list[str]], family: str) -> Iterator[Clause]:
    shared = {key: value for key, value in rule.items() if key != "for"}
    for part in rule["for"]:
        own = {key: value for key, value in part.items() if key != "rpcs"}
        for rpc in _rpcs(part["rpcs"], groups):
            yield _clause(_fill({**shared, **own, "rpc": rpc}, rpc), family)


def _rpcs(names: list[str], groups: dict[str, list[str]]) -> Iterator[str]:
    for name in names:
        if name.startswith("@") and name[1:] not in groups:
            message = f"{name} is none of the groups {sorted(groups)}"
            raise SpecError(message)
        yield from groups[name[1:]] if name.startswith("@") else (name,)


def _fill(value: Any, rpc: str) -> Any:  # noqa: ANN401 - TOML values are what they are
    """Fill `{rpc}` (as in ids) and `{name}` (as on the wire) into every text of a table."""
    if isinstance(value, str):
        return value.replace("{rpc}", kebab(rpc)).replace("{name}", rpc)
    if isinstance(value, list):
        return [_fill(each, rpc) for each in value]
    if isinstance(value, dict):
        return {key: _fill(each, rpc) for key, each in value.items()}
    return value


def _clause(row: dict[str, Any], family: str) -> Clause:
    try:
        return _build(row, family)
    except (SpecError, ValueError) as error:
        message = f"clause {row.get('id')}: {error}"
        raise SpecError(message) from error


def _build(row: dict[str, Any], family: str) -> Clause:
    _allow(row, _KEYS)
    _allow(row.get("strict", {}), _STRICT_KEYS)
    missing = _NEEDED_KEYS - row.keys()
    if missing:
        message = f"{sorted(missing)} missing"
        raise SpecError(message)
    text = row["text"]
    return Clause(
        id=row["id"],
        rpc=row["rpc"],
        family=family,
        level=Level(row.get("level", "must")),
        text=text if isinstance(text, str) else " / ".join(text.values()),
        texts={} if isinstance(text, str) else {ProfileRange(key): each for key, each in text.items()},
        expect=_expectations(row),
        strict=Strict(**row.get("strict", {})),
        bindings=_bindings(row),
        needs=tuple(row.get("needs", ())),
        witness=tuple(map(parse_witness, row.get("witness", []))),
        capability=row.get("capability", ""),
        hostile=row.get("hostile", False),
        testable=row.get("testable", True),
        reason=row.get("reason", ""),
        erratum=row.get("erratum", ""),
    )


def _bindings(row: dict[str, Any]) -> tuple[str, ...]:
    """Name what a clause is judged over: gRPC, and every HTTP that has a route which is its RPC.

    What is promised of gRPC itself is promised of nothing else.
    """
    if "bindings" in row:
        return tuple(row["bindings"])
    if any(each.grpc for each in _expectations(row).values()):
        return ("grpc",)
    return ("grpc", *(table.binding for table in mirrors_of(row["rpc"]) if not table.silence(row["id"])))


def _allow(table: Collection[str], keys: set[str]) -> None:
    """Refuse a key that means nothing: a misspelt one would be lost in silence."""
    unknown = set(table) - keys
    if unknown:
        message = f"unknown keys {sorted(unknown)}"
        raise SpecError(message)


def _expectations(row: dict[str, Any]) -> dict[ProfileRange, Expectation]:
    raw = row.get("expect", {"ok": True})
    if not raw.keys() - _EXPECT_KEYS:
        return {ProfileRange(row.get("profiles", "2.2..")): _expectation(raw)}
    if "profiles" in row:
        message = "write either `profiles` or `expect` by profile, not both"
        raise SpecError(message)
    return {ProfileRange(key): _expectation(each) for key, each in raw.items()}


def _expectation(raw: dict[str, Any]) -> Expectation:
    _allow(raw, _EXPECT_KEYS)
    found = Expectation(
        ok=raw.get("ok", False),
        codes=_numbers(raw.get("code", ())),
        legacy=_numbers(raw.get("legacy", ())),
        legacy_of=tuple((int(code), legacy) for code, legacy in raw.get("legacy-of", {}).items()),
        any_error=raw.get("any-error", False),
        grpc=tuple(raw.get("grpc", ())),
    )
    if found.ok == bool(found.codes or found.legacy or found.any_error or found.grpc):
        message = "expect is either ok or a failure"
        raise SpecError(message)
    return found


def _numbers(raw: int | list[int]) -> tuple[int, ...]:
    return (raw,) if isinstance(raw, int) else tuple(raw)
