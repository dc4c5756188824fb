"""What an exploration found wrong is made small, and how often it showed is counted, not claimed."""

import time
from collections.abc import Sequence

import pytest
from milvus_tck.fixtures.explore.budget import Budget
from milvus_tck.fixtures.explore.factors import Combination
from milvus_tck.fixtures.explore.faults import Fault, Sighting
from milvus_tck.fixtures.explore.localization import suspects
from milvus_tck.fixtures.explore.reduction import Reduction
from milvus_tck.fixtures.explore.sequence_author import written
from milvus_tck.fixtures.explore.sequences import varied
from milvus_tck.fixtures.explore.shortening import shortest
from milvus_tck.fixtures.explore.threads import for_each

from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.stops import Stop, Unreached
from milvus_tck.wire import calls
from tests.verdict.builders import a_case, a_clause
from tests.verdict.servers import Scripted

_LINE = profile("2.3")


def _of(text: str) -> Combination:
    return Combination.of(dict(pair.split("=") for pair in text.split("+") if pair))


def _seen(text: str) -> Sighting:
    return Sighting("accepted", "refused-CreateIndex", _of(text), None)


def _reduced(seen: Sequence[str], fine: Sequence[str], takes: Sequence[str], seconds: float = 60) -> dict[str, Fault]:
    """Reduce what some collections showed on a server that refuses all collections with one of these sets of values."""

    def attempt(factors: Combination, until: float) -> Sighting | Stop:
        if time.monotonic() > until:
            return Unreached("CreateCollection")
        refused = any(_of(each).within(factors) for each in takes)
        return Sighting("accepted", "refused-CreateIndex", factors, None) if refused else Stop("fine", "fine")

    visited = {**{_of(each): [_seen(each)] for each in seen}, **{_of(each): [] for each in fine}}
    found = Reduction(attempt, {}, visited, Budget(seconds, thorough=False)).faults()
    return {str(each.factors): each for each in found}


def test_only_what_it_takes_is_left() -> None:
    """Values that a fault does not need go."""
    found = _reduced(["key=text+partitions=three+rows=repeated"], ["key=text"], ["partitions=three+rows=repeated"])
    assert list(found) == ["partitions=three+rows=repeated"]


def test_one_fault_in_many_combinations_is_one() -> None:
    """What a smaller fault explains is no other one; it is counted."""
    both = "metric=second+rows=repeated"
    seen = ["key=text+metric=second+rows=repeated", "life=parts+metric=second+rows=repeated"]
    found = _reduced(seen, ["key=text", "life=parts", "metric=second"], [both])
    assert list(found) == [both]
    assert found[both].seen == len(seen)
    assert found[both].tried == found[both].broken


def test_two_faults_are_two() -> None:
    """A sighting that a fault does not explain is made small by itself."""
    takes = ["key=text+rows=repeated", "life=parts+schema=dynamic"]
    found = _reduced([f"{takes[0]}+metric=second", f"{takes[1]}+partitions=three"], ["metric=second"], takes)
    assert sorted(found) == takes


def test_what_depends_on_chance_says_so() -> None:
    """What never shows again keeps all its values, and says how often it was tried in vain."""
    found = _reduced(["key=text+rows=repeated"], [], [])
    assert list(found) == ["key=text+rows=repeated"]
    assert found["key=text+rows=repeated"].broken < found["key=text+rows=repeated"].tried


def test_without_time_nothing_is_claimed() -> None:
    """Where nothing could be tried again, the combination stays as it was seen."""
    found = _reduced(["key=text+metric=second+rows=repeated"], ["key=text"], ["rows=repeated"], seconds=0)
    assert list(found) == ["key=text+metric=second+rows=repeated"]


def test_a_value_that_is_always_there_is_suspected_first() -> None:
    """Of values, those are suspected whose collections all showed it; the plain collection comes before them."""
    tried = {_of("rows=repeated"): True, _of("key=text+rows=repeated"): True, _of("key=text"): False}
    found = suspects(tried, _of("key=text+rows=repeated"))
    assert [str(each) for each in found[:2]] == ["plain", "rows=repeated"]


@pytest.mark.parametrize(("needed", "left"), [("b", "bz"), ("bd", "bdz"), ("", "z")])
def test_a_sequence_keeps_what_it_takes(needed: str, left: str) -> None:
    """Steps without which the same is shown go; the last one is what shows it."""
    tried: list[str] = []

    def shows(several: Sequence[Sequence[str]]) -> list[bool]:
        tried.extend(map("".join, several))
        return [set(needed) <= set(each) for each in several]

    assert "".join(shortest("abcdefghz", shows, lambda: True)) == left
    assert all(each.endswith("z") for each in tried)


def test_a_sequence_is_not_made_shorter_without_time() -> None:
    """It stays as it was when the time is up."""
    assert "".join(shortest("abcz", lambda several: [True] * len(several), lambda: False)) == "abcz"


def test_a_seed_writes_the_same_sequences() -> None:
    """The same seed gives the same sequences, another one others, and many kinds of steps come early."""
    some = written(_LINE, 8, 1)
    assert some == written(_LINE, 8, 1)
    assert some != written(_LINE, 8, 2)
    first = varied(some)[0]
    assert len({step.word for step in first}) == max(len({step.word for step in each}) for each in some)


def test_calls_end_with_their_time() -> None:
    """A case beside another one makes no call after its time: what is left is told as not reached."""
    case = a_case(Scripted(), a_clause("explore/nearest", "Search"))

    assert case.beside("in time").call(calls.has_collection("a")).ok
    with pytest.raises(Unreached):
        case.beside("late", until=0.0).call(calls.has_collection("a"))


def test_what_a_thread_raises_is_raised() -> None:
    """A step that fails is not lost with its thread."""

    def step(number: int) -> None:
        if number == 1:
            raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        for_each(step, range(3))
