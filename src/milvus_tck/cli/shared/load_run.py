"""One load run, from bringing the target up to taking it down."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.load_process import LoadProcess
from milvus_tck.cli.shared.results_folder import become_latest
from milvus_tck.cli.terminal.errors import complain, fail, fail_target
from milvus_tck.extras import need
from milvus_tck.load.data.files import READERS
from milvus_tck.load.operations.names import all_names
from milvus_tck.load.plan.job import LoadJob
from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.report.stored_run import SUMMARY
from milvus_tck.spec.bindings import GRPC, binding_row
from milvus_tck.targets.base import Target, TargetError
from milvus_tck.targets.identity import identify
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.started_server import StartedServer
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.leftovers.objects import counted
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.interrupts import Interrupts
from milvus_tck.wire import calls

__all__ = ["LoadRun", "need_extras", "play_load"]


def need_extras(target: Target, scenario: Scenario, binding: str) -> None:
    """See that the extras are there which only some runs need; raises `MissingExtraError`."""
    if Path(scenario.data.dataset).suffix in READERS:
        need("datasets", f"reading {scenario.data.dataset}")
    row = binding_row(binding)
    own = isinstance(target, MilvusServer) and not row.stands_in
    if isinstance(target, StartedServer) and row.served and not own:
        need("gateway", f"{binding} on {target.name}")


@dataclass(frozen=True)
class LoadRun:
    """One load run, as the command line sees it."""

    target: Target
    job: LoadJob
    scenario: Scenario
    folder: Path
    console: Console


def play_load(run: LoadRun, interrupts: Interrupts) -> int:
    """Bring the target up, let the engine run in a process of its own, and take the target down."""
    (run.folder / SUMMARY).unlink(missing_ok=True)  # of an earlier run in the same folder
    try:
        run.target.start()
        become_latest(run.folder)
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


def _known(run: LoadRun) -> LoadJob:
    """Fill in what is known of the target once it runs."""
    with contextlib.closing(GrpcBinding(run.target.address, run.target.credentials)) as binding:
        identity = identify(binding)
    return replace(
        run.job,
        address=run.target.address,
        out=str(run.folder),
        version=identity.version or identity.build,
        throwaway=run.target.throwaway,
        server=run.target.pid if isinstance(run.target, StartedServer) else 0,
        management=run.target.management_port if isinstance(run.target, MilvusServer) else 0,
    )


@contextlib.contextmanager
def _spoken(run: LoadRun) -> Iterator[LoadJob]:
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
def _ledger(run: LoadRun) -> Iterator[Ledger | None]:
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


def _clean_up(run: LoadRun, ledger: Ledger) -> None:
    """Drop what may still be there."""
    with contextlib.closing(GrpcBinding(run.target.address, run.target.credentials)) as binding:
        left = clean_up(binding, ledger.things)
    ledger.close(clean=not left)
    if left:
        complain(f"{counted(left)} may be left", then=f"milvus-tck sweep {run.target.name}")
