"""The header and the footer of a run: how it began, and how it ended."""

import os
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from milvus_tck import __version__
from milvus_tck.targets.capabilities import capability_rows
from milvus_tck.targets.identity import Identity, identify
from milvus_tck.verdict.case.preparations import Preparations
from milvus_tck.verdict.results.events import Footer, Header, JudgedTarget
from milvus_tck.verdict.results.exchange_json import exchange_json
from milvus_tck.verdict.results.summary import count
from milvus_tck.verdict.session.event_log import EventLog
from milvus_tck.verdict.session.open_target import OpenTarget
from milvus_tck.wire.redaction import command_words, scrub

__all__ = ["footer_of", "header_of"]


def header_of(target: OpenTarget, *, planned: int, partial: bool) -> Header:
    """Tell how a run begins against a target; `planned` checks are to come, wire clauses left out."""
    options = target.options
    return Header(
        suite=__version__,
        profile=target.profile.name,
        profile_reason=target.reason,
        target=_judged(target),
        run=target.run.id,
        seed=target.setup.seed,
        command=list(command_words(options.command)),
        environment=_environment(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        planned=planned,
        strict=options.strict,
        partial=partial,
        fail_on=options.fail_on.value,
        release=target.profile.release,
        strict_protocol=options.strict_protocol,
        asked=options.asked,
    )


def _judged(target: OpenTarget) -> JudgedTarget:
    return JudgedTarget(
        scrub(target.target.name),
        target.identity.version or target.identity.build,
        scrub(target.target.address),
        target.identity.as_dict(),
        target.probes.reliable,
    )


def _environment() -> dict[str, str]:
    libraries = {name: version(name) for name in ("grpcio", "protobuf", "numpy", "pytest")}
    return {"python": platform.python_version(), "platform": platform.platform(), **libraries}


def footer_of(
    target: OpenTarget, log: EventLog, preparations: Preparations, leftovers: list[str], *, complete: bool, lost: bool
) -> Footer:
    """Tell how a run ended; `lost` says that the target was gone for good before that."""
    run, incidents = target.run, target.monitor.incidents
    identity, lost = _identity_now(target, lost=lost)
    if identity is not None and identity != target.identity:
        lost = True
        incidents.append(f"the target is another one now: {identity.as_dict()}")
    if not target.probes.reliable:
        incidents.append("the target does not refuse an RPC that nobody has: not a reliable witness")
    times = os.times()
    return Footer(
        complete=complete and not run.ending.is_set(),
        totals=count(log.events),
        identity={} if identity is None else identity.as_dict(),
        leftovers=leftovers,
        incidents=[scrub(each) for each in incidents],
        seconds=round(time.monotonic() - target.setup.started, 2),
        cpu_seconds=round(times.user + times.system, 2),
        waited_seconds=round(run.waited, 2),
        capabilities=capability_rows(target.target.declared, target.probes, run.lacking, run.contract.answered),
        preparations=_preparations(log, preparations),
        counterparts={name: [exchange_json(each)] for name, each in log.counterparts(target.options.bindings).items()},
        lost=lost,
        calls=run.waiting.calls,
        faults=dict(run.waiting.faults),
    )


def _identity_now(target: OpenTarget, *, lost: bool) -> tuple[Identity | None, bool]:
    """Ask the target once more who it is, and tell whether it is lost: by then, or because it cannot be asked."""
    if target.monitor.down or target.run.ending.is_set():
        return None, lost
    try:
        return identify(target.monitor.binding, target.options.timeout), lost
    except Exception:  # noqa: BLE001 - whatever it is, the target cannot be asked
        return None, True


def _preparations(log: EventLog, preparations: Preparations) -> dict[str, list[dict[str, Any]]]:
    read = {name for event in log.events for name in event.shared}
    made = preparations.exchanges
    return {name: [exchange_json(each) for each in made.get(name, ())] for name in sorted(read)}
