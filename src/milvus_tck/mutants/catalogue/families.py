"""Families: one defect for every clause of a kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from milvus_tck.mutants.catalogue.tables import DefectTable, FamilyTable, MutantTable
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation
from milvus_tck.spec.errors import legacy_of
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.model.obligations import checks_of
from milvus_tck.wire.descriptors import methods

__all__ = ["expand"]


def expand(row: FamilyTable, of_file: Mapping[str, str], line: Profile) -> Iterator[MutantTable]:
    """Write a family out as mutants; `of_file` are the RPCs by clause that hold for the whole file."""
    rpcs = of_file if row.rpc is None else row.rpc
    named = () if isinstance(row.clauses, str) else row.clauses
    unknown = {*row.left_out, *row.equivalent, *named, *(() if isinstance(rpcs, str) else rpcs)} - clauses().keys()
    if unknown:
        message = f"no such clauses: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    shared = {key: getattr(row, key) for key in DefectTable.__struct_fields__}
    # A list names a few of a thousand: what these demand is all that has to be worked out.
    among = (
        clauses().values() if isinstance(row.clauses, str) else (clauses()[name] for name in clauses() if name in named)
    )
    for clause in among:
        if clause.id in row.left_out or not _is_meant(clause, row, line):
            continue
        rpc = rpcs if isinstance(rpcs, str) else rpcs.get(clause.id, clause.rpc)
        own: dict[str, Any] = {"sentence": row.sentence.replace("{name}", rpc)}
        if row.values:
            right = _right(clause.expectation(line), line, row.aspect)
            own["value"] = next(value for value in row.values if value not in right)
        name, same = f"{clause.id}~{row.suffix}", row.equivalent.get(clause.id, "")
        yield MutantTable(**{**shared, **own}, id=name, clause=clause.id, rpc=rpc, equivalent=same)


def _is_meant(clause: Clause, row: FamilyTable, line: Profile) -> bool:
    bound = row.binding in clause.bindings or not isinstance(row.clauses, str)
    if clause.rpc == "wire" or not bound or not clause.testable or not clause.applies_to(line):
        return False
    if not _fits(clause, row):
        return False
    expected = clause.expectation(line)
    demand = "accepted" if expected.ok else "refused"
    if not isinstance(row.clauses, str):
        return (row.demand or demand) == demand
    if clause.level not in row.levels or row.clauses != demand:
        return False
    if bool(expected.grpc) != row.grpc:
        return False
    owed = {check.aspect for check in checks_of(clause, line, row.binding)}
    return {each for each in (row.aspect, row.beside) if each} <= owed


def _fits(clause: Clause, row: FamilyTable) -> bool:
    """Tell whether a clause is of the kind that a family is for, and its RPC of the sort."""
    if (row.kinds and clause.kind not in row.kinds) or clause.kind in row.not_kinds:
        return False
    # The server that such a defect is put into is not killed: what stays is asked of recordings.
    if clause.revives and row.is_live:
        return False
    known = methods().get(clause.rpc)
    return not row.answers or (known is not None and known.output_type.name in row.answers)


def _right(expected: Expectation, line: Profile, aspect: str) -> set[int]:
    """Numbers that are right in that aspect."""
    if aspect == "code":
        return set(expected.codes)
    own = dict(expected.legacy_of)
    beside = [{own[code]} if code in own else legacy_of(code, line) for code in expected.codes or (65535,)]
    return set(expected.legacy).union(*beside)
