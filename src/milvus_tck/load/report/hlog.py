"""`latency.hlog`: the log format of HdrHistogram, for its viewers and plotters.

Values are microseconds. Operations of measured phases have their names for tags, others the phase before it.
The lines are written here: the library's writer knows no tags.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from hdrh.histogram import HdrHistogram

from milvus_tck.load.control.run_outcome import RunOutcome
from milvus_tck.load.measure.histogram import SparseHistogram, centres

__all__ = ["DIGITS", "HIGHEST", "LOWEST", "hlog", "tagged"]

LOWEST, HIGHEST, DIGITS = 1, 3_600_000_000, 3
_MICRO = centres() * 1e6
#: The highest value of each interval is told in milliseconds.
_PER_SECOND = 1e3


def hlog(outcome: RunOutcome, comment: str) -> str:
    """Write a histogram for each operation and slot."""
    began = datetime.fromtimestamp(outcome.began, UTC).isoformat(timespec="milliseconds")
    lines = [
        f"#{comment}",
        "#[Histogram log format version 1.3]",
        f"#[StartTime: {outcome.began:.3f} (seconds since epoch), {began}]",
        '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ]
    width = outcome.width
    for (number, name), times in sorted(tagged(outcome).items(), key=lambda each: each[0]):
        made = HdrHistogram(LOWEST, HIGHEST, DIGITS)
        for place, count in zip(times.held.tolist(), times.counted.tolist(), strict=True):
            made.record_value(max(LOWEST, round(_MICRO[place])), count)
        highest = times.high * _PER_SECOND
        lines.append(f"Tag={name},{number * width:.3f},{width:.3f},{highest:.3f},{made.encode().decode()}")
    return "\n".join(lines) + "\n"


def tagged(outcome: RunOutcome) -> dict[tuple[int, str], SparseHistogram]:
    """Return durations by slot and tag."""
    found: dict[tuple[int, str], SparseHistogram] = defaultdict(SparseHistogram.empty)
    measured = {each.phase.name for each in outcome.played if each.phase.measured}
    for (phase, name), series in outcome.measured.series.items():
        tag = name if phase in measured else f"{phase}/{name}"
        for number, slot in series.slots.items():
            if slot.true.count:
                found[number, tag].merge(slot.true)
    return found
