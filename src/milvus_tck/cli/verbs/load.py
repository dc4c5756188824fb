"""`milvus-tck load`: put load on a target, and say what it carries and whether that can be believed."""

import contextlib
import json
import math
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.cli.shared.command_line import again, command_line
from milvus_tck.cli.shared.load_process import LoadProcess
from milvus_tck.cli.shared.option_values import Seconds
from milvus_tck.cli.shared.options import TARGET_HELP, connection_options, given_credentials, target_argument
from milvus_tck.cli.shared.results_folder import results_folder
from milvus_tck.cli.terminal.errors import complain, fail, fail_target
from milvus_tck.cli.terminal.load_summary import print_summary
from milvus_tck.cli.terminal.progress import QuietConsole
from milvus_tck.extras import need
from milvus_tck.load.codecs.registry import CODECS
from milvus_tck.load.data.files import READERS, open_dataset
from milvus_tck.load.operations.names import all_names
from milvus_tck.load.plan.job import DEFAULT_SCENARIO, LoadJob
from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.plan.scenario_files import ScenarioError, scenario_names
from milvus_tck.load.plan.scenario_tables import OPERATIONS
from milvus_tck.load.plan.vector_kinds import VECTOR_KINDS
from milvus_tck.spec.bindings import GRPC, binding_row
from milvus_tck.targets.base import Target, TargetError
from milvus_tck.targets.identity import identify
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.resolver import default_name, resolve
from milvus_tck.targets.started_server import StartedServer
from milvus_tck.targets.tck_toml import HTTP_KEYS
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.leftovers.objects import counted
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.interrupts import Interrupts
from milvus_tck.wire import calls

