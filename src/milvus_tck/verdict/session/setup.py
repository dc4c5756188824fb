"""The setup of a check run: what is asked of which target, before anything is started.

    setup = RunSetup(options, [Writer(path)])
    target = open_target(setup)                          # up, identified, probed
    check = start(target, jobs, wanted, known)           # the header is written
    for result in check.results():
        check.take(result)
    finished = check.finish()                            # cleaned up, footer written, verdicts known

Each has what can be known by then, and nothing that comes later. Whoever runs the tests (the
pytest plugin, or a test of ours) goes from one to the next.
"""

import secrets
import time
from collections.abc import Sequence

from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.baseline.baseline import read_baseline
from milvus_tck.verdict.session.event_log import Consumer
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["RunSetup"]


class RunSetup:
    """A run that has not begun; its target is known by its word, and not started."""

    def __init__(self, options: CheckOptions, consumers: Sequence[Consumer] = ()) -> None:
        """Resolve the target and read the baseline; raises `TargetError` or `BaselineError`."""
        self.options = options
        #: Who is told of every event.
        self.consumers = tuple(consumers)
        self.target: Target = resolve(options.word, options.credentials, urls=options.urls)
        #: Read before anything is started: what is wrong with it is known now.
        self.baseline = read_baseline(options.baseline) if options.baseline is not None else None
        self.seed = options.seed if options.seed is not None else secrets.randbelow(1 << 32)
        #: By the monotonic clock.
        self.started = time.monotonic()
