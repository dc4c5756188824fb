"""`milvus-tck load`: put load on a target, and say what it carries and whether that can be believed."""

import json
import math
import secrets
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.cli.shared.command_line import again, command_line
from milvus_tck.cli.shared.load_pairs import COMPARISON, PairsAsked, play_pairs
from milvus_tck.cli.shared.load_run import LoadRun, need_extras, play_load
from milvus_tck.cli.shared.load_trend import WithTrend
from milvus_tck.cli.shared.option_values import Seconds
from milvus_tck.cli.shared.options import (
    TARGET_HELP,
    connection_options,
    given_credentials,
    no_empty_word,
    target_argument,
)
from milvus_tck.cli.shared.results_folder import become_latest, drop_unused, results_folder
from milvus_tck.cli.terminal.errors import complain, fail, fail_target
from milvus_tck.cli.terminal.load_summary import print_summary
from milvus_tck.cli.terminal.progress import QuietConsole
from milvus_tck.extras import need
from milvus_tck.load.codecs.registry import CODECS
from milvus_tck.load.data.files import open_dataset
from milvus_tck.load.plan.default_objectives import check_names
from milvus_tck.load.plan.job import DEFAULT_SCENARIO, LoadJob
from milvus_tck.load.plan.objectives import Objective, parse_objectives
from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.plan.scenario_files import ScenarioError, scenario_names
from milvus_tck.load.plan.scenario_tables import OPERATIONS
from milvus_tck.load.plan.vector_kinds import VECTOR_KINDS
from milvus_tck.load.report.stored_run import LOG, SUMMARY
from milvus_tck.targets.base import Target, TargetError
from milvus_tck.targets.resolver import default_name, resolve
from milvus_tck.targets.tck_toml import HTTP_KEYS
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.interrupts import Interrupts

__all__ = ["command"]

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RUN_LETTERS = 6
#: Pairs where nobody says how many.
_PAIRS = 5
_EPILOG = """\b
Examples:
  milvus-tck load                                   start a real Milvus, ingest, search, report
  milvus-tck load host:19530 --scenario mixed --rate 500 --duration 60
  milvus-tck load host:19530 --op search --rate 200 --slo 'search.p99<50ms'
  milvus-tck load host:19530 --slo 'errors<5%'      in place of the 1 % that every run has
  milvus-tck load lite@3.2.2 --scenario my.toml --workers 2
  milvus-tck load host:19530 --op get-version --rate max --users 64
  milvus-tck load milvus@2.3.5 --scenario mixed --binding http-api-v1
  milvus-tck load milvus@2.3.5 --against milvus@2.2.16 --repeat 7 --slo 'search.p99<1.1x'
  milvus-tck load trend night-29 night-30            draw stored runs

Exit codes: 0 every objective is met, 2 inconclusive or invalid, 3 target lost, 5 an objective was
missed, 64 usage, 70 our bug, 130 interrupted."""
_HELP = f"""Put load on TARGET and say what it carries.

Requests come as they are due, whether answers come or not, and count from when they were due; recall is
measured while the load runs, and what was acknowledged is counted at the end.

{TARGET_HELP}"""


class _Rate(click.ParamType):  # type: ignore[type-arg] # generic in newer releases only
    """Requests a second, or `max`."""

    name = "N|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Read it."""
        if value == "max":
            return math.inf
        try:
            rate = float(value)
        except ValueError:
            rate = 0.0
        if not 0 < rate < math.inf:
            self.fail(f"{value!r} is no rate: a number of requests a second, or max", param, ctx)
        return rate


@click.command("load", cls=WithTrend, epilog=_EPILOG, help=_HELP)
@target_argument
@click.option("--scenario", default=DEFAULT_SCENARIO, show_default=True, metavar="NAME|FILE",
              help=f"What to do: {', '.join(scenario_names())}, or a TOML file.")  # fmt: skip
@click.option("--op", "operations", multiple=True, type=click.Choice(OPERATIONS), metavar="NAME",
              help=f"Instead of a scenario: {', '.join(OPERATIONS)}; several share the rate.")  # fmt: skip
@click.option("--rate", type=_Rate(), help="Requests a second in all; max: a closed loop, as fast as answers come.")
@click.option("--users", type=click.IntRange(1, 100_000), help="Users of closed loops.")
@click.option("--duration", "seconds", type=Seconds(0.5), help="Seconds of the measured phases together.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that send.")
@click.option("--transport", type=click.Choice(["fast", "grpcio"]), default="fast", show_default=True,
              help="Our own gRPC client, or grpcio.")  # fmt: skip
@click.option("--binding", type=click.Choice(CODECS), default="grpc", show_default=True,
              help="How requests travel; gRPC prepares, audits, and carries what has no route.")  # fmt: skip
@click.option("--http", metavar="URL", help="Where a running target, or its gateway, speaks HTTP.")
@click.option("--http-management", metavar="URL", help="Its management port, with /api/v1.")
@click.option("--dataset", type=click.Path(exists=True), help="Vectors: .npy, .hdf5, .parquet, or a folder.")
@click.option("--vector", type=click.Choice(list(VECTOR_KINDS)), help="What vectors are made of [the scenario's].")
@click.option("--slo", "objectives", multiple=True, metavar="OBJECTIVE",
              help="In place of the scenario's: 'search.p99<50ms', 'insert.rate>5000rows/s'. Errors, wrong "
              "answers, recall and drops are bounded in every run; name one to bound it otherwise: 'errors<5%'.",
)  # fmt: skip
@click.option("--baseline", type=click.Path(exists=True, file_okay=False), multiple=True,
              help="Folder of an earlier run to compare with; several where runs differ.")  # fmt: skip