__all__ = ["command"]

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RUN_LETTERS = 6
_SUMMARY, _LOG = "summary.json", "latency.hlog"
_EPILOG = """\b
Examples:
  milvus-tck load                                   start a real Milvus, ingest, search, report
  milvus-tck load host:19530 --scenario mixed --rate 500 --duration 60
  milvus-tck load host:19530 --op search --rate 200 --slo 'search.p99<50ms'
  milvus-tck load host:19530 --slo 'errors<5%'      in place of the 1 % that every run has
  milvus-tck load lite@3.2.2 --scenario my.toml --workers 2
  milvus-tck load host:19530 --op get-version --rate max --users 64
  milvus-tck load milvus@2.3.5 --scenario mixed --binding http-api-v1

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


@click.command("load", epilog=_EPILOG, help=_HELP)
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
    word: str = options.pop("target") or default_name()
    given = given_credentials(options)
    out: Path | None = options.pop("out")
    seed: int | None = options.pop("seed")
    try:
        target = resolve(word, given, urls=urls)
        seed = secrets.randbelow(1 << 32) if seed is None else seed
        job = LoadJob(
            "", target.credentials, target=target.name, seed=seed, run=_run(), command=command_line(), **options
        )
        scenario, _ = job.plan()
        open_dataset(scenario.data, seed)
        _need(target, scenario, job.binding)
    except TargetError as error:
        fail_target(error)
    except (ScenarioError, ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error
    for each in job.baseline:
        if not (Path(each) / _LOG).is_file():
            fail(Exit.USAGE, f"{each} is no load run", f"it holds no {_LOG}", again("--baseline", "FOLDER"))
    folder = results_folder(out)
    console = QuietConsole(stderr=as_json, highlight=False)
    with Interrupts() as interrupts:
        code = _play(_Run(target, job, scenario, folder.absolute(), console), interrupts)
    _tell(folder, console, as_json=as_json)
    return code


def _need(target: Target, scenario: Scenario, binding: str) -> None:
    """See that the extras are there which only some runs need; raises `MissingExtraError`."""
    if Path(scenario.data.dataset).suffix in READERS:
        need("datasets", f"reading {scenario.data.dataset}")
    row = binding_row(binding)
    own = isinstance(target, MilvusServer) and not row.stands_in
    if isinstance(target, StartedServer) and row.served and not own:
        need("gateway", f"{binding} on {target.name}")


def _run() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_RUN_LETTERS))


@dataclass(frozen=True)
class _Run:
    """One load run, as the command line sees it."""

    target: Target
    job: LoadJob
    scenario: Scenario
    folder: Path
    console: Console


def _play(run: _Run, interrupts: Interrupts) -> int:
    """Bring the target up, let the engine run in a process of its own, and take the target down."""
    (run.folder / _SUMMARY).unlink(missing_ok=True)  # of an earlier run in the same folder
    try:
        run.target.start()
        try:
            with _spoken(run) as job, _ledger(run) as ledger:
                through = ", through a gateway of ours" if job.gateway else ""
                run.console.print(
                    f"{run.target.name} ({job.version or 'version unknown'}) at {job.address}{through}: "
                    f"scenario {run.scenario.name}, seed {job.seed}",
                    soft_wrap=True,
                )
                code = LoadProcess(job).run(run.console, interrupts)
                if ledger is not None:
                    _clean_up(run, ledger)
            return code
        finally:
            interrupts.defer()
            run.target.stop()
    except TargetError as error:
        fail_target(error)


def _known(run: _Run) -> LoadJob:
    """Fill in what is known of the target once it runs."""
    with contextlib.closing(GrpcBinding(run.target.address, run.target.credentials)) as binding:
        identity = identify(binding)
    started = isinstance(run.target, StartedServer)
    return replace(
        run.job,
        address=run.target.address,
        out=str(run.folder),
        version=identity.version or identity.build,
        throwaway=run.target.throwaway,
        server=run.target.pid if isinstance(run.target, StartedServer) and started else 0,
        management=run.target.management_port if isinstance(run.target, MilvusServer) else 0,
    )


@contextlib.contextmanager
def _spoken(run: _Run) -> Iterator[LoadJob]:
    """Fill in where the target speaks the binding; a server of ours that does not gets a gateway before it.

    Ends the run where nobody said where a running target speaks it.
    """
    job = _known(run)
    if job.binding == GRPC:
        yield job
        return
    row, ours = binding_row(job.binding), isinstance(run.target, StartedServer)
    url = "" if ours and row.stands_in else run.target.url(row.port)
    if url:
        yield replace(job, url=url)
    elif ours and row.served:
        from milvus_tck.gateway.server.embedded_gateway import gateway_aside  # noqa: PLC0415 - a web server, for few runs

        gateway = gateway_aside(job.address, run.target.credentials)
        try:
            yield replace(job, url=gateway.url, gateway=True)
        finally:
            gateway.stop()
    else:
        option = "--http-management" if row.port == "management" else "--http"
        what = f"where {run.target.name} speaks {job.binding} is not known"
        fail(Exit.USAGE, what, f"it listens at its {row.port} port", again(option, "URL"))


@contextlib.contextmanager
def _ledger(run: _Run) -> Iterator[Ledger | None]:
    """Write down what the run will create, unless all of it goes with the target."""
    if run.target.throwaway:
        yield None
        return
    ledger = Ledger(run.job.run, run.target.address)
    try:
        for name in all_names(run.scenario, run.job.run):
            ledger.before(calls.create_collection(name))
        yield ledger
    finally:
        ledger.close(clean=False)


def _clean_up(run: _Run, ledger: Ledger) -> None:
    """Drop what may still be there."""
    with contextlib.closing(GrpcBinding(run.target.address, run.target.credentials)) as binding:
        left = clean_up(binding, ledger.things)
    ledger.close(clean=not left)
    if left:
        complain(f"{counted(left)} may be left", then=f"milvus-tck sweep {run.target.name}")


def _tell(folder: Path, console: Console, *, as_json: bool) -> None:
    """Say what the run came to."""
    path = folder / _SUMMARY
    if not path.is_file():
        complain("the run left no summary", f"{folder} holds what there is")
        return
    text = path.read_text(encoding="utf-8")
    print_summary(console, json.loads(text), folder)
    if as_json:
        click.echo(text.rstrip())
