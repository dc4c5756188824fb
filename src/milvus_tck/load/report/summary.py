"""`summary.json`: small and stable, for gates."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from milvus_tck import __version__
from milvus_tck.load.codecs import open_codec
from milvus_tck.load.measure.series import Series
from milvus_tck.load.plan.objectives import JudgedObjective, recall_bounds
from milvus_tck.load.plan.scenario_tables import RPCS
from milvus_tck.load.report.result import LoadResult

__all__ = ["environment", "summary_dict"]

_QUANTILES = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "p999_ms": 0.999, "max_ms": 1.0}
_LIBRARIES = ("locust", "gevent", "numpy", "protobuf", "grpcio")


def summary_dict(result: LoadResult) -> dict[str, Any]:
    """Return what `summary.json` holds."""
    outcome, job = result.outcome, result.job
    return {
        "schema": 1,
        "verdict": result.verdict.value,
        "ops": {name: _operation(name, result) for name in result.operations},
        "client": {
            "cpu_us_per_request": _round(result.client.cpu_us_per_request),
            "lag_p99_ms": _ms(result.client.lag_p99),
            "dropped": result.client.dropped,
            "bottleneck": result.client.bottleneck,
            "lag_p50_ms": _ms(result.client.lag_p50),
            "busiest": _round(result.client.busiest),
            "memory_bytes": result.client.memory,
            "says": list(result.client.says),
        },
        "audit": {
            "acknowledged": outcome.audit.acknowledged,
            "found": outcome.audit.found,
            "surplus": outcome.audit.surplus,
            "doubled": outcome.audit.doubled,
            "doubtful": outcome.audit.doubtful,
            "deleted": outcome.audit.deleted,
            "done": outcome.audited,
        },
        "slo": [_slo(each) for each in result.judged],
        "exit_code": int(result.exit_code),
        "reasons": list(result.reasons),
        "knee": _knee(result),
        "complete": outcome.complete,
        "suite": __version__,
        "scenario": {
            "name": result.scenario.name, "sha256": result.digest, "seed": job.seed, "transport": job.transport,
            "binding": job.binding, "gateway": job.gateway, "over_grpc": _over_grpc(result), "workers": job.workers,
        },
        "target": {"name": job.target, "version": job.version, "address": job.address},
        "server": server_use(result),
        "comparison": _comparison(result),
        "preparation_seconds": outcome.steps,
        "environment": environment(),
        "command": list(job.command),
    }  # fmt: skip


def _over_grpc(result: LoadResult) -> list[str]:
    """Name the operations that the binding has no route for."""
    codec = open_codec(result.job.binding)
    ops = {each.op for phase in result.scenario.phases for each in phase.operations}
    return sorted(op for op in ops if not codec.speaks(RPCS[op]))


def _operation(name: str, result: LoadResult) -> dict[str, Any]:
    series, seconds = result.operations[name], result.seconds[name]
    row: dict[str, Any] = {
        "count": series.count,
        "good": series.good,
        "errors": series.failed,
        "refused": series.refused,
        "wrong": series.wrong_answers,
        "unanswered": series.unanswered,
        "rate": _round(series.good / seconds if seconds else 0.0),
        **{key: _ms(series.true.quantile(share)) for key, share in _QUANTILES.items()},
        "naive_p99_ms": _ms(series.naive.quantile(0.99)),
        "refused_p50_ms": _ms(series.refusal.quantile(0.5)),
        "refused_p99_ms": _ms(series.refusal.quantile(0.99)),
        "recall": _recall(name, series, result),
        "codes": dict(series.errors),
        "dropped": series.dropped,
        "queued": series.queued,
        "rows_per_second": _round(series.rows / seconds if seconds else 0.0),
        "checked": series.checked,
        "loop": "closed" if _closed(name, result) else "open",
        "seconds": _round(seconds),
    }
    return row


def _closed(name: str, result: LoadResult) -> bool:
    found = [op for each in result.outcome.played for op in each.phase.operations if op.name == name]
    return any(op.closed for op in found)


def _recall(name: str, series: Series, result: LoadResult) -> dict[str, Any] | None:
    """Return recall at k where it was measured."""
    if not series.found.queries:
        return None
    k = max((op.k for each in result.outcome.played for op in each.phase.operations if op.name == name), default=10)
    low, high = recall_bounds(series.found)
    mean = series.found.total / series.found.queries
    return {
        "k": k,
        "mean": round(mean, 5),
        "low": round(low, 5),
        "high": round(high, 5),
        "queries": series.found.queries,
    }


def _slo(judged: JudgedObjective) -> dict[str, Any]:
    return {
        "objective": judged.objective.text,
        "operation": judged.operation,
        "state": judged.held.value,
        "value": _finite(judged.value),
        "low": _finite(judged.low),
        "high": _finite(judged.high),
        "bound": judged.objective.bound,
        "why": judged.why,
        "standing": judged.standing,
    }


def _knee(result: LoadResult) -> dict[str, Any] | None:
    if result.knee is None:
        return None
    return {
        "objective": result.knee.objective.text,
        "rate": _round(result.knee.rate),
        "steps": [{"rate": _round(rate), "state": judged.held.value, "value": _finite(judged.value)}
                  for _, rate, judged in result.knee.steps],
    }  # fmt: skip


def _comparison(result: LoadResult) -> list[dict[str, Any]] | None:
    """Return every figure beside those of earlier runs."""
    rows = [{**asdict(each), "changed": each.changed} for each in result.comparison]
    return rows if result.job.baseline else None


def server_use(result: LoadResult) -> dict[str, float] | None:
    """Return what the server took in the measured phases, where its processes were watched."""
    samples = result.outcome.server
    cpu, requests = 0.0, 0
    for each in result.outcome.played:
        within = [row for row in samples if each.start <= row.second <= each.start + each.seconds]
        if each.phase.measured and len(within) > 1:
            took = within[-1].second - within[0].second
            cpu += (within[-1].cpu - within[0].cpu) / took * each.seconds
            requests += sum(row.count for row in result.outcome.measured.over({each.phase.name}).values())
    if not requests:
        return None
    memory = max(row.memory for row in samples)
    return {"cpu_us_per_request": _round(max(cpu, 0.0) / requests * 1e6), "memory_bytes": memory}


def environment() -> dict[str, str]:
    """Return what a figure may depend on."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"python": platform.python_version(), "platform": platform.platform(), **libraries}


def _ms(seconds: float) -> float:
    return _round(seconds * 1e3)


def _round(value: float) -> float:
    return round(value, 4)


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else round(value, 6)
