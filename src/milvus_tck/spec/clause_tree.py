"""The files of `proto/clauses/`: a folder for each family, in it a file for each RPC.

    clauses/<family>/<rpc>.toml            the promises of one RPC
    clauses/<family>/<rpc>-<section>.toml  the same, where one file would be too long
    clauses/<family>/family.toml           `[defaults]`: what holds for all clauses of the family
    clauses/rules/<name>.toml              rules for many RPCs at once; each file says its `family`

    clauses/sdk/                           promises of SDKs to their users, which are no server's: `sdk/sdk_clauses.py`

A file that lies in no folder, `clauses/<family>.toml`, holds a family as a whole.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from milvus_tck.spec.clause_tables import FamilyTables
from milvus_tck.spec.clause_witnesses import parse_witness
from milvus_tck.spec.clauses import SDK
from milvus_tck.spec.data import proto_dir, table_file
from milvus_tck.spec.profiles import ProfileRange
from milvus_tck.spec.tables import TableFile

__all__ = ["ClauseFile", "clause_files", "family_defaults", "suite_of"]

_FOLDER = "clauses"
#: The folder of rules, and the file of what holds for a family.
_RULES, _FAMILY = "rules", "family.toml"


@dataclass(frozen=True, slots=True)
class ClauseFile:
    """One file of clauses, with what its family gives."""

    family: str
    #: What it holds; what the family gives by default is among its own.
    file: TableFile


def clause_files() -> Iterator[ClauseFile]:
    """Read every file of clauses, by family and name; raises `SpecError` where one is out of place."""
    root, defaults = proto_dir() / _FOLDER, cache(_defaults)
    for path in sorted(root.rglob("*.toml")):
        if path.name != _FAMILY and path.parent.name != SDK:
            yield _file(path.relative_to(root).parts, defaults)


def suite_of(family: str) -> str:
    """Return the folder of `suites/` that judges a family: its name as Python imports it."""
    return family.replace("-", "_")


def _file(parts: tuple[str, ...], defaults: Callable[[str], Mapping[str, Any]]) -> ClauseFile:
    file = table_file("/".join((_FOLDER, *parts)))
    said = str(file.raw.get("family", ""))
    *folders, last = parts
    if len(folders) > 1:
        raise file.wrong((), f"a family is a folder of {_FOLDER}/, and has no folders of its own")
    if folders == [_RULES]:
        if not said:
            raise file.wrong((), f"it lacks `family`, which a file of {_RULES}/ has to say")
        return _with_defaults(said, file, defaults(said))
    if said:
        raise file.wrong(("family",), f'`family = "{said}"` is said by where a file lies, except in {_RULES}/')
    if not folders:
        return ClauseFile(last.removesuffix(".toml"), file)
    return _with_defaults(folders[0], file, defaults(folders[0]))


def _with_defaults(family: str, file: TableFile, given: Mapping[str, Any]) -> ClauseFile:
    defaults = {**given, **file.raw.get("defaults", {})}
    return ClauseFile(family, replace(file, raw={**file.raw, "defaults": defaults}))


def _defaults(family: str) -> Mapping[str, Any]:
    """Read what every clause of a family has, unless it says something else; nothing where no file says."""
    path = f"{_FOLDER}/{family}/{_FAMILY}"
    if not (proto_dir() / path).is_file():
        return {}
    file = table_file(path)
    return family_defaults(file)


def family_defaults(file: TableFile) -> Mapping[str, Any]:
    """Return what a family gives; raises `SpecError` where it is wrong, in its own file and not where it is used."""
    file.value(FamilyTables)
    defaults: Mapping[str, Any] = file.raw.get("defaults", {})
    for number, word in enumerate(defaults.get("witness", ())):
        with file.at("defaults", "witness", number):
            parse_witness(word)
    if "profiles" in defaults:
        with file.at("defaults", "profiles"):
            ProfileRange(defaults["profiles"])
    return defaults
