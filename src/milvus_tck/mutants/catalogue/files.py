"""Reading mutants from `proto/mutants/`, and the folders below it.

A `[[mutant]]` table is one mutant. A `[[family]]` table is one defect that every clause of a
kind has to notice: it becomes a mutant for each of them, named `<clause>~<suffix>`. Where a
clause asks for something else in some profiles, `profiles` says in which a mutant is wrong.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from milvus_tck.mutants.catalogue.families import expand
from milvus_tck.mutants.catalogue.mutant import Concerns, Mutant
from milvus_tck.mutants.catalogue.tables import MutantTable, MutantTables
from milvus_tck.mutation.context import Arguments
from milvus_tck.mutation.registry import REFUSED
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import SpecError, proto_dir
from milvus_tck.spec.profiles import Profile, ProfileRange
from milvus_tck.spec.tables import TableFile, read_tables

__all__ = ["mutants_dir", "read_mutants"]


def mutants_dir() -> Path:
    """Return the folder of the mutants that came with us."""
    return proto_dir() / "mutants"


def read_mutants(first: Path, line: Profile, *others: Path) -> list[Mutant]:
    """Read every mutant of the clauses of a profile; raises `SpecError` where the files contradict themselves."""
    found: list[Mutant] = []
    for folder in (first, *others):
        for path in sorted(folder.rglob("*.toml")):
            file = replace(read_tables(path, SpecError), name=str(path.relative_to(folder)))
            found.extend(_mutants(file, line))
    twice = [name for name, count in Counter(each.id for each in found).items() if count > 1]
    if twice:
        raise SpecError(f"mutants written twice: {', '.join(twice)}")
    return found


def _mutants(file: TableFile, line: Profile) -> Iterator[Mutant]:
    tables = file.value(MutantTables)
    for number, own in enumerate(file.raw.get("mutant", ())):
        row = file.part(MutantTable, {**file.raw.get("defaults", {}), **own}, ("mutant", number))
        with file.at("mutant", number):
            mutant = _mutant(row)
            stands = not row.profiles or line in ProfileRange(row.profiles)
        if stands and clauses()[mutant.clause].applies_to(line):
            yield mutant
    for number, family in enumerate(tables.family):
        with file.at("family", number):
            found = [_mutant(each) for each in expand(family, tables.rpc, line)]
        yield from found


def _mutant(row: MutantTable) -> Mutant:
    if row.clause not in clauses():
        message = f"there is no clause {row.clause!r}"
        raise ValueError(message)
    return Mutant(
        id=row.id,
        clause=row.clause,
        rpc=row.rpc or clauses()[row.clause].rpc,
        sentence=row.sentence,
        operator=row.operator,
        arguments=Arguments(row.path, row.value),
        scope=row.scope,
        concerns=row.concerns or (Concerns.REFUSAL if row.operator in REFUSED else Concerns.SUCCESS),
        when=tuple((path, str(value)) for path, value in row.when.items()),
        after=row.after,
        aspect=row.aspect,
        equivalent=row.equivalent,
        seen=row.seen,
        live=row.is_live,
    )
