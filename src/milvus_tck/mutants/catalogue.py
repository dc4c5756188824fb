"""Reading mutants from `proto/mutants/`, and the folders below it.

A `[[mutant]]` table is one mutant. A `[[family]]` table is one defect that every clause of a
kind has to notice: it becomes a mutant for each of them, named `<clause>~<suffix>`. Where a
clause asks for something else in some profiles, `profiles` says in which a mutant is wrong.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from milvus_tck.mutants.behaviours import BEHAVIOURS
from milvus_tck.mutants.families import expand
from milvus_tck.mutants.mutant import Concerns, Mutant, Scope
from milvus_tck.mutants.operators import OPERATORS, REFUSED
from milvus_tck.mutants.scene import Arguments
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import SpecError, proto_dir
from milvus_tck.spec.profiles import Profile, ProfileRange

__all__ = ["mutants_dir", "read_mutants"]

_KEYS = {
    "id", "clause", "rpc", "sentence", "operator", "path", "value", "scope", "concerns", "when", "after", "aspect",
    "equivalent", "seen", "live", "profiles",
}  # fmt: skip
_NEEDED = {"id", "clause", "sentence", "operator"}


def mutants_dir() -> Path:
    """Return the folder of the mutants that came with us."""
    return proto_dir() / "mutants"


def read_mutants(folder: Path, line: Profile) -> list[Mutant]:
    """Read every mutant of the clauses of a profile; raises `SpecError` where the files contradict themselves."""
    found: list[Mutant] = []
    for path in sorted(folder.rglob("*.toml")):
        try:
            found.extend(_file(path, line))
        except (SpecError, ValueError, KeyError, TypeError) as error:
            raise SpecError(f"{path.relative_to(folder)}: {error}") from error
    twice = [name for name, count in Counter(each.id for each in found).items() if count > 1]
    if twice:
        raise SpecError(f"mutants written twice: {', '.join(twice)}")
    return found


def _file(path: Path, line: Profile) -> Iterator[Mutant]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = raw.keys() - {"mutant", "family", "defaults", "rpc"}
    if unknown:
        raise SpecError(f"unknown tables {sorted(unknown)}")
    for row in raw.get("mutant", ()):
        mutant = _mutant({**raw.get("defaults", {}), **row})
        if clauses()[mutant.clause].applies_to(line) and (
            "profiles" not in row or line in ProfileRange(row["profiles"])
        ):
            yield mutant
    for row in raw.get("family", ()):
        for each in expand({"rpc": raw.get("rpc", {}), **row}, line):
            yield _mutant(each)


def _mutant(row: dict[str, Any]) -> Mutant:
    unknown, missing = row.keys() - _KEYS, _NEEDED - row.keys()
    name = row.get("id", "?")
    if unknown or missing:
        raise SpecError(f"{name}: unknown keys {sorted(unknown)}, missing {sorted(missing)}")
    operator = row["operator"]
    if operator not in OPERATORS and operator not in BEHAVIOURS:
        raise SpecError(f"{name}: there is no operator {operator!r}")
    if row["clause"] not in clauses():
        raise SpecError(f"{name}: there is no clause {row['clause']!r}")
    concerns = Concerns.REFUSAL if operator in REFUSED else Concerns.SUCCESS
    return Mutant(
        id=name,
        clause=row["clause"],
        rpc=row.get("rpc", clauses()[row["clause"]].rpc),
        sentence=row["sentence"],
        operator=operator,
        arguments=Arguments(row.get("path", ""), row.get("value")),
        scope=Scope(row.get("scope", "rpc")),
        concerns=Concerns(row.get("concerns", concerns)),
        when=tuple((path, str(value)) for path, value in row.get("when", {}).items()),
        after=row.get("after", ""),
        aspect=row.get("aspect", ""),
        equivalent=row.get("equivalent", ""),
        seen=row.get("seen", ""),
        live=row.get("live", operator in BEHAVIOURS and BEHAVIOURS[operator].live),
    )
