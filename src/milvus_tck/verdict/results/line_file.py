"""Files that grow by whole lines: readable at any moment, whoever dies and whatever fills up."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["LineFile"]


@dataclass
class LineFile:
    """A file of lines; each of them is on its way to the disk, or was never there."""

    path: Path
    #: Whether to go on with what is there already.
    append: bool = False

    def __post_init__(self) -> None:
        # Nothing is kept back: what could not be written must not come up again when the file is closed.
        self._file = self.path.open("ab" if self.append else "wb", buffering=0)

    def write(self, line: str) -> None:
        """Write one line; raises `OSError` where it does not fit, and leaves no part of it behind."""
        before = self._file.seek(0, 2) if self._file.seekable() else None
        rest = memoryview(f"{line}\n".encode())
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except BaseException:
            if before is not None:
                self._file.truncate(before)
            raise

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return self._file.closed

    def close(self) -> None:
        """Close the file; it may be closed before."""
        self._file.close()
