"""What we measured, for locust's own statistics: its web UI, its CSV files and its report stay alive.

A batch of requests is entered at once, once a second, in the buckets that locust rounds to.
"""

import time

from locust.stats import RequestStats, StatsEntry, StatsError, bucket_response_time

from milvus_tck.load.measure.histogram import centres
from milvus_tck.load.measure.series import Measured, Series

__all__ = ["feed"]

_KIND = "grpc"
_CENTRES = centres() * 1e3


def feed(stats: RequestStats, measured: Measured) -> None:
    """Enter what was measured since the last time."""
    for (_, name), series in measured.series.items():
        if series.count or series.errors:  # some are found to be wrong later
            for entry in (stats.entries[name, _KIND], stats.total):
                _enter(entry, series)
            _errors(stats, name, series)


def _enter(entry: StatsEntry, series: Series) -> None:
    now = time.time()
    entry.num_requests += series.count
    entry.num_reqs_per_sec[int(now)] += series.count
    entry.last_request_timestamp = now
    entry.num_failures += series.failed
    if series.failed:
        entry.num_fail_per_sec[int(now)] += series.failed
    times = series.true
    if not times.count:
        return
    entry.total_response_time += int(times.total * 1e3)
    low, high = int(times.low * 1e3), int(times.high * 1e3)
    entry.min_response_time = low if entry.min_response_time is None else min(entry.min_response_time, low)
    entry.max_response_time = max(entry.max_response_time, high)
    for place in times.counts.nonzero()[0].tolist():
        entry.response_times[bucket_response_time(_CENTRES[place])] += int(times.counts[place])


def _errors(stats: RequestStats, name: str, series: Series) -> None:
    for error, count in series.errors.items():
        key = StatsError.create_key(_KIND, name, error)
        entry = stats.errors.setdefault(key, StatsError(_KIND, name, error))
        entry.occurrences += count
