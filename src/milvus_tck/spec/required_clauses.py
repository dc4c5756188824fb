"""Required clauses: what a profile requires: frozen when a release of the suite is cut.

A clause that is written today must not fail the server that was conformant yesterday. A profile
therefore requires what `proto/profiles/required/<name>.list` names, and nothing else is scored:

    release 2026.11.0
    must search/offset
    must insert/json float double       # a clause, with the cases it is judged in

What is not in the list, a whole clause or a case of one, is judged and told without a verdict until
the next release; so is the difference where a clause binds more than it did.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.clauses import Clause, Level
from milvus_tck.spec.data import SpecError, proto_dir, table_file
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.tables import Table

__all__ = ["Required", "WithdrawnTables", "parse_required", "required", "required_text", "withdrawn"]


class WithdrawnTable(Table, frozen=True):
    """A clause that profiles required, and that turned out to be a promise of no server."""

    clause: str
    profiles: tuple[str, ...]
    why: str


class WithdrawnTables(Table, frozen=True):
    """The file `profiles/required/withdrawn.toml`: what is taken out when the next release is cut."""

    withdrawn: tuple[WithdrawnTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Required:
    """What one profile required at a release."""

    release: str
    #: The level that was frozen, by clause, and by `clause.case` for each case.
    levels: Mapping[str, Level]

    def level(self, clause: Clause, case: str, wanted: Level) -> Level:
        """Return the level that a check is judged at: never above the frozen one.

        A promise about every answer is one for all RPCs, which are its cases.
        """
        name = f"{clause.id}.{case}" if case and clause.rpc != "wire" else clause.id
        frozen = self.levels.get(name, Level.OBSERVED)
        return min(wanted, frozen, key=_ORDER.index)


_ORDER = (Level.OBSERVED, Level.MAY, Level.SHOULD, Level.MUST)


@cache
def required(line: Profile) -> Required | None:
    """Return what was frozen for a profile; `None` where nothing was, and all of it is scored."""
    path = proto_dir() / "profiles" / "required" / f"{line.name}.list"
    return parse_required(path.read_text(encoding="utf-8"), path.name) if path.is_file() else None


@cache
def withdrawn() -> Mapping[str, Mapping[str, str]]:
    """Return what a profile required and no longer does before the next release: by profile, clauses with the reason.

    A clause that was wrong is not kept until then.
    """
    rows = table_file("profiles/required/withdrawn.toml").value(WithdrawnTables).withdrawn
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        for name in row.profiles:
            found.setdefault(name, {})[row.clause] = row.why
    return found


def parse_required(text: str, name: str) -> Required:
    """Read a list; raises `SpecError`, naming the line, where it is wrong."""
    first, *rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    if len(first) != 2 or first[0] != "release":  # noqa: PLR2004 - a word and a number
        raise SpecError(f"{name}: the first line is `release VERSION`")
    levels: dict[str, Level] = {}
    for level, clause, *cases in rows:
        try:
            levels |= dict.fromkeys([clause, *(f"{clause}.{case}" for case in cases)], Level(level))
        except ValueError as error:
            raise SpecError(f"{name}: {level} {clause}: {error}") from error
    return Required(first[1], levels)


def required_text(clauses: Iterable[Clause], cases: Mapping[str, Iterable[str]], line: Profile, release: str) -> str:
    """Write the list of a profile as it is now; `cases` are those that each clause is judged in."""
    rows = [
        " ".join(
            (each.level.value, each.id, *sorted({case for case in cases.get(each.id, ()) if each.has(line, case)}))
        )
        for each in clauses
        if each.applies_to(line) and each.testable and each.level is not Level.OBSERVED
    ]
    head = f"# What {line.title} requires; written by `make release`, and never by hand.\nrelease {release}\n"
    return head + "\n".join(sorted(rows)) + "\n"
