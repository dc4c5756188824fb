"""What holds for all of the harness's own tests."""

import signal

from hypothesis import HealthCheck, settings

# A job in the background ignores Ctrl-C, and whatever it starts inherits that: tests that press it would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says something about the machine, nothing about the code.
settings.register_profile("harness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("harness")
