"""`metrics.prom`: the figures of a run in the text format of Prometheus, for a textfile collector."""

from __future__ import annotations

from collections.abc import Iterator

from milvus_tck.load.report.result import LoadResult, LoadVerdict

__all__ = ["prometheus"]

_QUANTILES = (0.5, 0.9, 0.99, 0.999, 1.0)


def prometheus(result: LoadResult) -> str:
    """Write every figure."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: LoadResult) -> Iterator[str]:
    run = {"scenario": result.scenario.name, "target": result.job.target}
    yield "# HELP milvus_tck_load_latency_seconds From the moment a request was due to its answer."
    yield "# TYPE milvus_tck_load_latency_seconds summary"
    for name, series in result.operations.items():
        labels = {**run, "operation": name}
        for share in _QUANTILES:
            yield _line("latency_seconds", {**labels, "quantile": f"{share:g}"}, series.true.quantile(share))
        yield _line("latency_seconds_sum", labels, series.true.total)
        yield _line("latency_seconds_count", labels, series.true.count)
    for metric, text in _COUNTERS.items():
        yield f"# HELP milvus_tck_load_{metric} {text}"
        yield f"# TYPE milvus_tck_load_{metric} counter"
        for name, series in result.operations.items():
            labels = {**run, "operation": name}
            if metric == "errors_total":
                for code, count in series.errors.items():
                    yield _line(metric, {**labels, "code": code}, count)
            else:
                yield _line(metric, labels, getattr(series, _MEMBERS.get(metric, metric.removesuffix("_total"))))
    yield from _gauges(result, run)


_COUNTERS = {
    "requests_total": "Requests that ended, well or not.",
    "good_total": "Requests that ended well.",
    "refused_total": "Requests that the target answered with an error.",
    "wrong_total": "Answers that were looked into and wrong.",
    "unanswered_total": "Requests that no answer came to, or none in time.",
    "errors_total": "Requests that failed, by code.",
    "dropped_total": "Arrivals that were never sent.",
    "rows_total": "Rows that were written.",
}
#: Members of a series that are called otherwise than their metric.
_MEMBERS = {"requests_total": "count", "wrong_total": "wrong_answers"}


def _gauges(result: LoadResult, run: dict[str, str]) -> Iterator[str]:
    audit = result.outcome.audit
    values = {
        "client_cpu_seconds_per_request": result.client.cpu_us_per_request / 1e6,
        "client_lag_p99_seconds": result.client.lag_p99,
        "audit_acknowledged_rows": audit.acknowledged,
        "audit_found_rows": audit.found,
        "passed": int(result.verdict is LoadVerdict.PASS),
    }
    for metric, value in values.items():
        yield f"# TYPE milvus_tck_load_{metric} gauge"
        yield _line(metric, run, value)
    recalls = {name: each.found for name, each in result.operations.items() if each.found.queries}
    if recalls:
        yield "# TYPE milvus_tck_load_recall gauge"
    for name, found in recalls.items():
        yield _line("recall", {**run, "operation": name}, found.total / found.queries)


def _line(metric: str, labels: dict[str, str], value: float) -> str:
    shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
    return f"milvus_tck_load_{metric}{{{shown}}} {value:.9g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
