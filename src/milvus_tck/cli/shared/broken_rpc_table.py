"""`milvus-tck mutants --broken-rpc`: what is still judged where one RPC is broken everywhere, as a table."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.mutants.campaign.blame import Blamed, Broken, chosen, measure
from milvus_tck.mutants.campaign.blame_table import ENOUGH, Sample, inserted
from milvus_tck.mutants.defects.broken_rpc import WAYS
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.capabilities import core_rpcs
from milvus_tck.targets.base import TargetError
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.whole_file import write_whole
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.open_target import open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["judge_broken", "sampled"]

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
    jobs = sampled(tests)
    every = _pairs(_named(rpcs, jobs))
    try:
        server = open_target(RunSetup(CheckOptions(target=target, profile=line, seed=1)))
    except TargetError as error:
        fail_target(error)
    found: list[Blamed] = []
    picked = chosen(jobs, each)
    sample = Sample(target, line, len(picked), sum(len(job.checks) for job in picked), _pairs(_named([_ALL], jobs)))
    try:
        for blamed in measure(server.run, jobs, every, each):
            found.append(blamed)
            console.print(_line(blamed), highlight=False)
            if docs is not None:
                _write(docs, found, sample)
    except KeyboardInterrupt:
        fail(Exit.INTERRUPTED, f"{len(found)} of {len(every)} pairs were measured", "it was interrupted", _AGAIN)
    finally:
        server.run.ledger.close(clean=server.target.throwaway)
        server.stop()
    return int(Exit.OK if all(blamed.share >= ENOUGH and not blamed.wrongly for blamed in found) else Exit.UNEXPECTED)


def sampled(tests: Iterable[Job]) -> list[Job]:
    """Choose what the sample is of: tests of the core, so that what else comes to be tested does not change it."""
    core = frozenset(core_rpcs())
    return [job for job in tests if job.binding == GRPC and job.rpcs and job.rpcs <= core and not job.explores]


def _pairs(rpcs: Iterable[str]) -> tuple[Broken, ...]:
    return tuple(Broken(rpc, way) for rpc in rpcs for way in WAYS)


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
    wrong = f", {len(blamed.wrongly)} wrongly ({', '.join(blamed.wrongly)})" if blamed.wrongly else ""
    undecided = f", {blamed.undecided} undecided" if blamed.undecided else ""
    first = f"; first cause: {blamed.first or 'none'}" if blamed.wrong else "; no wrong answer"
    why = f"; not judged: {blamed.why[:_REASON]}" if blamed.why else ""
    return f"{said}{wrong}{undecided}{first}{why}"


def _write(docs: Path, found: Sequence[Blamed], sample: Sample) -> None:
    write_whole(docs, inserted(docs.read_text(encoding="utf-8"), found, sample))
