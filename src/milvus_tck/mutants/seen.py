"""From the matrix of a campaign to `proto/kills.toml`: which checks were seen to fail on a defect."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from milvus_tck import __version__
from milvus_tck.mutants.matrix import Matrix
from milvus_tck.mutants.outcome import Fate
from milvus_tck.verdict.check import HOLDS

__all__ = ["kill_counts", "kills_toml"]

_HEAD = """\
# Checks that were seen to fail on a defect, each with the number of mutants that made it fail: at least so many,
# for a mutant is put into further tests only until its own clause has noticed. What is not here never was.
# Written by `milvus-tck mutants --write-seen proto/kills.toml`; not edited by hand.
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
    return check if ":" in check else check.replace("@", f":{HOLDS}@")


def kills_toml(matrix: Matrix) -> str:
    """Write the file: the checks by clause and case, so that two campaigns can be compared line by line."""
    conditions: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for check, number in sorted(kill_counts(matrix).items()):
        condition, _, aspect = check.rpartition(":")
        conditions[condition][aspect] = number
    rows = [f'"{condition}" = {{ {_counts(counts)} }}' for condition, counts in conditions.items()]
    head = {"suite": __version__, "target": matrix.target, "version": matrix.version, "profile": matrix.profile.name}
    told = [f'{key} = "{value}"' for key, value in head.items()]
    return "\n".join([f"{_HEAD}", *told, f"mutants = {len(matrix.verdicts)}", "", "[checks]", *rows, ""])