@click.option(
    "--against",
    metavar="TARGET",
    callback=no_empty_word,
    help="Take turns with another target (or the same one), and compare.",
)
@click.option("--against-scenario", metavar="NAME|FILE", help="What is done on the other side [the same].")
@click.option("--repeat", type=click.IntRange(2, 100), help="Runs of each side that take turns [5].")
@click.option("--seed", type=click.IntRange(0), help="Seed of data and arrivals (printed by every run).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results [tck-out/RUN].")
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of text.")
@connection_options
def command(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Put load on TARGET."""
    need("load", "a load run")
    given_urls = {"http": options.pop("http"), "http-management": options.pop("http_management")}
    urls = {port: url for key, url in given_urls.items() if url for port in HTTP_KEYS[key]}
    as_json: bool = options.pop("as_json")
    words = _sides(options)
    given = given_credentials(options)
    out: Path | None = options.pop("out")
    asked: int | None = options.pop("seed")
    seed = secrets.randbelow(1 << 32) if asked is None else asked
    pairs: int = options.pop("repeat") or _PAIRS
    try:
        ratios = _ratios(options) if len(words) > 1 else ()
        sides = {side: _Side(word, given, urls, {**options, **own}) for side, (word, own) in words.items()}
        runs = {side: each.prepared(seed) for side, each in sides.items()}
        check_names(replace(runs["a"][2], objectives=ratios or runs["a"][2].objectives))
    except TargetError as error:
        fail_target(error)
    except (ScenarioError, ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error
    for each in options["baseline"]:
        if not (Path(each) / LOG).is_file():
            fail(Exit.USAGE, f"{each} is no load run", f"it holds no {LOG}", again("--baseline", "FOLDER"))
    folder = results_folder(out)
    console = QuietConsole(stderr=as_json, highlight=False)
    if len(sides) == 1:
        try:
            with Interrupts() as interrupts:
                code = play_load(LoadRun(*runs["a"], folder.absolute(), console), interrupts)
        finally:
            drop_unused(folder)
        _tell(folder, console, as_json=as_json)
        return code
    names = {side: f"{target.name}, scenario {scenario.name}" for side, (target, _, scenario) in runs.items()}
    become_latest(folder)
    here = any(target.throwaway for target, _, _ in runs.values())
    code = play_pairs(
        PairsAsked(pairs, seed, names, ratios, here), folder, partial(_play_side, sides, console), console
    )
    if as_json:
        click.echo((folder / COMPARISON).read_text(encoding="utf-8").rstrip())
    return code


@dataclass(frozen=True)
class _Side:
    """A target and what is done to it: makes a run of it as often as there are pairs."""

    word: str
    given: Credentials | None
    urls: dict[str, str]
    options: dict[str, Any]

    def prepared(self, seed: int) -> tuple[Target, LoadJob, Scenario]:
        """Return what makes a run; raises what says why there can be none."""
        target = resolve(self.word, self.given, urls=self.urls)
        job = LoadJob(
            "", target.credentials, target=target.name, seed=seed, run=_run(), command=command_line(), **self.options
        )
        scenario, _ = job.plan()
        open_dataset(scenario.data, seed)
        need_extras(target, scenario, job.binding)
        return target, job, scenario


def _play_side(sides: dict[str, _Side], console: Console, side: str, seed: int, where: Path) -> int:
    """Play one run of a side; whoever presses Ctrl-C at any time of it ends them all."""
    with Interrupts() as interrupts:
        try:
            code = play_load(LoadRun(*sides[side].prepared(seed), where.absolute(), console), interrupts)
        except click.exceptions.Exit as ended:  # it is told already, and what was played until then is compared
            code = ended.exit_code
    return int(Exit.INTERRUPTED) if interrupts.pressed else code


def _sides(options: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Take out what is said of both sides: the target of each, and what of its run is its own."""
    word: str = options.pop("target") or default_name()
    named = click.get_current_context().get_parameter_source("scenario") is ParameterSource.COMMANDLINE
    if named and options["operations"]:
        raise click.UsageError("--op stands in place of a scenario: leave out one of --op and --scenario")
    other, playing = options.pop("against"), options.pop("against_scenario")
    if other is None and playing is None:
        if options["repeat"] is not None:
            message = "--repeat takes turns with another side: name it with --against or --against-scenario"
            raise click.UsageError(message)
        return {"a": (word, {})}
    if options["baseline"]:
        raise click.UsageError("--baseline and --against are two ways to compare: choose one")
    if playing is not None and options["operations"]:
        raise click.UsageError("--op stands in place of every scenario, that of --against-scenario too: choose one")
    return {"a": (word, {}), "b": (other or word, {} if playing is None else {"scenario": playing})}


def _ratios(options: dict[str, Any]) -> tuple[Objective, ...]:
    """Take out bounds on ratios, which the comparison is held to, and not each run."""
    parsed = parse_objectives(options["objectives"])
    options["objectives"] = tuple(each.text for each in parsed if not each.relative)
    return tuple(each for each in parsed if each.relative)


def _run() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_RUN_LETTERS))


def _tell(folder: Path, console: Console, *, as_json: bool) -> None:
    """Say what the run came to."""
    path = folder / SUMMARY
    if not path.is_file():
        complain("the run left no summary", f"{folder} holds what there is")
        return
    text = path.read_text(encoding="utf-8")
    print_summary(console, json.loads(text), folder)
    if as_json:
        click.echo(text.rstrip())
