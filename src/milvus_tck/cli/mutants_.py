"""`milvus-tck mutants`: put defects into a good server, one at a time, and see which check notices."""

import json
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from milvus_tck.bindings.opened import BINDINGS, GATEWAY
from milvus_tck.cli.broken_rpcs import judge_broken
from milvus_tck.cli.completion import clause_ids
from milvus_tck.cli.errors import fail, fail_target
from milvus_tck.cli.mutants_files import check_files, write_files
from milvus_tck.cli.options import profile_option, target_argument
from milvus_tck.cli.suites import run_suites
from milvus_tck.cli.values import known_profile
from milvus_tck.extras import need
from milvus_tck.mutants.campaign import Campaign, run_all
from milvus_tck.mutants.catalogue import mutants_dir, read_mutants
from milvus_tck.mutants.live import run_live
from milvus_tck.mutants.matrix import THRESHOLD, Matrix
from milvus_tck.mutants.mutant import Mutant
from milvus_tck.mutants.outcome import Fate, Verdict
from milvus_tck.mutants.player import Player
from milvus_tck.mutants.recording import Recording
from milvus_tck.mutants.studio import Studio
from milvus_tck.plugin import Suites
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.resolve import resolve
from milvus_tck.verdict.check_names import nearest
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import GRPC
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.states import Exit

__all__ = ["collect", "command"]

#: The server that is good, and the profile that it is held to.
_TARGET, _PROFILE = "milvus@2.3.5", "2.3"
#: How many mutants, or open survivors, are shown.
_SHOWN = 40
_EPILOG = """\b
Examples:
  milvus-tck mutants                          all mutants, on a recording of milvus@2.3.5
  milvus-tck mutants --clause search/offset   those of one clause
  milvus-tck mutants --sample 200 --seed 5    a sample
  milvus-tck mutants --broken-rpc Search      what is still judged where Search is broken

Exit codes: 0 at least 97 % are killed by their own clause, every survivor is explained, and each could be made,
1 otherwise, 3 the target can not be had, 4 no mutant matched."""


