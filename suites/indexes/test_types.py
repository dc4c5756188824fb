"""CreateIndex: which index types, metrics and build parameters there are, and what they fit."""

from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import SmallCollection
from milvus_tck.suites.indexes._descriptions import DIM, indexes
from milvus_tck.suites.indexes._parameters import AT_THE_ENDS, BEYOND, PARAMETERS, Bound
from milvus_tck.suites.indexes._requests import FIELD, METRICS, SCALARS, TYPES, UNFIT, Attempt, Unfit

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.schema import int64_key, vector


@each_case(TYPES)
def test_an_index_type_for_vectors(tck: Case, unindexed: SmallCollection, given: Attempt) -> None:
    """An index type is accepted for the vectors that it is for, in the versions that have it, and refused elsewhere."""
    _judge(tck, unindexed, given)


@each_case(SCALARS)
def test_an_index_type_for_scalars(tck: Case, unindexed: SmallCollection, given: Attempt) -> None:
    """An index type is accepted for the fields that it is for, in the versions that have it, and refused elsewhere."""
    _judge(tck, unindexed, given)


@each_case(METRICS)
def test_a_metric(tck: Case, unindexed: SmallCollection, given: Attempt) -> None:
    """A metric is accepted for the vectors and index types that it is for, and refused elsewhere."""
    _judge(tck, unindexed, given)


@each_case(PARAMETERS)
def test_a_build_parameter(tck: Case, unindexed: SmallCollection, given: Attempt) -> None:
    """A build parameter is accepted within its range, and refused beyond it."""
    _judge(tck, unindexed, given)


@each_case(AT_THE_ENDS)
def test_a_build_parameter_at_the_end_of_its_range(tck: Case, unindexed: SmallCollection, given: Bound) -> None:
    """The ends of a range belong to it."""
    _judge(tck, unindexed, given.attempt(tck.profile))


@each_case(BEYOND)
def test_a_build_parameter_beyond_its_range(tck: Case, unindexed: SmallCollection, given: Bound) -> None:
    """One step beyond the end of a range is refused."""
    _judge(tck, unindexed, given.attempt(tck.profile))


def _judge(tck: Case, unindexed: SmallCollection, given: Attempt) -> None:
    """Ask for an index, and look up what the collection has then, and that another one has none."""
    name = tck.name()
    beside = () if given.on_vector else (vector("vec", DIM),)
    tck.ok(calls.create_collection(name, int64_key(), given.on, *beside))
    tck.answers(
        given.options.call(name),
        effect=lambda _: _as_wanted(tck, name, given) and _bare(tck, unindexed),
        neighbour=given.neighbour(tck.profile).call(name),
        untouched=lambda: tck.look.index(name),
    )


def _as_wanted(tck: Case, name: str, given: Attempt) -> Equality:
    found, wanted = indexes(tck, name), given.wanted()
    fields = same([FIELD], list(found), what="fields with an index")
    return fields and same(wanted, {key: dict(found[FIELD].parameters).get(key) for key in wanted}, what="params")


def _bare(tck: Case, unindexed: SmallCollection) -> Equality:
    return same({}, indexes(tck, unindexed.name), what="indexes of the other collection")


@each_case(UNFIT)
def test_a_field_that_no_index_fits(tck: Case, unindexed: SmallCollection, given: Unfit) -> None:
    """What cannot be indexed is refused, while the vector beside it can be indexed."""
    name = tck.name()
    key = () if given.on.is_primary_key else (int64_key(),)
    tck.ok(calls.create_collection(name, *key, given.on, vector("vec", DIM)))
    tck.answers(
        calls.create_index(name, FIELD, given.type, params={}),
        effect=lambda _: same([FIELD], list(indexes(tck, name)), what="fields with an index") and _bare(tck, unindexed),
        neighbour=calls.create_index(name, "vec", "FLAT", "L2", {}),
        untouched=lambda: tck.look.index(name),
    )
