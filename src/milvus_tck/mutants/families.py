"""Families: one defect for every clause of a kind.

clauses   "refused" (the clause demands a refusal), "accepted" (a success), or a list of ids
demand    with a list of ids: only in profiles in which the clause demands this, "accepted" or "refused"
levels    levels of clauses it is for, `must` where nothing is said
aspect    only for clauses that owe a check of this aspect
beside    only for clauses that owe a check of this aspect as well
values    numbers, of which the first that the clause does not take for right is written
like      patterns, as of a shell: only clauses whose id fits one of them
unlike    patterns: no clause whose id fits one of them
rpc       the RPC that is wrong where it is not that of the clause: one for all, or by clause
binding   clauses that are judged over it, grpc where nothing is said
grpc      true: for clauses whose refusal is a gRPC code; false (the default): for all others
except    clauses without this defect, each with the reason
equivalent  clauses where nothing can notice it, each with the reason
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation
from milvus_tck.spec.errors import legacy_of
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.owed import checks_of

__all__ = ["expand"]

_OWN = {
    "suffix",
    "binding",
    "clauses",
    "levels",
    "values",
    "grpc",
    "except",
    "equivalent",
    "aspect",
    "like",
    "unlike",
    "rpc",
    "beside",
    "demand",
}


def expand(row: dict[str, Any], line: Profile) -> Iterator[dict[str, Any]]:
    """Write a family out as tables of mutants."""
    shared = {key: value for key, value in row.items() if key not in _OWN}
    left_out, same, rpcs = row.get("except", {}), row.get("equivalent", {}), row.get("rpc", {})
    named = row["clauses"] if isinstance(row["clauses"], list) else ()
    unknown = {*left_out, *same, *named, *(() if isinstance(rpcs, str) else rpcs)} - clauses().keys()
    if unknown:
        raise ValueError(f"no such clauses: {sorted(unknown)}")
    for clause in clauses().values():
        if clause.id in left_out or not _is_meant(clause, row, line):
            continue
        own = {"id": f"{clause.id}~{row['suffix']}", "clause": clause.id, "aspect": row.get("aspect", "")}
        if "values" in row:
            right = _right(clause.expectation(line), line, row["aspect"])
            own["value"] = next(value for value in row["values"] if value not in right)
        if clause.id in same:
            own["equivalent"] = same[clause.id]
        own["rpc"] = rpcs if isinstance(rpcs, str) else rpcs.get(clause.id, clause.rpc)
        yield {**shared, **own, "sentence": row["sentence"].replace("{name}", own["rpc"])}


def _is_meant(clause: Clause, row: dict[str, Any], line: Profile) -> bool:
    bound = row.get("binding", "grpc") in clause.bindings or isinstance(row["clauses"], list)
    if clause.rpc == "wire" or not bound or not clause.testable or not clause.applies_to(line):
        return False
    if not _fits(clause.id, row):
        return False
    expected = clause.expectation(line)
    demand = "accepted" if expected.ok else "refused"
    if isinstance(row["clauses"], list):
        return clause.id in row["clauses"] and row.get("demand", demand) == demand
    if clause.level not in row.get("levels", ["must"]) or row["clauses"] != demand:
        return False
    if bool(expected.grpc) != row.get("grpc", False):
        return False
    owed = {check.aspect for check in checks_of(clause, line, row.get("binding", "grpc"))}
    return {row[key] for key in ("aspect", "beside") if row.get(key)} <= owed


def _fits(name: str, row: dict[str, Any]) -> bool:
    like = any(fnmatchcase(name, pattern) for pattern in row.get("like", ["*"]))
    return like and not any(fnmatchcase(name, pattern) for pattern in row.get("unlike", ()))


def _right(expected: Expectation, line: Profile, aspect: str) -> set[int]:
    """Numbers that are right in that aspect."""
    if aspect == "code":
        return set(expected.codes)
    beside = dict(expected.legacy_of)
    return set(expected.legacy) | {beside.get(code, legacy_of(code, line)) for code in expected.codes or (65535,)}
