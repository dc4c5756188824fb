"""What an exploration found wrong is made small, and how often it showed is counted, not claimed."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.explore.budget import Budget
from milvus_tck.fixtures.explore.dataset import GeneratedCollection
from milvus_tck.fixtures.explore.factors import Combination
from milvus_tck.fixtures.explore.faults import Fault, Kind, Sighting
from milvus_tck.fixtures.explore.localization import suspects
from milvus_tck.fixtures.explore.reduction import Reduction
from milvus_tck.fixtures.explore.sequence_author import written
from milvus_tck.fixtures.explore.sequences import varied
from milvus_tck.fixtures.explore.shortening import shortest
from milvus_tck.fixtures.explore.threads import for_each
from milvus_tck.fixtures.explore.visit import Visit

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


#: Stands where nobody calls.
_NOBODY: Any = None


class _Visited(Visit):
    """A collection that came about, in which a question shows something or nothing, before and after it is moved."""

    def __init__(
        self, factors: Combination, before: Sequence[Kind] = (), after: Sequence[Kind] = (), *, answers: bool = True
    ) -> None:
        super().__init__(GeneratedCollection(_NOBODY, factors, np.random.default_rng(1)))
        self.shows, self.answers = {False: set(before), True: set(after)}, answers

    def seen(self, question: Combination | None) -> set[Kind]:
        if not self.answers:
            raise Unreached("Search")
        self.looked.add((question, self.moved))
        return self.shows[self.moved]

    def move(self) -> bool:
        self.moved = self.factors["later"] != "nothing"
        return self.moved


def _reduced(seen: Sequence[str], fine: Sequence[str], takes: Sequence[str], seconds: float = 60) -> dict[str, Fault]:
    """Reduce what some collections showed on a server that refuses all collections with one of these sets of values."""

    def attempt(factors: Combination, until: float) -> Visit | Sighting | Stop:
        if time.monotonic() > until:
            return Unreached("CreateCollection")
        refused = any(_of(each).within(factors) for each in takes)
        return Sighting("accepted", "refused-CreateIndex", factors, None) if refused else _Visited(factors)

    visited = {**{_of(each): [_seen(each)] for each in seen}, **{_of(each): [] for each in fine}}
    visits = {_of(each): _Visited(_of(each)) for each in fine}
    found = Reduction(attempt, visits, visited, Budget(seconds, thorough=False)).faults()
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


_SEARCHED = Combination()
_FEWER: Kind = ("nearest", "fewer-hits")


def _counts(kind: Kind, made: Callable[[Combination], Visit | Stop], *, moved: bool, values: str) -> tuple[int, int]:
    """Reduce what one collection showed; returns in how many it was looked for, and in how many it was there."""
    seen = Sighting(*kind, _of(values), _SEARCHED, moved=moved)
    budget = Budget(60, thorough=False)
    (found,) = Reduction(lambda factors, _: made(factors), {}, {_of(values): [seen]}, budget).faults()
    return found.tried, found.broken


def test_what_did_not_come_about_was_not_tried() -> None:
    """A collection that somebody else's fault, or the time, kept from coming about is no try, and says nothing."""
    assert _counts(_FEWER, lambda _: Stop("late", "late"), moved=False, values="key=text") == (1, 1)
    refused = Sighting("accepted", "refused-Insert", _of("key=text"), None)
    assert _counts(_FEWER, lambda _: refused, moved=False, values="key=text") == (1, 1)  # type: ignore[arg-type,return-value]
    assert _counts(_FEWER, lambda each: _Visited(each, answers=False), moved=False, values="key=text") == (1, 1)


def test_each_try_counts_once() -> None:
    """Of the plain collection and of this one, whose fault it is, each tried once beside where it was seen."""
    text = _of("key=text")
    found = _counts(
        _FEWER, lambda each: _Visited(each, [_FEWER] if each == text else []), moved=False, values="key=text"
    )
    assert found == (2, 2)


def test_a_try_after_a_move_counts_once() -> None:
    """What is seen only once a collection was moved is looked for then, once in each."""
    kind: Kind = ("lasting", "nearest-fewer-hits")
    values = "later=load"
    assert _counts(kind, lambda each: _Visited(each, [], [kind]), moved=True, values=values) == (2, 2)
    assert _counts(kind, _Visited, moved=True, values=values) == (2, 1)


