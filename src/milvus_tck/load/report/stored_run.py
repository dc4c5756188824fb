"""A stored run: the names of its files, and the figures of an operation in its summary."""

from collections.abc import Mapping
from typing import Any

__all__ = ["LOG", "SUMMARY", "figure"]

SUMMARY, LOG = "summary.json", "latency.hlog"


def figure(row: Mapping[str, Any] | None, name: str) -> float | None:
    """Return a figure of an operation; nothing where it was not measured. `errors` are a share of all requests."""
    if row is None:
        return None
    if name == "errors":
        return row["errors"] / row["count"] if row["count"] else None
    if name == "recall":
        return row["recall"]["mean"] if row["recall"] else None
    value: float = row[name]
    return value if row["good"] else None
