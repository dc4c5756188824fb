"""A report format of Acme: each check with its state, as CSV."""

from collections.abc import Mapping

from milvus_tck import JudgedRun

__all__ = ["csv_files"]


def csv_files(run: JudgedRun) -> Mapping[str, str]:
    """Return the files of the format, by name."""
    rows = [f"{check.check},{check.state},{check.origin}" for check in run.results.checks]
    return {"checks.csv": "\n".join(["check,state,origin", *rows]) + "\n"}
