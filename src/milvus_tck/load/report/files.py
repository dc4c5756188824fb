"""Everything that a run leaves in its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from milvus_tck.load.report.hlog import hlog
from milvus_tck.load.report.page import report_html
from milvus_tck.load.report.prometheus import prometheus
from milvus_tck.load.report.result import LoadResult
from milvus_tck.load.report.stored_run import LOG, SUMMARY
from milvus_tck.load.report.summary import summary_dict
from milvus_tck.load.report.timeseries import timeseries_csv, timeseries_parquet
from milvus_tck.verdict.results.whole_file import write_whole
from milvus_tck.wire.redaction import scrub

__all__ = ["FILES", "write_files"]

#: What each file is made by; `None` is a file that cannot be made here.
FILES: dict[str, Callable[[LoadResult], str | bytes | None]] = {
    SUMMARY: lambda result: json.dumps(summary_dict(result), indent=1) + "\n",
    "timeseries.csv": timeseries_csv,
    "timeseries.parquet": timeseries_parquet,
    LOG: lambda result: hlog(
        result.outcome, f"milvus-tck, scenario {result.scenario.name} {result.digest}, seed {result.job.seed}"
    ),
    "metrics.prom": prometheus,
    "report.html": report_html,
}


def write_files(result: LoadResult, folder: Path) -> list[str]:
    """Write every report; one that fails does not keep the others from being written. Returns what went wrong."""
    troubles = []
    for name, make in FILES.items():
        try:
            made = make(result)
            if made is not None:
                write_whole(folder / name, scrub(made) if isinstance(made, str) else made)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files are still of use
            troubles.append(f"{name}: {type(error).__name__}: {error}")
    return troubles
