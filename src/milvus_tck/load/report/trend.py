"""Trend: stored runs in the order of their time, and which of them cannot be compared with the newest one."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from milvus_tck.load.report.stored_run import LOG, SUMMARY, figure

__all__ = ["FIGURES", "TrendRun", "marks", "read_trend", "trend_dict", "trend_markdown"]

_START = re.compile(r"#\[StartTime: (\d+(?:\.\d+)?) ")
#: What is drawn of each operation, with its unit.
FIGURES = {"rate": "good a second", "p50_ms": "ms", "p99_ms": "ms", "errors": "share", "recall": "share"}
#: How the run was made: what differs there is another measurement.
_MADE = {
    "name": "scenario", "sha256": "scenario file", "binding": "binding", "transport": "transport",
    "workers": "workers", "gateway": "gateway",
}  # fmt: skip
#: Arrivals by chance spread with their root; beyond so many of it, and so large a share, the rate was another one.
_SIGMAS, _SHARE = 5, 0.02


@dataclass(frozen=True, slots=True)
class TrendRun:
    """One stored run."""

    folder: Path
    #: Seconds since 1970.
    began: float
    summary: Mapping[str, Any]

    @property
    def day(self) -> str:
        """When it began."""
        return datetime.fromtimestamp(self.began, UTC).strftime("%Y-%m-%d %H:%M")

    @property
    def ops(self) -> Mapping[str, Mapping[str, Any]]:
        """What was measured, by operation."""
        found: Mapping[str, Mapping[str, Any]] = self.summary["ops"]
        return found


def read_trend(folders: Iterable[Path]) -> list[TrendRun]:
    """Read runs, oldest first; raises `ValueError` for a folder that holds none."""
    return sorted(map(_read, folders), key=lambda each: each.began)


def _read(folder: Path) -> TrendRun:
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        with (folder / LOG).open(encoding="utf-8") as log:
            began = next((float(found[1]) for line in log if (found := _START.match(line))), None)
    except (OSError, ValueError) as error:
        message = f"{folder} is no load run: {error}"
        raise ValueError(message) from error
    if began is None or not isinstance(summary, dict) or not {"ops", "scenario", "target", "client"} <= summary.keys():
        message = f"{folder} is no load run: it tells of no operations, or not when it began"
        raise ValueError(message)
    return TrendRun(folder, began, summary)


def marks(runs: Sequence[TrendRun]) -> list[list[str]]:
    """Say of each run why it is no equal of the newest one, and what spoilt it."""
    return [[*_differences(each, runs[-1]), *_spoilt(each)] for each in runs]


def _differences(run: TrendRun, newest: TrendRun) -> Iterator[str]:
    for key, word in _MADE.items():
        ours, theirs = run.summary["scenario"].get(key), newest.summary["scenario"].get(key)
        if ours != theirs:
            yield f"other {word}: {ours}"
    for key, word in (("name", "target"), ("version", "version of the target")):
        if run.summary["target"][key] != newest.summary["target"][key]:
            yield f"other {word}: {run.summary['target'][key] or 'unknown'}"
    for name, row in run.ops.items():
        other = newest.ops.get(name)
        if other is None:
            yield f"{name} is not in the newest run"
        elif row["loop"] != other["loop"]:
            yield f"other loop of {name}: {row['loop']}"
        elif row["loop"] == "open" and _other_rate(row, other):
            yield f"other rate of {name}: {_offered(row):.4g} a second"


def _offered(row: Mapping[str, Any]) -> float:
    return (row["count"] + row["dropped"]) / row["seconds"] if row["seconds"] else 0.0


def _other_rate(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether more arrivals were due than chance explains; they are not what came of them."""
    one, two = _offered(row), _offered(other)
    spread = sum(_offered(each) / each["seconds"] for each in (row, other) if each["seconds"])
    return abs(one - two) > max(_SIGMAS * math.sqrt(spread), _SHARE * max(one, two))


def _spoilt(run: TrendRun) -> Iterator[str]:
    client = run.summary["client"]
    if client["bottleneck"]:
        yield "the client was the bottleneck"
    if client["dropped"]:
        yield f"the client dropped {client['dropped']}"
    if not run.summary["complete"]:
        yield "not complete"


def trend_dict(runs: Sequence[TrendRun]) -> dict[str, Any]:
    """Return the trend for scripts."""
    return {"schema": 1, "runs": [
        {
            "folder": str(run.folder), "began": run.began, "target": run.summary["target"]["name"],
            "version": run.summary["target"]["version"], "scenario": run.summary["scenario"]["name"],
            "verdict": run.summary["verdict"], "marks": said,
            "ops": {name: {key: figure(row, key) for key in FIGURES} for name, row in run.ops.items()},
        }
        for run, said in zip(runs, marks(runs), strict=True)
    ]}  # fmt: skip


def trend_markdown(runs: Sequence[TrendRun]) -> str:
    """Return the trend as a table of Markdown: a row for each operation of each run."""
    head = ["began (UTC)", "version", "operation", *FIGURES, "verdict", "mind"]
    rows = [head, ["---"] * len(head)]
    for run, said in zip(runs, marks(runs), strict=True):
        for name, row in run.ops.items():
            found = ["" if (value := figure(row, key)) is None else f"{value:.4g}" for key in FIGURES]
            rows.append(
                [run.day, run.summary["target"]["version"], name, *found, run.summary["verdict"], "; ".join(said)]
            )
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |\n" for row in rows)