def test_what_was_not_asked_was_not_tried() -> None:
    """A collection that was visited and ended before the question is no collection in which a fault was missing."""
    seen = Sighting(*_FEWER, _of("key=text"), _SEARCHED)
    other = _of("key=text+rows=repeated")
    for asked, tried in ((False, 1), (True, 2)):
        visit = _Visited(other)
        if asked:
            visit.seen(_SEARCHED)
        left = Reduction(lambda *_: Stop("late", "late"), {other: visit}, {_of("key=text"): [seen], other: []},
                         Budget(60, thorough=False))  # fmt: skip
        assert [(each.tried, each.broken) for each in left.faults()] == [(tried, 1)]


def test_tries_of_another_question_are_not_counted() -> None:
    """Two faults of one kind, of which one takes a range: a look without one was no try of it."""
    ranged = Sighting(*_FEWER, _of("vector=ivf+range=within"), _of("range=within"))
    copied = Sighting(*_FEWER, _of("vector=ivf+rows=repeated"), _SEARCHED)

    def made(factors: Combination, _: float) -> Visit:
        visit = _Visited(factors)
        visit.seen = lambda question: {  # type: ignore[method-assign]
            _FEWER for each in (_of("range=within+vector=ivf"), _of("rows=repeated"))
            if each.within(factors | (question or Combination()))
        }  # fmt: skip
        return visit

    visited = {each.built: [each] for each in (ranged, copied)}
    found = {str(each.factors): each for each in Reduction(made, {}, visited, Budget(60, thorough=False)).faults()}
    assert set(found) == {"range=within+vector=ivf", "rows=repeated"}
    assert all(each.tried == each.broken for each in found.values())


@pytest.mark.parametrize(
    ("rule", "factor", "looks"),
    [
        ("nearest", "plain", [("", False)]),
        ("nearest", "key", [("", False)]),
        ("nearest", "filter", [("filter=less", False)]),
        ("lasting", "key", [("", True)]),
        ("output", "key", [("output=vector", False)]),
        ("rows", "key", [(None, False)]),
    ],
)
def test_a_rule_is_judged_where_an_answer_could_have_broken_it(
    rule: str, factor: str, looks: Sequence[tuple[str | None, bool]]
) -> None:
    """A collection that came about, and of which nothing was answered, says nothing of any rule."""
    visit = _Visited(_of("key=text"))
    assert not visit.tells(rule, factor)
    visit.looked |= {(None if text is None else _of(text), moved) for text, moved in looks}
    assert visit.tells(rule, factor)
    assert not visit.tells(rule, "rows")
    other = {"rows": "nearest", "lasting": "rows"}.get(rule, "lasting")
    assert not visit.tells(other, factor)


def test_an_answer_is_kept_where_another_one_did_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of questions that are asked together, those that were answered in time are judged."""

    def wrong(asked: Combination) -> set[Kind]:
        if asked["nq"] == "three":
            raise Unreached("Search")
        return set()

    visit = Visit(_Visited(Combination()).collection)
    monkeypatch.setattr(Visit, "_case", lambda _self, question: question)
    monkeypatch.setattr(Visit, "_prepared", lambda _self, question, _case: question)
    monkeypatch.setattr("milvus_tck.fixtures.explore.visit._wrong", wrong)
    found, stop = visit.asked([_of("topk=one"), _of("nq=three")])
    assert (found, isinstance(stop, Unreached)) == ({_of("topk=one"): set()}, True)
    assert visit.looked == {(_of("topk=one"), False)}


def test_rules_that_are_broken_later_stay_apart() -> None:
    """Rows and counts that are fewer once a collection was moved are two things that do not last."""
    visit = Visit(_Visited(Combination()).collection)
    visit._noted(_SEARCHED, set())
    visit.moved = True
    found = visit._noted(_SEARCHED, {("rows", "fewer"), ("pages", "fewer")})
    assert found == {("lasting", "rows-fewer"), ("lasting", "pages-fewer")}


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
