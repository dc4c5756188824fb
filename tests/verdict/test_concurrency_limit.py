"""How many tests are in flight on a target that slows down, and recovers."""

from milvus_tck.verdict.case.concurrency_limit import AdaptiveLimit

_DEADLINE = 0.0  # of a clock that need not pass: whatever takes time is slow


def test_a_prompt_target_gets_all_there_is() -> None:
    """Calls far within their deadline never lower the number."""
    pace = AdaptiveLimit(48, 60.0)
    for _ in range(100):
        pace.note(0.01)
    assert pace.limit == 48


def test_slow_calls_lower_it_to_a_least() -> None:
    """Each round of calls that take a good part of their deadline leaves fewer in flight, and never none."""
    pace = AdaptiveLimit(48, _DEADLINE)
    seen = []
    for _ in range(20):
        pace.note(1.0)
        seen.append(pace.limit)
    assert seen == sorted(seen, reverse=True)
    assert seen[0] < 48
    assert seen[-1] == 4


def test_calls_that_were_slow_together_count_once() -> None:
    """All calls in flight are slow at the same time; that is one sign, not many."""
    pace = AdaptiveLimit(48, 60.0)
    for _ in range(48):
        pace.note(59.0)
    assert pace.limit == int(48 * 0.7)


def test_it_recovers() -> None:
    """Prompt calls raise the number again, up to where it was."""
    pace = AdaptiveLimit(8, 60.0)
    pace.note(30.0)
    assert pace.limit < 8
    for _ in range(50):
        pace.note(0.1)
    assert pace.limit == 8


def test_calls_in_between_change_nothing() -> None:
    """Neither prompt nor slow says nothing."""
    pace = AdaptiveLimit(8, 60.0)
    pace.note(30.0)
    before = pace.limit
    for _ in range(50):
        pace.note(10.0)
    assert pace.limit == before


def test_one_worker_stays_one() -> None:
    """Who asks for one test at a time gets that."""
    pace = AdaptiveLimit(1, 60.0)
    pace.note(59.0)
    assert pace.limit == 1
