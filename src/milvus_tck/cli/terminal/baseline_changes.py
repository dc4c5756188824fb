"""What became of a baseline, in words."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from milvus_tck.verdict.baseline.update import Update

__all__ = ["say_update"]

#: Names that are shown of each kind.
_NAMED = 20


def say_update(console: Console, path: Path, update: Update, *, would: bool = False) -> None:
    """Say what was added and removed, name by name."""
    told = {"added": update.added, "removed": update.removed, "changed": update.changed}
    for word, names in told.items():
        _say_names(console, f"would be {word}" if would else word, names)
    counts = [f"{len(names)} {word}" for word, names in told.items()]
    stay = f"{len(update.failing)} still fail, {len(update.unjudged)} were not judged or may pass"
    console.print(f"{escape(str(path))}: {', '.join(counts)}; of the others {stay}")
    if update.added and not would:
        console.print("give each new entry a reason that the next reader understands")


def _say_names(console: Console, word: str, names: Sequence[str]) -> None:
    for name in names[:_NAMED]:
        console.print(f"  {word}: {escape(name)}")
    if len(names) > _NAMED:
        console.print(f"  {word}: {len(names) - _NAMED} more")
