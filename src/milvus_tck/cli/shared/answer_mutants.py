"""`milvus-tck mutants`, by itself: one defect at a time in the answers of a good server, and which check notices."""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.mutant_files import check_files, write_files
from milvus_tck.cli.shared.option_values import sample_of
from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.extensions import extensions, given, use
from milvus_tck.extras import need
from milvus_tck.listing.collected_jobs import collected_jobs
from milvus_tck.mutants.campaign.campaign import Campaign, run_all
from milvus_tck.mutants.campaign.fates import Fate, MutantResult
from milvus_tck.mutants.campaign.live import run_live
from milvus_tck.mutants.campaign.matrix import THRESHOLD, Matrix
from milvus_tck.mutants.catalogue.files import mutants_dir, read_mutants
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.mutants.replay.good_server import GoodServer
from milvus_tck.mutants.replay.tape import ServerTapes
from milvus_tck.mutants.replay.tape_runner import TapeRunner
from milvus_tck.mutants.replay.tape_store import TapeStore
from milvus_tck.spec.bindings import GRPC, binding_rows, stand_ins
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.known_checks import nearest
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["AnswerOptions", "collect", "judge_answers"]

#: So many mutants are judged sooner than other processes have brought the tests.
_FEW = 200
#: How many mutants, or open survivors, are shown.
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOptions:
    """What is put into which server, and where it is written: the options of the verb, by their names there."""

    line: str
    word: str
    wanted: tuple[str, ...]
    sample: int | None
    seed: str
    folder: Path | None
    out: Path
    live: bool
    recording: Path | None
    anew: bool
    full: bool
    as_json: bool
    seen: Path | None
    added: Path | None

    @property
    def partial(self) -> bool:
        """Whether only some of the mutants were asked for."""
        return bool(self.word or self.wanted or self.sample)


def judge_answers(server: str, asked: AnswerOptions) -> int:
    """Record the server, put the mutants into what it said, and print and write what noticed."""
    console, line = Console(stderr=asked.as_json, highlight=False), asked.line
    check_files(asked.out, asked.seen, asked.added, partial=asked.partial or not asked.live)
    everything = _every_mutant(asked.folder, line)
    mutants = _chosen(everything, asked)
    if not mutants:
        fail(Exit.NOTHING_RAN, "no mutant was run", *_reason(everything, asked.wanted, line))
    started = time.monotonic()
    jobs = _jobs(server, line, mutants if asked.partial and not asked.full else None)
    try:
        with Progress(console=console, transient=True) as progress, GoodServer() as running:
            store = TapeStore(server, line, file=asked.recording, opened=running.opened)
            good = _recording(store, jobs, progress, anew=asked.anew)
            recorded = time.monotonic()
            verdicts = list(_judged(mutants, good, jobs, progress, running, full=asked.full))
    except TargetError as error:
        fail_target(error)
    seconds, partial = time.monotonic() - recorded, asked.partial or len(mutants) < len(everything)
    matrix = Matrix(server, good.version, profile(line), verdicts, seconds, jobs, partial)
    write_files(matrix, asked.out, asked.seen, asked.added)
    if asked.as_json:
        click.echo(json.dumps(matrix.as_dict(), indent=1))
    _say(console, matrix, asked.out, recorded - started)
    return int(Exit.OK if matrix.good else Exit.UNEXPECTED)


def _every_mutant(folder: Path | None, line: str) -> list[Mutant]:
    """Read the mutants that there are: ours and those of extensions, or those of a folder."""
    others = [each.mutants for each in extensions() if each.mutants is not None] if folder is None else []
    try:
        return read_mutants(folder or mutants_dir(), profile(line), *others)
    except SpecError as error:
        if folder is None and not others:
            raise
        fail(Exit.USAGE, "the mutants cannot be read", str(error), "milvus-tck explain CLAUSE")


def _jobs(server: str, line: str, some: Sequence[Mutant] | None) -> Mapping[str, Job]:
    """Bring the tests that the server can be asked: all of them, or those of the clauses that some mutants are of."""
    jobs: Mapping[str, Job] = {
        name: job
        for name, job in collect(line).items()
        if job.binding == GRPC or job.binding in stand_ins() or _speaks_http(server)
    }
    if some is not None:
        jobs = _concerned(some, jobs)
    if any(job.binding in stand_ins() for job in jobs.values()):
        need("gateway", "what HTTP alone promises")
    return jobs


def _reason(everything: Sequence[Mutant], wanted: Sequence[str], line: str) -> tuple[str, str]:
    """Say why a selection matches none, and what to type then."""
    names = [each.clause for each in everything]
    missing = next((each for each in wanted if each not in names), "")
    if missing in clauses():
        others = [each.name for each in profiles() if each.name != line and clauses()[missing].applies_to(each)]
        if others:
            return f"{missing} has no mutants in {line}; it stands in {', '.join(others)}", again(
                "--profile", others[0]
            )
    near = nearest(missing, names) if missing else []
    why = f"no mutant is of {missing!r}; the nearest are {', '.join(near)}" if near else "the selection matches none"
    return why, "milvus-tck mutants --help"


