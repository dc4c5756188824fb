"""From the matrix of a campaign to `proto/kills.toml`: which checks were seen to fail on a defect."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from milvus_tck import __version__
from milvus_tck.mutants.campaign.fates import Fate
from milvus_tck.mutants.campaign.matrix import Matrix
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.kills import AddedCampaign, KillTables
from milvus_tck.verdict.model.check import HOLDS

__all__ = ["kill_counts", "kills_toml"]

_HEAD = """\
# Checks that were seen to fail on a defect, each with the number of mutants that made it fail: at least so many,
# for a mutant is put into further tests only until its own clause has noticed. What is not here never was.
# Written by `milvus-tck mutants --write-seen proto/kills.toml`, with other servers added by `--add-seen`
# (docs/sensitivity.md); not edited by hand.
"""


def kill_counts(matrix: Matrix) -> Counter[str]:
    """Count the mutants that made each check fail; one that could not be made proves nothing."""
    killed = {Fate.OWN, Fate.ELSEWHERE}
    made = [each for each in matrix.verdicts if each.fate is not Fate.FAULTY]
    found = ({_name(cell.check) for cell in each.cells if cell.fate in killed} for each in made)
    return Counter(name for names in found for name in names)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f'"{aspect}" = {number}' for aspect, number in counts.items())


def _name(check: str) -> str:
    """Name a check; what holds for every answer is judged here for all RPCs in one, without an aspect."""
    found = CheckId.parse(check)
    return check if found.aspect else str(replace(found, aspect=HOLDS))


def kills_toml(matrix: Matrix, before: KillTables | None = None) -> str:
    """Write the file: the checks by clause and case, so that two campaigns can be compared line by line.

    `before` is a file to which the campaign is added, with what it made fail. Added again it takes the place of what it
    made fail before: of every clause where all mutants were tried, else of the clauses whose mutants were. A check of a
    clause that there is no more is left out.
    """
    own = AddedCampaign(matrix.target, matrix.version, matrix.profile.name, len(matrix.verdicts), _rows(matrix))
    first = before or KillTables(__version__, own.target, own.version, own.profile, own.mutants, own.checks)
    added = []
    if before is not None:
        same = next((each for each in before.added if _of(each) == _of(own)), None)
        tried = {each.mutant.clause for each in matrix.verdicts}
        old = {} if same is None or not matrix.partial else same.checks
        kept = {name: counts for name, counts in old.items() if CheckId.parse(name).clause not in tried}
        own = msgspec.structs.replace(own, checks={**kept, **own.checks})
        added = [*(each for each in before.added if _of(each) != _of(own)), own]
    parts = [f"{_HEAD}", f'suite = "{first.suite}"', *_told(first), "", *_table("[checks]", first)]
    for each in added:
        parts += ["[[added]]", *_told(each), "", *_table("[added.checks]", each)]
    return "\n".join(parts)


def _rows(matrix: Matrix) -> dict[str, dict[str, int]]:
    """Return what a campaign made fail, by clause and case, and by aspect and binding."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for check, number in sorted(kill_counts(matrix).items()):
        name = CheckId.parse(check)
        found[name.condition][f"{name.aspect}@{name.binding}"] = number
    return dict(found)


def _table(head: str, campaign: AddedCampaign | KillTables) -> list[str]:
    """Write what a campaign made fail, without what is no clause any more."""
    known = {name: counts for name, counts in campaign.checks.items() if CheckId.parse(name).clause in clauses()}
    return [head, *(f'"{name}" = {{ {_counts(counts)} }}' for name, counts in sorted(known.items())), ""]


def _of(campaign: AddedCampaign) -> tuple[str, str]:
    return campaign.target, campaign.profile


def _told(campaign: AddedCampaign | KillTables) -> list[str]:
    told = {"target": campaign.target, "version": campaign.version, "profile": campaign.profile}
    return [*(f'{key} = "{value}"' for key, value in told.items()), f"mutants = {campaign.mutants}"]
