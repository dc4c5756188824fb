"""CreateIndex: what it brings about, and a second index on a field."""

from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.actions import load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import DIM, FIELDS, SmallCollection, one_row
from milvus_tck.suites.indexes._descriptions import Index, indexes, release_if_loaded, scalar_type

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType, Status
from milvus_tck.wire.schema import field


def _flat(name: str, metric: str = "L2", index: str = "") -> Call[Status]:
    return calls.create_index(name, "vec", "FLAT", metric, {}, name=index)


def _collection(tck: Case) -> str:
    """Create a collection with a vector and a number beside it."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS, field("x", DataType.Int64)))
    return name


def _on_x(tck: Case, name: str, index: str = "") -> Call[Status]:
    return calls.create_index(name, "x", scalar_type(tck.profile, DataType.Int64), params={}, name=index)


def _params(index: Index | None) -> dict[str, str]:
    return {} if index is None else dict(index.parameters)


@pytest.mark.clause("create-index/valid")
def test_an_index_is_created(tck: Case, unindexed: SmallCollection) -> None:
    """An index is created on the field and the collection that were named, as it was asked for, and nowhere else."""
    first, second = _collection(tck), _collection(tck)

    def told_apart(_: Status) -> Equality:
        tck.ok(calls.create_index(second, "vec", "IVF_FLAT", "IP", {"nlist": 16}))
        wanted = ({"index_type": "FLAT", "metric_type": "L2"}, {"index_type": "IVF_FLAT", "metric_type": "IP"})
        found = [indexes(tck, name) for name in (first, second)]
        params = tuple(
            {key: _params(there.get("vec")).get(key) for key in each} for each, there in zip(wanted, found, strict=True)
        )
        return (
            same(wanted, params, members=("params of the first", "params of the second"))
            and same([["vec"]] * 2, [list(each) for each in found], what="fields with an index")
            and _bare(tck, unindexed)
        )

    tck.accepted(_flat(first), effect=told_apart)


@pytest.mark.clause("create-index/repeat")
def test_the_same_index_again(tck: Case, unindexed: SmallCollection) -> None:
    """Creating an index again with the same parameters succeeds and changes nothing."""
    name = _collection(tck)
    tck.ok(_flat(name))
    before = indexes(tck, name)
    tck.accepted(
        _flat(name),
        effect=lambda _: (
            same(["vec"], list(before), what="fields with an index before")
            and same(before, indexes(tck, name), what="indexes")
            and _bare(tck, unindexed)
        ),
    )


def _bare(tck: Case, unindexed: SmallCollection) -> Equality:
    return same({}, indexes(tck, unindexed.name), what="indexes of the other collection")


_OTHERS = {
    "create-index/other-params": {"default-name": ("", ""), "given-name": ("one", "one"), "no-name": ("one", "")},
    "create-index/second-name-on-field": {"": ("one", "two")},
}


@each_case(_OTHERS)
def test_a_second_index_on_a_field(tck: Case, given: tuple[str, str]) -> None:
    """A field has one index: another one beside it is refused, and leaves the first as it is."""
    first, second = given
    name, fresh = _collection(tck), _collection(tck)
    tck.ok(_flat(name, index=first))
    # Of another name even the same parameters make a second index.
    metric = "IP" if second in {first, ""} else "L2"
    tck.refused(
        _flat(name, metric, index=second),
        neighbour=_flat(fresh, metric, index=second),
        untouched=lambda: tck.look.index(name),
    )


@pytest.mark.clause("create-index/name-taken")
def test_the_name_of_an_index_on_another_field(tck: Case) -> None:
    """The name of an index is taken once in a collection."""
    name = _collection(tck)
    tck.ok(_flat(name, index="one"))
    tck.refused(_on_x(tck, name, "one"), neighbour=_on_x(tck, name, "two"), untouched=lambda: tck.look.index(name))


@each_case({"create-index/field-unknown": {"missing": "nosuch", "empty": "", "other-case": "VEC"}})
def test_a_field_that_does_not_exist(tck: Case, given: str) -> None:
    """An index needs a field that the collection has."""
    name = _collection(tck)
    tck.refused(
        _flat(name).but(field_name=given),
        neighbour=_flat(name),
        untouched=lambda: tck.look.index(name),
    )


@pytest.mark.clause("create-index/default-metric")
def test_the_metric_that_nobody_gave(tck: Case, unindexed: SmallCollection) -> None:
    """An AUTOINDEX without a metric takes that of the version."""
    name = _collection(tck)
    tck.ok(calls.create_index(name, "vec", "AUTOINDEX"))
    wanted = "IP" if tck.profile.name == "2.2" else "COSINE"
    found = _params(indexes(tck, name).get("vec")).get("metric_type")
    tck.expect(
        (wanted, {}), (found, indexes(tck, unindexed.name)), members=("metric_type", "indexes of the other collection")
    )


@pytest.mark.clause("create-index/param-beside")
def test_a_build_parameter_beside_the_type(tck: Case, unindexed: SmallCollection) -> None:
    """A build parameter may stand where the type and the metric stand."""
    name = _collection(tck)
    call = calls.create_index(name, "vec", "IVF_FLAT", "L2").but_params("extra_params", nlist="16")
    tck.accepted(
        call,
        effect=lambda _: (
            same("16", _params(indexes(tck, name).get("vec")).get("nlist"), what="nlist") and _bare(tck, unindexed)
        ),
    )


@pytest.mark.clause("create-index/params-not-json")
def test_params_that_are_no_json(tck: Case) -> None:
    """The build parameters within params are a JSON object."""
    name = _collection(tck)
    valid = calls.create_index(name, "vec", "IVF_FLAT", "L2", {"nlist": 16})
    tck.refused(
        valid.but_params("extra_params", params='{"nlist": 16'),
        neighbour=valid,
        untouched=lambda: tck.look.index(name),
    )


@pytest.mark.clause("create-index/key-twice")
def test_a_parameter_given_twice(tck: Case) -> None:
    """Up to 2.4 the last of two values counts: the collection can be loaded and is searched by that metric."""
    name = _collection(tck)
    twice = _flat(name, "L2")
    given: Any = twice.request
    twice = twice.but(extra_params=[*given.extra_params, *key_values({"metric_type": "IP"})])
    tck.answers(
        twice,
        effect=lambda _: _measures_by_product(tck, name),
        neighbour=_flat(name),
        untouched=lambda: tck.look.index(name),
    )


def _measures_by_product(tck: Case, name: str) -> Equality:
    load(tck, name)
    rows = [*one_row(2), column("x", DataType.Int64, [1])]
    tck.ok(calls.insert(name, rows, 1))
    found = tck.ok(calls.search(name, np.ones((1, DIM), dtype=np.float32), metric="IP"))
    return same([2.0 * DIM], list(found.results.scores), what="scores")


@pytest.mark.clause("create-index/while-loaded", "drop-index/loaded-vector", "drop-index/loaded-scalar")
def test_indexes_of_a_loaded_collection(tck: Case, unindexed: SmallCollection) -> None:
    """A loaded collection gets another index; what it was loaded with cannot be dropped, up to 2.5 nothing can."""
    name, fresh = _collection(tck), _collection(tck)
    tck.ok(_flat(name, index="one"))
    load(tck, name)
    tck.accepted(
        _on_x(tck, name, "two"),
        effect=lambda _: (
            same({"vec", "x"}, set(indexes(tck, name)), what="fields with an index") and _bare(tck, unindexed)
        ),
        of="create-index/while-loaded",
    )
    tck.ok(_flat(fresh, index="one"))
    tck.ok(_on_x(tck, fresh, "two"))
    release_if_loaded(tck, fresh)
    tck.refused(
        calls.drop_index(name, "vec", "one"),
        neighbour=calls.drop_index(fresh, "vec", "one"),
        untouched=lambda: tck.look.index(name),
        of="drop-index/loaded-vector",
    )
    tck.answers(
        calls.drop_index(name, "x", "two"),
        effect=lambda _: same({"vec"}, set(indexes(tck, name)), what="fields with an index"),
        neighbour=calls.drop_index(fresh, "x", "two"),
        untouched=lambda: tck.look.index(name),
        of="drop-index/loaded-scalar",
    )
