"""`latency.hlog`: the log format of HdrHistogram, for its viewers and plotters.

Values are microseconds; each operation has its tag.
"""

from __future__ import annotations

import io
from collections import defaultdict

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogWriter

from milvus_tck.load.measure.histogram import Sparse, centres
from milvus_tck.load.report.result import Result

__all__ = ["hlog"]

_LOWEST, _HIGHEST, _DIGITS = 1, 3_600_000_000, 3
_MICRO = centres() * 1e6
#: The log says it as a figure beside each interval: seconds in microseconds.
_RATIO = 1_000_000.0


def hlog(result: Result) -> str:
    """Write a histogram for each operation and slot."""
    text = io.StringIO()
    writer = HistogramLogWriter(text)
    writer.output_comment(f"milvus-tck, scenario {result.scenario.name} {result.digest}, seed {result.job.seed}")
    writer.output_log_format_version()
    writer.output_base_time(result.outcome.began)
    writer.output_start_time(result.outcome.began)
    writer.output_legend()
    width = result.outcome.width
    for (number, name), times in sorted(_slots(result).items()):
        made = HdrHistogram(_LOWEST, _HIGHEST, _DIGITS)
        made.set_tag(name)
        for place, count in zip(times.held.tolist(), times.counted.tolist(), strict=True):
            made.record_value(max(_LOWEST, round(_MICRO[place])), count)
        writer.output_interval_histogram(made, number * width, (number + 1) * width, _RATIO)
    return text.getvalue()


def _slots(result: Result) -> dict[tuple[int, str], Sparse]:
    found: dict[tuple[int, str], Sparse] = defaultdict(Sparse.empty)
    for (_, name), series in result.outcome.measured.series.items():
        for number, slot in series.slots.items():
            if slot.true.count:
                found[number, name].merge(slot.true)
    return found
