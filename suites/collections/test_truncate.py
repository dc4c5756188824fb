"""TruncateCollection: no row is left, and everything else is."""

import pytest
from milvus_tck.fixtures.actions import flush, load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import LOADED, Parted, found, insert_keys, load_states, parted

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls

_PARTITIONS = ("here", "there")


def _loaded(tck: Case, *partitions: str, flushed: bool = False) -> Parted:
    """Create a collection with rows in these partitions, loaded."""
    stage = parted(tck, *partitions)
    if flushed:
        flush(tck, stage.name)
    load(tck, stage.name)
    return stage


@each_case({"truncate-collection/valid": {"growing": False, "flushed": True}})
def test_rows_go(tck: Case, *, given: bool) -> None:
    """Whether rows were flushed or not, they go, and only those of the one collection."""
    stage, other = _loaded(tck, *_PARTITIONS, flushed=given), _loaded(tck, *_PARTITIONS)
    before = found(tck, stage.name)
    tck.accepted(
        calls.truncate_collection(stage.name),
        effect=lambda _: same(
            [stage.of(), [], other.of()],
            [before, found(tck, stage.name), found(tck, other.name)],
            members=("rows before", "rows after", "rows of the other"),
        ),
    )


def _kept(tck: Case, name: str) -> list[object]:
    told = tck.ok(calls.describe_collection(name))
    indexes = tck.ok(calls.describe_index(name)).index_descriptions
    return [
        told.collectionID,
        [each.name for each in told.schema.fields],
        sorted(each.index_name for each in indexes),
        sorted(tck.ok(calls.show_partitions(name)).partition_names),
        list(told.aliases),
        load_states(tck, name),
    ]


@pytest.mark.clause("truncate-collection/stays")
def test_all_else_stays(tck: Case) -> None:
    """What is not a row has nothing to do with it."""
    stage, alias = _loaded(tck, *_PARTITIONS), tck.name()
    tck.ok(calls.create_alias(stage.name, alias))
    before = _kept(tck, stage.name)
    tck.accepted(
        calls.truncate_collection(stage.name),
        effect=lambda _: same(
            [*before[:-1], [LOADED]],
            _kept(tck, stage.name),
            members=("id", "fields", "indexes", "partitions", "aliases", "load state"),
        ),
    )


@pytest.mark.clause("truncate-collection/filled-again")
def test_rows_after_a_truncation(tck: Case) -> None:
    """A truncation is about the rows that are there."""
    stage = _loaded(tck)
    tck.ok(calls.truncate_collection(stage.name))
    later = [key + 1_000_000 for key in stage.of()]
    insert_keys(tck, stage.name, later)
    tck.expect(later, found(tck, stage.name))


@pytest.mark.clause("truncate-collection/not-loaded")
def test_a_collection_that_is_not_loaded(tck: Case) -> None:
    """Rows go from where they are stored."""
    stage = parted(tck)
    tck.ok(calls.truncate_collection(stage.name))
    load(tck, stage.name)
    tck.expect([], found(tck, stage.name))


@pytest.mark.clause("truncate-collection/empty")
def test_a_collection_without_rows(tck: Case) -> None:
    """There is nothing to remove, and nothing wrong with that."""
    stage = parted(tck, filled=False)
    load(tck, stage.name)
    tck.accepted(calls.truncate_collection(stage.name), effect=lambda _: same([], found(tck, stage.name), what="rows"))


@pytest.mark.clause("truncate-collection/collection-unknown")
def test_a_collection_that_does_not_exist(tck: Case) -> None:
    """There is nothing to truncate, and nothing comes into being."""
    stage, unknown = _loaded(tck), tck.name()
    other = parted(tck)
    tck.refused(
        calls.truncate_collection(unknown),
        neighbour=calls.truncate_collection(other.name),
        untouched=lambda: [tck.look.listing(unknown), found(tck, stage.name)],
    )


@each_case({"truncate-collection/name-ill-formed": {"digit-first": "1st", "dollar": "a$b"}})
def test_a_name_that_is_none(tck: Case, given: str) -> None:
    """Names have a form."""
    stage, other = _loaded(tck), parted(tck)
    tck.refused(
        calls.truncate_collection(given),
        neighbour=calls.truncate_collection(other.name),
        untouched=lambda: found(tck, stage.name),
    )
