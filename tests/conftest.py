"""What holds for all of the harness's own tests."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from milvus_tck.wire import redaction

# A job in the background ignores Ctrl-C, and whatever it starts inherits that: tests that press it would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says something about the machine, nothing about the code.
settings.register_profile("harness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("harness")


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    """Forget what a test was let in with: a process of a user has one target, this one has hundreds."""
    before = set(redaction._known)
    yield
    redaction._known.intersection_update(before)
