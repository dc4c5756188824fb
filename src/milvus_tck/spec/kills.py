"""Which checks were seen to fail on a defect: the reader of `proto/kills.toml`.

`milvus-tck mutants --write-seen` writes that file: it puts defects (mutants) into a good server, one at
a time, and notes which checks fail that pass without. A mutant is tried on further tests only until the
checks of its own clause notice it, so the numbers are the least there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated

from msgspec import Meta
from msgspec import field as key

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import table_file
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["AddedCampaign", "KillTables", "Kills", "kills", "kills_of", "parse_kills", "seen_to_fail"]


class AddedCampaign(Table, frozen=True):
    """A campaign whose kills were added to those of the first one."""

    target: str
    version: str
    profile: str
    #: How many mutants were tried.
    mutants: int
    #: What it made fail, as in the file's own `checks`; campaigns before 2026-12 were counted into these.
    checks: dict[str, dict[str, Annotated[int, Meta(gt=0)]]] = key(default_factory=dict)


class KillTables(Table, frozen=True):
    """The file `kills.toml`, which `milvus-tck mutants --write-seen` writes."""

    #: Release of the suite, and the good server with what it says of its version.
    suite: str
    target: str
    version: str
    profile: str
    #: How many mutants were tried.
    mutants: int
    #: By clause or `clause.case` and by `aspect@binding`: how many mutants made that check fail.
    checks: dict[str, dict[str, Annotated[int, Meta(gt=0)]]]
    #: What `--add-seen` added: campaigns on servers that keep what the first does not.
    added: tuple[AddedCampaign, ...] = ()


@dataclass(frozen=True, slots=True)
class Kills:
    """What a campaign of mutants came to, check by check."""

    #: Release of the suite, and the good server with what it says of its version.
    suite: str
    target: str
    version: str
    profile: str
    #: How many mutants were tried.
    mutants: int
    #: How many mutants made a check fail, by binding and by the name of the check without its binding.
    checks: Mapping[str, Mapping[str, int]]
    #: Profiles of all campaigns, the first one's before all others.
    profiles: tuple[str, ...] = ()


@cache
def kills() -> Kills:
    """Return what is shipped with the suite."""
    return parse_kills(table_file("kills.toml"))


def kills_of(check: str) -> dict[str, int] | None:
    """Return by how many mutants a check was made to fail, by binding; empty where it never was.

    `None` where no campaign was written down, so that nobody knows. `check` is
    `clause[.case]:aspect@binding`; the same check over other bindings stands beside it.
    """
    if not kills().mutants:
        return None
    found = CheckId.parse(check)
    clause = clauses().get(found.clause)
    if clause is not None and clause.rpc == "wire":  # what holds for every answer is proven for all at once
        found = replace(found, case="")
    return dict(kills().checks.get(found.name, {}))


def seen_to_fail(clause: str) -> dict[str, int]:
    """Return the checks of a clause that were seen to fail, each with its number of mutants."""
    rows = kills().checks.items()
    return {
        str(CheckId.parse(name).over(binding)): number
        for name, counts in rows
        if CheckId.parse(name).clause == clause
        for binding, number in counts.items()
    }


def parse_kills(file: TableFile) -> Kills:
    """Turn the parsed file into a value; raises `SpecError` where it contradicts the form."""
    row = file.value(KillTables)
    checks: dict[str, dict[str, int]] = {}
    campaigns: tuple[KillTables | AddedCampaign, ...] = (row, *row.added)
    for campaign in campaigns:
        for condition, counts in campaign.checks.items():
            for name, number in counts.items():
                aspect, _, binding = name.partition("@")
                if not (aspect and binding):
                    raise file.wrong(("checks", condition, name), f"{condition}: write aspect@binding, not {name}")
                seen = checks.setdefault(f"{condition}:{aspect}", {})
                seen[binding] = max(number, seen.get(binding, 0))
    lines = tuple(dict.fromkeys((row.profile, *(each.profile for each in row.added))))
    return Kills(row.suite, row.target, row.version, row.profile, row.mutants, checks, lines)
