"""Looks at a server that came back."""

from collections.abc import Callable
from typing import TypeVar

from milvus_tck.verdict.model.stops import CallRefused, Never

__all__ = ["seen"]

Seen = TypeVar("Seen")


def seen(look: Callable[[], Seen]) -> Seen | str:
    """Look at what has to be there; where that is refused, or never comes, this is what there is."""
    try:
        return look()
    except (CallRefused, Never) as stop:
        return stop.finding
