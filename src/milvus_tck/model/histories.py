"""Histories: what several clients did at once on the same names, and whether any order of it explains what they saw.

Each operation has the time at which it was sent and the time at which its answer came; in between it took effect, at a
moment that nobody knows. Rules are those of single keys, so that a history is checked key by key, in no more time than
its operations squared. Nothing here does I/O.

    history = [Write("k", 1, 0.0, 0.1), Read("k", None, 0.2, 0.3)]
    broken(history)[0].rule  # "acknowledged": it was acknowledged before the read began, and nobody deleted it
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

__all__ = ["Breach", "Creation", "HistoryEntry", "Read", "Refusal", "Removal", "Write", "broken", "tellings"]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One operation of a client; times in seconds, of one clock.

    An operation without an answer has no `end`: it may take effect at any time, or never.
    """

    key: Hashable
    #: What was written, or seen; `None` is a deletion, or that nothing was found. Of a creation, the definition.
    value: Hashable
    start: float
    end: float = float("inf")


class Write(HistoryEntry):
    """A row was inserted, replaced or deleted, and that was acknowledged at `end`."""


class Read(HistoryEntry):
    """A key was read under strong consistency."""


class Creation(HistoryEntry):
    """A name was created with a definition, and that was told to have succeeded."""


class Refusal(HistoryEntry):
    """A name was not created: somebody else's definition stands, or is told to."""


class Removal(HistoryEntry):
    """A name was dropped, or may have been."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a history breaks, and the operations that show it."""

    rule: str
    why: str
    operations: tuple[HistoryEntry, ...]


def broken(history: Iterable[HistoryEntry]) -> list[Breach]:
    """Return what no order of the operations explains, the earliest first.

    `acknowledged`: a row that was acknowledged is missing, or is the one before. `deleted`: a row that was deleted is
    seen. `written`: a value is seen that nobody wrote, or not by then. `creators`: two creations of one name with
    different definitions succeed, and nobody dropped it in between.
    """
    by_key: dict[Hashable, list[HistoryEntry]] = {}
    for each in history:
        by_key.setdefault(each.key, []).append(each)
    found = [breach for operations in by_key.values() for breach in _of_a_key(operations)]
    return sorted(found, key=lambda each: each.operations[0].start)


def tellings(history: Iterable[HistoryEntry]) -> dict[str, int]:
    """Count by rule how many operations could have shown that it is broken: below a few, a rule that holds says little.

    Of `acknowledged` and `deleted` these are reads behind a write, or a deletion, that was the last one acknowledged
    before; of `written`, reads that saw a value; of `creators`, names that were asked for with two definitions at once.
    Those beside which nobody else did anything do not count: one client alone shows nothing of several.
    """
    every = list(history)
    beside = {one for one, other in combinations(every, 2) if _overlap(one, other)}
    beside |= {other for one, other in combinations(every, 2) if _overlap(one, other)}
    counts = dict.fromkeys(("acknowledged", "deleted", "written", "creators"), 0)
    for read in (each for each in every if isinstance(each, Read)):
        done = [each for each in every if isinstance(each, Write) and each.key == read.key and each.end < read.start]
        last = max(done, key=lambda each: each.start, default=None)
        if last is not None and (read in beside or last in beside):
            counts["deleted" if last.value is None else "acknowledged"] += 1
        counts["written"] += read.value is not None and read in beside
    asked = [each for each in every if isinstance(each, Creation | Refusal)]
    raced = [one for one, other in combinations(asked, 2) if one.key == other.key and one.value != other.value
             and _overlap(one, other)]  # fmt: skip
    counts["creators"] = len({each.key for each in raced})
    return counts


def _overlap(one: HistoryEntry, other: HistoryEntry) -> bool:
    return one.start <= other.end and other.start <= one.end


def _of_a_key(operations: Sequence[HistoryEntry]) -> Iterator[Breach]:
    writes = [each for each in operations if isinstance(each, Write)]
    for read in operations:
        if isinstance(read, Read):
            yield from _of_a_read(read, writes)
    created = [each for each in operations if isinstance(each, Creation)]
    dropped = [each for each in operations if isinstance(each, Removal)]
    yield from _two_creators(created, dropped)


def _of_a_read(read: Read, writes: Sequence[Write]) -> Iterator[Breach]:
    """A read sees the value of a write that began before it ended, and that no later write had replaced by then."""
    begun = [each for each in writes if each.start < read.end]
    written = [each for each in begun if each.value == read.value]
    done = [each for each in begun if each.end < read.start]
    if read.value is not None and not written:
        yield Breach("written", f"{read.key}: {read.value} is seen, and nobody wrote it by then", (read,))
        return
    replaced = [other for other in done if all(each.end < other.start for each in written)]
    if not replaced:
        return  # some write of this value may have come last, or it is the nothing of the beginning
    last = max(replaced, key=lambda each: each.start)
    if last.value is None:
        yield Breach("deleted", f"{read.key}: {read.value} is seen after it was deleted", (last, read))
    else:
        what = "nothing" if read.value is None else f"{read.value}"
        yield Breach("acknowledged", f"{read.key}: {last.value} was acknowledged, and {what} is seen", (last, read))


def _two_creators(created: Sequence[Creation], dropped: Sequence[Removal]) -> Iterator[Breach]:
    for one, other in combinations(sorted(created, key=lambda each: each.start), 2):
        between = any(
            each.start < max(one.end, other.end) and each.end > min(one.start, other.start) for each in dropped
        )
        if one.value != other.value and not between:
            yield Breach("creators", f"{one.key}: {one.value} and {other.value} were both created", (one, other))
