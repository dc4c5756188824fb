"""Where a run writes to."""

from dataclasses import dataclass
from pathlib import Path

from milvus_tck.reporting.format_names import Format

__all__ = ["Output"]


@dataclass(frozen=True, slots=True)
class Output:
    """Where a run writes to."""

    folder: Path
    #: The reports that are written.
    formats: tuple[Format, ...]
    #: A baseline that it writes, or brings up to date.
    baseline: Path | None = None
    as_json: bool = False
