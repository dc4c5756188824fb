"""Every report of a run, written side by side."""

import json
from pathlib import Path

from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.summary import Summary

__all__ = ["write_reports"]


def write_reports(folder: Path, results: Results, summary: Summary) -> list[Path]:
    """Write every format into `folder` and return the files."""
    path = folder / "summary.json"
    path.write_text(json.dumps(summary.as_dict(results), indent=1) + "\n", encoding="utf-8")
    return [path]