@click.command("mutants", epilog=_EPILOG, short_help="Put defects into a good server, and see which check notices.")
@target_argument
@profile_option("Profile that the target is held to.", "line", default=_PROFILE)
@click.option("--select", "word", default="", metavar="TEXT", help="Mutants whose id or RPC holds this text.")
@click.option(
    "--clause", "wanted", multiple=True, metavar="ID", shell_complete=clause_ids, help="Mutants of these clauses."
)
@click.option("--sample", type=click.IntRange(min=1), help="So many mutants, chosen by --seed.")
@click.option("--seed", default="0", show_default=True, help="Decides on the sample: a number, or any text.")
@click.option(
    "--mutants",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of other mutants than ours.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("tck-out/mutants"), help="Results."
)
@click.option("--live/--no-live", default=True, show_default=True, help="Also judge mutants that need a server.")
@click.option(
    "--recording",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the good server's recording (default: in your cache).",
)
@click.option("--record", "anew", is_flag=True, help="Record the good server anew.")
@click.option("--full", is_flag=True, help="Run every test that touches the RPC, also where the clause noticed.")
@click.option("--json", "as_json", is_flag=True, help="Print the matrix as JSON instead of text.")
@click.option(
    "--write-seen",
    "seen",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the checks that were seen to fail on a defect: proto/kills.toml.",
)
@click.option(
    "--broken-rpc",
    "broken",
    multiple=True,
    metavar="RPC",
    help="Break this RPC wherever it is called (`all`: each of the core), and see what of the others is still judged.",
)
@click.option("--each", type=click.IntRange(min=1), default=1, show_default=True, help="Tests of each RPC for that.")
@click.option("--write-docs", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File for its table.")
def command(  # noqa: PLR0913 - the options of the verb
    *,
    target: str | None,
    line: str,
    word: str,
    wanted: tuple[str, ...],
    sample: int | None,
    seed: str,
    folder: Path | None,
    out: Path,
    live: bool,
    recording: Path | None,
    anew: bool,
    full: bool,
    as_json: bool,
    seen: Path | None,
    broken: tuple[str, ...],
    each: int,
    write_docs: Path | None,
) -> int:
    """Put defects into a good server's behaviour, one at a time, and see which check notices.

    TARGET is a server that is started here; it has to be good.
    """
    console = Console(stderr=as_json, highlight=False)
    if line not in {each.name for each in profiles()}:
        known_profile(line)
        raise click.UsageError("--profile: the good server is held to one profile: name it")
    server = target or _TARGET
    try:
        resolve(server)
    except TargetError as error:
        fail_target(error)
    if broken:
        return judge_broken(console, list(collect(line).values()), server, line, broken, each, write_docs)
    check_files(out, seen, partial=bool(word or wanted or sample or not live))
    everything = read_mutants(folder or mutants_dir(), profile(line))
    mutants = [each for each in _chosen(everything, word, wanted, sample, seed) if live or not each.live]
    if not mutants:
        fail(Exit.NOTHING_RAN, "no mutant was run", _nearest(everything, wanted), "milvus-tck mutants --help")
    jobs: Mapping[str, Job] = {
        name: job
        for name, job in collect(line).items()
        if job.binding == GRPC or job.binding in GATEWAY or _speaks_http(server)
    }
    if sample is not None:
        jobs = _concerned(mutants, jobs)
    if any(job.binding in GATEWAY for job in jobs.values()):
        need("gateway", "what HTTP alone promises")
    try:
        with Progress(console=console, transient=True) as progress:
            good = _recording(Studio(server, line, file=recording), jobs, progress, anew=anew)
            started = time.monotonic()
            verdicts = list(_judged(mutants, good, jobs, progress, full=full))
    except TargetError as error:
        fail_target(error)
    seconds, partial = time.monotonic() - started, bool(word or wanted or sample) or len(mutants) < len(everything)
    matrix = Matrix(server, good.version, profile(line), verdicts, seconds, jobs, partial)
    write_files(matrix, out, seen)
    if as_json:
        click.echo(json.dumps(matrix.as_dict(), indent=1))
    _say(console, matrix, out)
    return int(Exit.OK if matrix.good else Exit.UNEXPECTED)


def _nearest(everything: Sequence[Mutant], wanted: Sequence[str]) -> str:
    """Say why a selection matches none."""
    names = [each.clause for each in everything]
    missing = [each for each in wanted if each not in names]
    near = nearest(missing[0], names) if missing else []
    return (
        f"no mutant is of {missing[0]!r}; the nearest are {', '.join(near)}" if near else "the selection matches none"
    )


def _chosen(mutants: list[Mutant], word: str, wanted: Sequence[str], sample: int | None, seed: str) -> list[Mutant]:
    found = [
        each for each in mutants if (not wanted or each.clause in wanted) and (word in each.id or word == each.rpc)
    ]
    if sample is None or sample >= len(found):
        return found
    return random.Random(seed).sample(found, sample)  # noqa: S311 - a choice, not a secret


def _concerned(mutants: Sequence[Mutant], jobs: Mapping[str, Job]) -> Mapping[str, Job]:
    """Choose the tests that a sample needs, so that no others are recorded."""
    names, rpcs = {each.clause for each in mutants}, {each.rpc for each in mutants if each.clause.startswith("wire/")}
    return {name: job for name, job in jobs.items() if job.clauses & names or job.rpcs & rpcs}


def collect(line: str = _PROFILE) -> Mapping[str, Job]:
    """Bring the tests of a profile, by name: over gRPC, and over HTTP what is promised of HTTP alone."""
    suites = _Listing(CheckOptions(target="null", profile=line, bindings=BINDINGS), listing=True)
    run_suites(suites, ["--collect-only"])
    return {name: job for name, job in suites.jobs.items() if job.binding == GRPC or _of_http_alone(job)}


def _of_http_alone(job: Job) -> bool:
    return bool(job.checks) and all(GRPC not in check.clause.bindings for check in job.checks)


def _speaks_http(word: str) -> bool:
    return isinstance(resolve(word), MilvusServer)


class _Listing(Suites):
    """The plugin as it lists tests, with the tests themselves."""

    @property
    def jobs(self) -> Mapping[str, Job]:
        """Every test of the profile."""
        return self._jobs


def _recording(studio: Studio, jobs: Mapping[str, Job], progress: Progress, *, anew: bool) -> Recording:
    task = progress.add_task("recording the good server", total=None, visible=False)

    def told(_test: str, number: int) -> None:
        progress.update(task, total=number, advance=1, visible=True)

    found = replace(studio, told=told).recording(jobs, anew=anew)
    progress.remove_task(task)
    return found


def _judged(
    mutants: Sequence[Mutant], recording: Recording, jobs: Mapping[str, Job], progress: Progress, *, full: bool
) -> Iterator[Verdict]:
    """Judge what can be judged on the recording, then the rest on a server."""
    task = progress.add_task("mutants", total=len(mutants))
    replayed = [each for each in mutants if not each.live]
    lively = [each for each in mutants if each.live]
    if replayed:
        found = run_all(replayed, recording, _Collect(recording.profile), processes=os.cpu_count() or 1, full=full)
        for verdict in progress.track(found, task_id=task):
            yield verdict
    if lively:
        options = CheckOptions(target=recording.target, profile=recording.profile)
        for verdict in run_live(lively, Campaign(Player(recording), jobs), options):
            progress.advance(task)
            yield verdict


class _Collect:
    """Brings the tests of a profile; goes into other processes."""

    def __init__(self, line: str) -> None:
        self._line = line

    def __call__(self) -> Mapping[str, Job]:
        return collect(self._line)


def _noticed(verdict: Verdict) -> str:
    """Say in a line what became of a mutant, and which checks noticed."""
    seen = sorted({f"{cell.check} ({cell.signature})" for cell in verdict.cells if cell.fate is verdict.fate})
    who = f": {', '.join(seen)}" if verdict.fate in {Fate.OWN, Fate.ELSEWHERE} else ""
    who = f": {verdict.trouble}" if verdict.trouble else who
    return f"{verdict.mutant.id}\n  {verdict.mutant.sentence}\n  {verdict.fate.value}{who}"


def _say(console: Console, matrix: Matrix, out: Path) -> None:
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
    console.print(f"{matrix.seconds:.1f} s, {matrix.per_minute:.0f} mutants per minute")
    console.print(f"matrix: {out / 'matrix.html'}")
