"""Parsed TOML, kept in the user's cache: Python's parser takes a third of what a verb that only reads has.

What is kept is found by a digest of the text, so it is never out of date. A cache that cannot be read or
written costs time, nothing else.
"""

import hashlib
import json
import os
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

__all__ = ["TomlCache"]

#: Versions of one file that are kept: several checkouts may take turns.
_KEPT = 4


class TomlCache:
    """Keeps what was parsed in a folder.

    TomlCache().parsed("profiles/2.3.toml", text)
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or platformdirs.user_cache_path("milvus-tck") / "toml"

    def parsed(self, name: str, text: str) -> dict[str, Any]:
        """Parse a text, or return what it was parsed to before; raises `tomllib.TOMLDecodeError`."""
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        path = self._folder / f"{name.replace('/', '-')}.{digest}.json"
        with suppress(OSError, ValueError):
            found = json.loads(path.read_bytes())
            if isinstance(found, dict):
                return found
        fresh = tomllib.loads(text)
        with suppress(OSError, TypeError):  # a full disk, a folder that is not ours, a date
            self._keep(path, json.dumps(fresh))
            self._forget(path.name.removesuffix(f".{digest}.json"))
        return fresh

    def _keep(self, path: Path, content: str) -> None:
        """Write beside and rename: whoever reads meanwhile finds all of it or nothing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(content)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

    def _forget(self, name: str) -> None:
        """Remove versions of a file that were not made lately."""
        made = sorted(self._folder.glob(f"{name}.*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in made[_KEPT:]:
            path.unlink(missing_ok=True)
