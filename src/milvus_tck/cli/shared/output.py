"""Output: where a run writes to."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Output"]


@dataclass(frozen=True, slots=True)
class Output:
    """Where a run writes to."""

    folder: Path
    #: The reports that are written.
    formats: tuple[str, ...]
    #: A baseline that it writes, or brings up to date.
    baseline: Path | None = None
    as_json: bool = False
