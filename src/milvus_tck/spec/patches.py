"""Patches: the patch of a release: what stands behind its line, such as 20 in 2.6.20, or the beta in 3.0-beta."""

import math
import re
from dataclasses import dataclass, field
from functools import cache

__all__ = ["FIRST", "LAST", "Patch", "patch_of"]

#: What `git describe` puts behind a release: so many commits after it, and the last of them.
_COMMITS = r"-\d+-g[0-9a-f]{7,40}\b"
_BEHIND = r"(?:\.(?P<number>\d+))?(?:-?(?P<stage>(?:alpha|beta|rc)[.-]?\d*))?(?![.\d])"


@dataclass(frozen=True, slots=True, order=True)
class Patch:
    """Where a release stands in its line; what is published ahead of a patch stands before it."""

    number: float
    #: Whether it is the patch itself, and no beta or release candidate of it.
    final: bool = True
    #: What it is called where it is not final, such as `beta` or `rc1`; which of them it is makes no difference.
    stage: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Write what stands behind the line: `.20`, `.0-beta`."""
        return f".{self.number:.0f}" + (f"-{self.stage}" if self.stage else "")

    @property
    def next(self) -> "Patch":
        """The one that follows at once."""
        return Patch(self.number + 1, final=False) if self.final else Patch(self.number)


#: Before every patch of a line, and behind each of them.
FIRST = Patch(0, final=False, stage="beta")
LAST = Patch(math.inf)


@cache
def patch_of(line: str, version: str) -> Patch | None:
    """Return the patch in what a server says of its version; `None` where it names none of that line.

    `v2.6.20-dev` and `v2.6.20-gpu` are 2.6.20; `3.0-beta` and `3.0.0-rc1` come before 3.0.0. A build from between two
    releases, `v2.6.18-35-g91f1ca6` or `2.6-20260101-91f1ca6`, is like neither of them for sure.
    """
    found = None if re.search(_COMMITS, version) else re.match(rf"v?{re.escape(line)}{_BEHIND}", version)
    if found is None or (found["number"] is None and found["stage"] is None):
        return None
    return Patch(int(found["number"] or 0), final=found["stage"] is None, stage=found["stage"] or "")
