"""From the matrix of a campaign to `proto/kills.toml`: which checks were seen to fail on a defect."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from milvus_tck import __version__
from milvus_tck.mutants.campaign.fates import Fate
from milvus_tck.mutants.campaign.matrix import Matrix
from milvus_tck.spec.check_id import CheckId
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

    `before` is a file to which the campaign is added: of a check that both made fail the higher number stays.
    """
    own = AddedCampaign(matrix.target, matrix.version, matrix.profile.name, len(matrix.verdicts))
    first = before or KillTables(__version__, own.target, own.version, own.profile, own.mutants, {})
    added = [] if before is None else [each for each in before.added if _of(each) != _of(own)] + [own]
    conditions = defaultdict(dict, {condition: dict(counts) for condition, counts in first.checks.items()})
    for check, number in sorted(kill_counts(matrix).items()):
        found = CheckId.parse(check)
        counts, name = conditions[found.condition], f"{found.aspect}@{found.binding}"
        counts[name] = max(number, counts.get(name, 0))
    rows = [f'"{condition}" = {{ {_counts(counts)} }}' for condition, counts in sorted(conditions.items())]
    parts = [f"{_HEAD}", f'suite = "{first.suite}"', *_told(first), ""]
    for each in added:
        parts += ["[[added]]", *_told(each), ""]
    return "\n".join([*parts, "[checks]", *rows, ""])


def _of(campaign: AddedCampaign) -> tuple[str, str]:
    return campaign.target, campaign.profile


def _told(campaign: AddedCampaign | KillTables) -> list[str]:
    told = {"target": campaign.target, "version": campaign.version, "profile": campaign.profile}
    return [*(f'{key} = "{value}"' for key, value in told.items()), f"mutants = {campaign.mutants}"]
