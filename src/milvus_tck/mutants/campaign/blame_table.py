"""What is still judged where one RPC is broken, as a table in Markdown; what was measured before stays in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milvus_tck.mutants.campaign.blame import Blamed, Broken
from milvus_tck.mutants.defects.broken_rpc import WAYS

__all__ = ["BEGIN", "END", "ENOUGH", "Sample", "inserted", "table"]

#: The share of the checks of other RPCs that has to be judged.
ENOUGH = 0.8
BEGIN, END = "<!-- broken-rpc: begin -->", "<!-- broken-rpc: end -->"
_NOT_MEASURED = "not measured"
_REASON = 160
_REASONS = "What stands on the broken call cannot be reached. Of these pairs, by RPC, and most often why:"
_ROW = re.compile(r"^\| (?P<rpc>\w+) \|(?P<cells>.*)\|$", re.MULTILINE)
_WHY = re.compile(rf"^- (?P<rpc>\w+), (?P<way>{'|'.join(WAYS)}): (?P<text>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """What is measured: before which server, by how many tests, and which pairs of RPC and way there are."""

    target: str
    line: str
    tests: int
    checks: int
    every: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class _Measured:
    """A cell of the table, and where it is low what is missing and why."""

    cell: str
    reason: str = ""


def inserted(page: str, found: Sequence[Blamed], sample: Sample) -> str:
    """Return a page with the table in its place; rows of the same sample that were not measured now are kept."""
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(found, sample, old)}\n{END}{after or chr(10)}"


def table(found: Sequence[Blamed], sample: Sample, old: str = "") -> str:
    """Write the table, and the reasons for what it shows to be missing; `old` is what stood there before."""
    about = _about(sample)
    cells = (_kept(old) if old.strip().startswith(about) else {}) | {
        each.broken: _Measured(_cell(each), _reason(each)) for each in found
    }
    rows = sorted({each.rpc for each in cells})
    return "\n".join(
        [
            about,
            *_LEGEND,
            *_missing(cells, sample),
            "",
            f"| broken RPC | {' | '.join(WAYS)} |",
            f"|---|{'---|' * len(WAYS)}",
            *(f"| {rpc} | {' | '.join(_shown(cells, rpc, way) for way in WAYS)} |" for rpc in rows),
            *_reasons(cells),
        ]
    )


def _about(sample: Sample) -> str:
    """Name the sample; what was measured with another one is not kept."""
    return (
        f"Measured before {sample.target}, profile {sample.line}, with a fixed sample: as many tests of each RPC,\n"
        f"{sample.tests} in all ({sample.checks} checks), beside a few of the broken one."
    )


_LEGEND = (
    "A cell is the share of the checks of the other RPCs that come to a verdict. A name behind it is the RPC",
    "that the first cause names in place of the broken one; `wrong` counts verdicts that the sound server does",
    "not get, `undecided` what ran into a deadline or a fault of the transport.",
    "`no wrong answer` stands where always to agree is what the sound server does, too.",
    "It cannot show what tests outside of the sample come to, nor two RPCs that are broken together.",
)


def _kept(old: str) -> dict[Broken, _Measured]:
    """Read what was measured before."""
    reasons = {(each["rpc"], each["way"]): each["text"] for each in _WHY.finditer(old)}
    return {
        Broken(row["rpc"], way): _Measured(cell.strip(), reasons.get((row["rpc"], way), ""))
        for row in _ROW.finditer(old)
        for way, cell in zip(WAYS, row["cells"].split("|"), strict=True)
        if cell.strip() != _NOT_MEASURED
    }


def _missing(cells: Mapping[Broken, _Measured], sample: Sample) -> list[str]:
    """Say which pairs were not measured, where the measurement did not come to its end."""
    left = [each for each in sample.every if each not in cells]
    rpcs = sorted({each.rpc for each in left} - {each.rpc for each in cells})
    if not left:
        return []
    whole = f"; nothing of {', '.join(rpcs)}" if rpcs else ""
    return [f"{len(left)} of {len(sample.every)} pairs were not measured{whole}."]


def _shown(cells: Mapping[Broken, _Measured], rpc: str, way: str) -> str:
    found = cells.get(Broken(rpc, way))
    return found.cell if found else _NOT_MEASURED


def _cell(blamed: Blamed) -> str:
    named = "" if blamed.first == blamed.broken.rpc else blamed.first or "nobody"
    parts = (
        f"{blamed.share:.0%}".replace("%", " %"),
        named if blamed.wrong else "no wrong answer",
        f"{len(blamed.wrongly)} wrong" if blamed.wrongly else "",
        f"{blamed.undecided} undecided" if blamed.undecided else "",
    )
    return ", ".join(filter(None, parts))


def _reason(blamed: Blamed) -> str:
    """Say of a low share which RPCs are not reached, in whichever way is shorter, and why; empty of any other."""
    if blamed.share >= ENOUGH:
        return ""
    whole = [rpc for rpc, (judged, there) in blamed.reached.items() if judged == there]
    parts = {rpc: counts for rpc, counts in blamed.reached.items() if rpc not in whole}
    lost = [f"{rpc} {judged} of {there}" if judged else rpc for rpc, (judged, there) in parts.items()]
    some = [each for each in lost if " " in each]
    left = f"all but {', '.join([*whole, *some]) or 'nothing'}" if len(whole) < len(parts) else ", ".join(lost)
    return f"not judged are {left}: {blamed.why[:_REASON]}"


def _reasons(cells: Mapping[Broken, _Measured]) -> list[str]:
    low = sorted((each for each in cells if cells[each].reason), key=lambda each: (each.rpc, WAYS.index(each.way)))
    return ["", _REASONS, "", *(f"- {each.rpc}, {each.way}: {cells[each].reason}" for each in low)] if low else []