def _chosen(mutants: Sequence[Mutant], asked: AnswerOptions) -> list[Mutant]:
    found = [
        each
        for each in mutants
        if (not asked.wanted or each.clause in asked.wanted) and (asked.word in each.id or asked.word == each.rpc)
    ]
    return [each for each in sample_of(found, asked.sample, asked.seed) if asked.live or not each.live]


def _concerned(mutants: Sequence[Mutant], jobs: Mapping[str, Job]) -> Mapping[str, Job]:
    """Choose the tests that some mutants need, so that no others are recorded."""
    names = {each.clause for each in mutants}
    rpcs = {each.rpc for each in mutants if clauses()[each.clause].rpc == "wire"}
    return {name: job for name, job in jobs.items() if job.clauses & names or job.rpcs & rpcs}


def collect(line: str) -> Mapping[str, Job]:
    """Bring the tests of a profile, by name: over gRPC, and over HTTP what is promised of HTTP alone."""
    _, jobs = collected_jobs(CheckOptions(target="null", profile=line, bindings=tuple(binding_rows())))
    return {name: job for name, job in jobs.items() if job.binding == GRPC or _of_http_alone(job)}


def _of_http_alone(job: Job) -> bool:
    return bool(job.checks) and all(GRPC not in check.clause.bindings for check in job.checks)


def _speaks_http(word: str) -> bool:
    return isinstance(resolve(word), MilvusServer)


def _recording(store: TapeStore, jobs: Mapping[str, Job], progress: Progress, *, anew: bool) -> ServerTapes:
    task = progress.add_task("recording the good server", total=None, visible=False)

    def told(_test: str, number: int) -> None:
        progress.update(task, total=number, advance=1, visible=True)

    found = replace(store, told=told).recording(jobs, anew=anew)
    progress.remove_task(task)
    return found


def _judged(
    mutants: Sequence[Mutant],
    recording: ServerTapes,
    jobs: Mapping[str, Job],
    progress: Progress,
    running: GoodServer,
    *,
    full: bool,
) -> Iterator[MutantResult]:
    """Judge what can be judged on the recording, then the rest on a server."""
    task = progress.add_task("mutants", total=len(mutants))
    replayed = [each for each in mutants if not each.live]
    lively = [each for each in mutants if each.live]
    if 0 < len(replayed) <= _FEW:
        campaign = Campaign(TapeRunner(recording), jobs, full)
        for mutant in progress.track(replayed, task_id=task):
            yield campaign.judge(mutant)
    elif replayed:
        found = run_all(replayed, recording, _Collect(recording.profile), processes=os.cpu_count() or 1, full=full)
        for verdict in progress.track(found, task_id=task):
            yield verdict
    if lively:
        options = CheckOptions(target=recording.target, profile=recording.profile)
        for verdict in run_live(lively, Campaign(TapeRunner(recording), jobs), options, running.opened):
            progress.advance(task)
            yield verdict


class _Collect:
    """Brings the tests of a profile; goes into other processes."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._extensions = given()

    def __call__(self) -> Mapping[str, Job]:
        use(self._extensions)
        return collect(self._line)


def _noticed(verdict: MutantResult) -> str:
    """Say in a line what became of a mutant, and which checks noticed."""
    seen = sorted({f"{cell.check} ({cell.signature})" for cell in verdict.cells if cell.fate is verdict.fate})
    who = f": {', '.join(seen)}" if verdict.fate in {Fate.OWN, Fate.ELSEWHERE} else ""
    who = f": {verdict.trouble}" if verdict.trouble else who
    return f"{verdict.mutant.id}\n  {verdict.mutant.sentence}\n  {verdict.fate.value}{who}"


def _say(console: Console, matrix: Matrix, out: Path, recording: float) -> None:
    if len(matrix.verdicts) <= _SHOWN:
        console.print("\n".join(map(_noticed, matrix.verdicts)), markup=False)
    for title, names in (
        ("could not be made: a fault of the mutant", [f"{name}: {what}" for name, what in matrix.faulty.items()]),
        ("survived", [each.mutant.id for each in matrix.open]),
        ("clauses that no mutant proves", [f"{name}: {what}" for name, what in matrix.unproven.items()]),
        ("tests that end with an error of their own", list(matrix.faults)),
    ):
        if names:
            console.print(f"[bold]{title}[/bold] ({len(names)})")
            console.print("\n".join(f"  {name}" for name in names[:_SHOWN]), markup=False)
            if len(names) > _SHOWN:
                console.print(f"  … {len(names) - _SHOWN} more in the report")
    totals = ", ".join(f"{matrix.totals[fate]} {fate.value}" for fate in Fate if matrix.totals[fate])
    explained = sum(each.explained for each in matrix.verdicts)
    console.print(f"{len(matrix.verdicts)} mutants of {matrix.target}: {totals} ({explained} explained)")
    console.print(
        f"{matrix.score:.1%} of {len(matrix.counted)} killed by their own clause (wanted: {THRESHOLD:.0%}); "
        f"{len(matrix.open)} open; {len(matrix.never_killed)} must checks that nothing made fail"
    )
    console.print(
        f"{matrix.seconds:.1f} s, {matrix.per_minute:.0f} mutants per minute, after {recording:.1f} s to record"
    )
    console.print(f"matrix: {out / 'matrix.html'}")
