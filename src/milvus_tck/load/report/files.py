"""Everything that a run leaves in its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from milvus_tck.load.report.result import Result
from milvus_tck.load.report.summary import summary_dict

__all__ = ["write_files"]

_WRITERS: dict[str, Callable[[Result], str]] = {
    "summary.json": lambda result: json.dumps(summary_dict(result), indent=1) + "\n",
}


def write_files(result: Result, folder: Path) -> list[str]:
    """Write every report; one that fails does not keep the others from being written. Returns what went wrong."""
    troubles = []
    for name, text in _WRITERS.items():
        try:
            (folder / name).write_text(text(result), encoding="utf-8")
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files are still of use
            troubles.append(f"{name}: {type(error).__name__}: {error}")
    return troubles
