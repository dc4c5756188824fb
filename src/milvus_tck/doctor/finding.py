"""Findings of `doctor`: how one thing is that a run stands on, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Health"]


class Health(StrEnum):
    """How it is. `fail` means that `check` would not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    health: Health
    text: str
    #: What to type about it; empty where nothing has to be done.
    then: str = ""
