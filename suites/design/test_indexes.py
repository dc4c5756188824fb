"""Indexes as the early design has them: one for a field, described, followed and dropped by field or by name."""

from collections.abc import Mapping

import pytest
from milvus_tck.fixtures.design_collections import FIELDS, created, flush
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.indexes._descriptions import parameters

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

_STATE = m.IndexState
#: Types of an index on numbers, of which every line has one; the last one leaves the choice to the server.
_ON_NUMBERS = ("STL_SORT", "INVERTED", None)


def _collection(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    return name


def _on_vec(collection: str, metric: str = "L2") -> Call[m.Status]:
    return calls.create_index(collection, "vec", "IVF_FLAT", metric, {"nlist": 16})


def _indexed(tck: Case) -> str:
    """Create a collection with an index on its vector; it is not loaded."""
    name = _collection(tck)
    tck.ok(_on_vec(name))
    tck.call(calls.release_collection(name))  # some servers load what is indexed
    return name


def _indexed_twice(tck: Case) -> tuple[str, Mapping[str, str]]:
    """Create a collection with an index on each of two fields; return their names by field.

    A description of the document does not tell its field, so an index is known by when it came.
    """
    name = _indexed(tck)
    (first,) = _names(tck, name) or ("",)
    if not any(tck.call(calls.create_index(name, "number", kind)).ok for kind in _ON_NUMBERS):
        raise Blocked("refused:CreateIndex", "no index on a field of numbers is accepted")
    others = [each for each in _names(tck, name) if each != first]
    if not first or len(others) != 1:
        raise Blocked("names:DescribeIndex", f"the indexes of two fields are called {[first, *others]}")
    return name, {"vec": first, "number": others[0]}


def _described(tck: Case, collection: str, field: str = "", index: str = "") -> list[m.IndexDescription]:
    """List descriptions; none where the server says that there is none."""
    answer = tck.told(calls.describe_index(collection, field, index))
    return [] if answer is None else list(answer.index_descriptions)


def _names(tck: Case, collection: str, field: str = "", index: str = "") -> list[str]:
    return sorted(each.index_name for each in _described(tck, collection, field, index))


def _params(told: m.IndexDescription) -> dict[str, str]:
    return parameters(told.params)


_GIVEN = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "16"}


@pytest.mark.clause("create-index/on-the-field")
def test_an_index_is_created(tck: Case) -> None:
    """The collection that was named has the index that was asked for; the one beside it has none."""
    name, beside = _collection(tck), _collection(tck)

    def is_there(_: m.Status) -> Equality:
        described = _described(tck, name, "vec")
        return (
            same(1, len(described), what="number of indexes")
            and _like_given(_params(described[0]))
            and same([], _described(tck, beside, "vec"), what="indexes of the other collection")
        )

    tck.accepted(_on_vec(name), effect=is_there)


def _like_given(params: Mapping[str, str]) -> Equality:
    """Tell whether type and metric are the given ones; the whole is what DescribeIndex owes."""
    keys = ("index_type", "metric_type")
    return same({key: _GIVEN[key] for key in keys}, {key: params.get(key) for key in keys}, what="params")


@pytest.mark.clause("create-index/one-per-field")
def test_a_second_index_on_a_field(tck: Case) -> None:
    """A second index with other parameters is not there beside the first one, but instead of it or not at all."""
    name, beside = _indexed(tck), _collection(tck)
    accepted = tck.call(_on_vec(name, "IP")).ok
    tck.ok(_on_vec(beside, "IP"))
    found = [_metrics(tck, each) for each in (name, beside)]
    tck.expect(
        [["IP" if accepted else "L2"], ["IP"]], found, members=("metrics", "metrics of the collection beside it")
    )


def _metrics(tck: Case, collection: str) -> list[str | None]:
    return [_params(each).get("metric_type") for each in _described(tck, collection, "vec")]


@pytest.mark.clause("describe-index/details", cases=("name", "id", "params"))
def test_the_details_of_an_index(tck: Case) -> None:
    """Name, id and parameters are told; no two indexes have the same id."""
    described = [each for name in (_indexed(tck), _indexed(tck)) for each in _described(tck, name, "vec")]
    tck.expect(
        [True, True],
        [bool(each.index_name) for each in described],
        case="name",
        members=("the first has a name", "the second has a name"),
    )
    tck.expect(2, len({each.indexID for each in described} - {0}), case="id")
    tck.expect(
        [_GIVEN] * 2,
        [{key: _params(each).get(key) for key in _GIVEN} for each in described],
        case="params",
        members=("params of the first", "params of the second"),
    )


@pytest.mark.clause("describe-index/named")
def test_an_index_by_its_name(tck: Case) -> None:
    """Of two indexes the one that is named is described."""
    name, called = _indexed_twice(tck)
    found = {field: _names(tck, name, field, index) for field, index in called.items()}
    tck.expect({field: [index] for field, index in called.items()}, found)


