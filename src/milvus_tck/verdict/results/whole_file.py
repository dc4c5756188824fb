"""Files that are there whole or not at all: written beside their place, and renamed into it."""

import contextlib
import os
import stat
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file; raises `OSError` and leaves what was there before where it cannot be written whole.

    What is no regular file (`/dev/stdout`, a pipe) is written to as it stands. A link stays a link.
    """
    payload = content.encode() if isinstance(content, str) else content
    place = Path(os.path.realpath(path))
    if place.exists() and not place.is_file():
        place.write_bytes(payload)
        return
    part = place.with_name(f".{place.name[:200]}.{os.getpid()}.part")
    try:
        part.write_bytes(payload)
        if place.exists():
            part.chmod(stat.S_IMODE(place.stat().st_mode))
        part.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
