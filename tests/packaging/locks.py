"""The locks: what each pins, and which packages they bring here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from tests.packaging.checkout import ROOT

__all__ = ["LOCKS", "PIN", "Pin", "pins"]

LOCKS = tuple(sorted((ROOT / "requirements").glob("*.lock")))
#: One package of a lock.
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]*?))? \\\n"
    r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Pin:
    """One package in one version; `text` is how the lock writes it, hashes included."""

    name: str
    version: str
    marker: str
    text: str

    @property
    def here(self) -> bool:
        """Whether it is installed by the Python that we run on."""
        return not self.marker or Marker(self.marker).evaluate()


def pins(lock: Path) -> tuple[Pin, ...]:
    """Read a lock."""
    return tuple(_pins(lock.read_text(encoding="utf-8")))


def _pins(text: str) -> Iterator[Pin]:
    for match in PIN.finditer(text):
        yield Pin(canonicalize_name(match["name"]), match["version"], match["marker"] or "", match[0])
