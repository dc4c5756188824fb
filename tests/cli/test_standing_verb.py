"""What stands until somebody ends it."""

import signal
import sys
import threading

from milvus_tck.cli.shared.standing_verb import until_stopped
from tests.robust.runs import eventually


def _take(main: int) -> None:
    """Take a signal in place of the main thread, once that waits."""
    assert eventually(lambda: sys._current_frames()[main].f_code.co_name == "_wait")
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)


def test_a_signal_that_another_thread_takes_ends_it() -> None:
    """The main thread is woken whichever thread of the process the signal came to."""
    taker = threading.Thread(target=_take, args=(threading.get_ident(),))
    reached = False
    with until_stopped() as wait:
        taker.start()
        wait()
        reached = True
    taker.join()
    assert not reached


def test_what_handled_signals_before_does_so_again() -> None:
    """It leaves the handlers, and what is woken by signals, as it found them."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with until_stopped():
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert signal.set_wakeup_fd(-1) == -1