@pytest.mark.clause("describe-index/of-the-field")
def test_the_indexes_of_a_field(tck: Case) -> None:
    """Of two indexes the one of the field that is named is described."""
    name, called = _indexed_twice(tck)
    found = {field: _names(tck, name, field) for field in called}
    tck.expect({field: [index] for field, index in called.items()}, found)


@pytest.mark.clause("get-index-state/to-its-end")
def test_the_state_comes_to_its_end(tck: Case) -> None:
    """On its way to Finished an index is in no state but Unissued and InProgress, and it stays Finished."""
    stage = created(tck)
    flush(tck, stage)
    seen: list[int] = []

    def is_finished(answer: m.GetIndexStateResponse) -> bool:
        seen.append(answer.state)
        return answer.state == _STATE.Finished

    asked = calls.get_index_state(stage.name, "vec")
    tck.until(asked, is_finished, what="finished")
    wrong = set(seen) - {_STATE.Unissued, _STATE.InProgress, _STATE.Finished}
    tck.expect(
        [set(), _STATE.Finished],
        [wrong, tck.ok(asked).state],
        members=("states that are none on the way", "state at last"),
    )


def _state(tck: Case, collection: str, field: str, index: str = "") -> int | str:
    """Return the state of an index, or what was said instead."""
    outcome = tck.call(calls.get_index_state(collection, field, index))
    return outcome.answer.state if outcome.ok and outcome.answer is not None else "refused"


@pytest.mark.clause("get-index-state/named")
def test_the_state_by_name(tck: Case) -> None:
    """Each of two indexes has its state, and a name that none has has not."""
    name, called = _indexed_twice(tck)
    found = [_state(tck, name, field, index) for field, index in called.items()]
    tck.expect(
        [[_STATE.Finished] * 2, True],
        [found, _stateless(_state(tck, name, "vec", "nosuch"))],
        members=("states of the indexes", "no state of a name that none has"),
    )


@pytest.mark.clause("get-index-state/of-the-field")
def test_the_state_by_field(tck: Case) -> None:
    """The field alone tells which of two indexes is meant, and one without an index has no state."""
    name, _ = _indexed_twice(tck)
    found = [_state(tck, name, field) for field in ("vec", "number")]
    tck.expect(
        [[_STATE.Finished] * 2, True],
        [found, _stateless(_state(tck, name, "id"))],
        members=("states of the fields with an index", "no state of the field without one"),
    )


def _stateless(state: int | str) -> bool:
    return state in {"refused", _STATE.IndexStateNone}


@pytest.mark.clause("get-index-state/dropped")
def test_the_state_of_a_dropped_index(tck: Case) -> None:
    """An index had a state, and has none once it is dropped; that of another collection keeps its own."""
    name, beside = _indexed(tck), _indexed(tck)
    before = _state(tck, name, "vec")
    tck.ok(calls.drop_index(name, "vec", *_names(tck, name)))
    after, other = _state(tck, name, "vec"), _state(tck, beside, "vec")
    tck.expect(
        [_STATE.Finished, True, _STATE.Finished],
        [before, _stateless(after) or after, other],
        members=("state before", "no state after", "state of the other collection"),
    )


@pytest.mark.clause("drop-index/the-only-one")
def test_the_index_of_a_field_is_dropped(tck: Case) -> None:
    """The index is gone, and its namesake in another collection stays."""
    name, beside = _indexed(tck), _indexed(tck)
    before = [len(_described(tck, each, "vec")) for each in (name, beside)]
    tck.accepted(
        calls.drop_index(name, "vec", *_names(tck, name)),
        effect=lambda _: same(
            [1, 1, 0, 1],
            [*before, *(len(_described(tck, each, "vec")) for each in (name, beside))],
            members=("indexes before", "indexes of the other before", "indexes", "indexes of the other"),
        ),
    )


@each_case({"drop-index/named": {"": True}, "drop-index/of-the-field": {"": False}})
def test_one_of_two_indexes_is_dropped(tck: Case, given: bool) -> None:  # noqa: FBT001 - whether the index is named
    """The index that was named, or whose field was, is gone, whichever came first; the other one stays."""
    (first, called), (second, also) = _indexed_twice(tck), _indexed_twice(tck)

    def other_stays(_: m.Status) -> Equality:
        also_dropped = tck.call(_drop(second, "number", also, given)).ok
        left = [_names(tck, name) for name in (first, second)]
        return same(True, also_dropped, what="the other is dropped") and same(
            [[called["number"]], [also["vec"]]], left, members=("indexes left", "indexes left of the other collection")
        )

    tck.accepted(_drop(first, "vec", called, given), effect=other_stays)


def _drop(collection: str, field: str, called: Mapping[str, str], named: bool) -> Call[m.Status]:  # noqa: FBT001 - as above
    return calls.drop_index(collection, field, called[field] if named else "")
