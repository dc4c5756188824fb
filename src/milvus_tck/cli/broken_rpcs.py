"""`milvus-tck mutants --broken-rpc`: what is still judged where one RPC is broken everywhere, as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from milvus_tck.cli.errors import fail, fail_target
from milvus_tck.mutants.blame import Blamed, Broken, chosen, measure
from milvus_tck.mutants.broken import WAYS
from milvus_tck.spec.capabilities import core_rpcs
from milvus_tck.targets.base import TargetError
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import GRPC
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.session import Session
from milvus_tck.verdict.states import Exit
from milvus_tck.verdict.whole_file import write_whole

__all__ = ["BEGIN", "END", "ENOUGH", "Sample", "judge_broken", "table"]

#: The share of the checks of other RPCs that has to be judged.
ENOUGH = 0.8
BEGIN, END = "<!-- broken-rpc: begin -->", "<!-- broken-rpc: end -->"
_ALL = "all"
_REASON = 160
_AGAIN = "milvus-tck mutants --broken-rpc RPC"


def judge_broken(
    console: Console,
    tests: Sequence[Job],
    target: str,
    line: str,
    rpcs: Iterable[str],
    each: int,
    docs: Path | None,
) -> int:
    """Break each RPC in each way before a server that is started, print the table, and write it where it belongs."""
    jobs = [job for job in tests if job.binding == GRPC]
    every = [Broken(rpc, way) for rpc in _named(rpcs, jobs) for way in WAYS]
    session = Session(CheckOptions(target=target, profile=line, seed=1))
    try:
        session.open()
    except TargetError as error:
        fail_target(error)
    found: list[Blamed] = []
    picked = chosen(jobs, each)
    sample = Sample(target, line, len(picked), sum(len(job.checks) for job in picked), tuple(every))
    try:
        for blamed in measure(session.run, jobs, every, each):
            found.append(blamed)
            console.print(_line(blamed), highlight=False)
            if docs is not None:
                _write(docs, table(found, sample))
    except KeyboardInterrupt:
        fail(Exit.INTERRUPTED, f"{len(found)} of {len(every)} pairs were measured", "it was interrupted", _AGAIN)
    finally:
        session.run.ledger.close(clean=session.target.throwaway)
        session.stop()
    return int(Exit.OK if all(blamed.share >= ENOUGH and not blamed.wrongly for blamed in found) else Exit.UNEXPECTED)


def _named(rpcs: Iterable[str], jobs: Iterable[Job]) -> list[str]:
    known = sorted({rpc for job in jobs for rpc in job.rpcs} & set(core_rpcs()))
    wanted = [rpc for each in rpcs for rpc in (known if each == _ALL else [each])]
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        fail(
            Exit.NOTHING_RAN,
            f"{unknown[0]} was not broken",
            f"there are {', '.join(known)}",
            "milvus-tck mutants --help",
        )
    return wanted


def _line(blamed: Blamed) -> str:
    said = f"{blamed.broken.rpc} {blamed.broken.way}: {blamed.judged} of {blamed.checks} checks of others judged"
    wrong = f", {blamed.wrongly} wrongly" if blamed.wrongly else ""
    first = f"; first cause: {blamed.first or 'none'}"
    why = f"; not judged: {blamed.why[:_REASON]}" if blamed.why else ""
    return f"{said}{wrong}{first}{why}"


@dataclass(frozen=True, slots=True)
class Sample:
    """What is measured: before which server, by how many tests, and which pairs of RPC and way."""

    target: str
    line: str
    tests: int
    checks: int
    every: tuple[Broken, ...]


def table(found: Sequence[Blamed], sample: Sample) -> str:
    """Write the table as Markdown, and the reasons for what it shows to be missing."""
    head = [
        f"Measured before {sample.target}, profile {sample.line}, with a fixed sample: as many tests of each RPC,",
        f"{sample.tests} in all ({sample.checks} checks), beside a few of the broken one.",
        "A cell is the share of the checks of the other RPCs that come to a verdict. A name behind it is the RPC that",
        "the first cause names in place of the broken one; `wrong` counts verdicts that the sound server does not get.",
        "It can not show what tests outside of the sample come to, nor two RPCs that are broken together.",
        *_missing(found, sample),
        "",
        f"| broken RPC | {' | '.join(WAYS)} |",
        f"|---|{'---|' * len(WAYS)}",
    ]
    cells = {(each.broken.rpc, each.broken.way): _cell(each) for each in found}
    rows = sorted({each.broken.rpc for each in found})
    body = [f"| {rpc} | {' | '.join(cells.get((rpc, way), 'not measured') for way in WAYS)} |" for rpc in rows]
    return "\n".join([*head, *body, *_reasons(found)])


def _missing(found: Sequence[Blamed], sample: Sample) -> list[str]:
    """Say which pairs were not measured, where the measurement did not come to its end."""
    measured = {each.broken for each in found}
    left = [each for each in sample.every if each not in measured]
    rpcs = sorted({each.rpc for each in left} - {each.rpc for each in measured})
    if not left:
        return []
    whole = f"; nothing of {', '.join(rpcs)}" if rpcs else ""
    return [f"{len(left)} of {len(sample.every)} pairs were not measured{whole}."]


def _cell(blamed: Blamed) -> str:
    first = "" if blamed.first == blamed.broken.rpc else f", {blamed.first or 'nobody'}"
    return f"{blamed.share:.0%}{first}{f', {blamed.wrongly} wrong' if blamed.wrongly else ''}".replace("%", " %")


def _reasons(found: Iterable[Blamed]) -> list[str]:
    ordered = sorted(found, key=lambda each: (each.broken.rpc, WAYS.index(each.broken.way)))
    short = [each for each in ordered if each.share < ENOUGH]
    if not short:
        return []
    rows = [f"- {each.broken.rpc}, {each.broken.way}: {each.why[:_REASON]}" for each in short]
    return ["", "What stands on the broken call can not be reached, and says why:", "", *rows]


def _write(docs: Path, text: str) -> None:
    before, _, rest = docs.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    write_whole(docs, f"{before}{BEGIN}\n{text}\n{END}{after or chr(10)}")
