"""Indexes: created, described, dropped, and how far they are built."""

from collections.abc import Sequence

import numpy as np

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, succeeds
from milvus_tck.model.index_rules import check_options, options_of
from milvus_tck.model.likeness import alike, one
from milvus_tck.model.name_rules import collection_of, is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, IndexState, ServerState
from milvus_tck.spec.profiles import ProfileRange
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import FieldSchema
from milvus_tck.wire.vectors import VECTORS

__all__ = ["INDEXES"]

_RPC = "create-index"
#: Where an index without a name is not called like its field.
_OLD_NAMES = ProfileRange("2.2")


def create_index(state: ServerState, request: m.CreateIndexRequest) -> RightAnswers:
    """Create an index on a field, or find that it is there already as it was asked for."""
    collection = collection_of(state, "CreateIndex", request)
    _check_name(state, request.index_name)
    field = collection.fields.get(request.field_name)
    if field is None:
        raise RefusalError(f"{_RPC}/field-unknown", f"cannot create index on non-exist field: {request.field_name}")
    options = options_of(state, request)
    computed = {name for each in collection.schema.functions for name in each.output_field_names}
    kind, metric = check_options(state, field, options, computed)
    told = dict(options.given) | {"index_type": kind} | ({"metric_type": metric} if metric else {})
    name = request.index_name or _default_name(state, field)
    if _is_there(collection, request.index_name, name, field, told):
        return one(m.Status())

    def create(_response: object) -> None:
        params = {key: str(value) for key, value in options.params.items()}
        made = IndexState(name, state.new_id(), field.name, kind, metric, params, tuple(told.items()))
        collection.indexes[name] = made

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def _check_name(state: ServerState, name: str) -> None:
    if not name:
        return
    brackets = is_name(state, name.replace("[", "_").replace("]", "_")) and not is_name(state, name)
    rule = f"{_RPC}/name-with-brackets" if brackets else f"{_RPC}/name-ill-formed"
    well_formed = is_name(state, name) or (brackets and state.rules.accepts(rule))
    state.rules.demand(well_formed, rule, f"Invalid index name: {name}")


def _default_name(state: ServerState, field: FieldSchema) -> str:
    return f"_default_idx_{field.fieldID}" if state.profile in _OLD_NAMES else field.name


def _is_there(collection: CollectionState, asked: str, name: str, field: FieldSchema, told: dict[str, str]) -> bool:
    """Tell whether just this index is there; raises `RefusalError` where another one is in its way."""
    own = next((each for each in collection.indexes.values() if each.field == field.name), None)
    if own is not None and asked and own.name != asked:
        raise RefusalError(f"{_RPC}/second-name-on-field", f"{own.name} is on {field.name}")
    if own is not None:
        if dict(own.told) != told:
            raise RefusalError(f"{_RPC}/other-params", own.name)
        return True
    if name in collection.indexes:
        raise RefusalError(f"{_RPC}/name-taken", name)
    return False


def _rows(collection: CollectionState) -> int:
    here = np.isin(collection.table.partitions, [each.id for each in collection.partitions.values()])
    return int((here & collection.table.flushed).sum())


def _named(collection: CollectionState, name: str) -> list[IndexState]:
    return [each for each in collection.indexes.values() if not name or each.name == name]


def describe_index(state: ServerState, request: m.DescribeIndexRequest) -> RightAnswers:
    """Describe the indexes of a collection, or the one of a name."""
    collection = collection_of(state, "DescribeIndex", request)
    found = _named(collection, request.index_name)
    if not found:
        raise RefusalError(f"describe-index/{'index-unknown' if request.index_name else 'no-index'}", collection.name)
    rows = _rows(collection)
    response = m.DescribeIndexResponse(index_descriptions=[_description(each, rows) for each in found])

    def why_wrong(other: m.DescribeIndexResponse) -> str:
        wanted = {(each.name, each.field) for each in found}
        told = {(each.index_name, each.field_name) for each in other.index_descriptions}
        return succeeds(other) or ("" if told == wanted else f"describes {sorted(told)} and not {sorted(wanted)}")

    return RightAnswers((RightAnswer(response, why_wrong),))


def _description(index: IndexState, rows: int) -> m.IndexDescription:
    return m.IndexDescription(
        index_name=index.name,
        indexID=index.id,
        params=[m.KeyValuePair(key=key, value=value) for key, value in index.told],
        field_name=index.field,
        indexed_rows=rows,
        total_rows=rows,
        state=m.IndexState.Finished,
    )


def get_index_state(state: ServerState, request: m.GetIndexStateRequest) -> RightAnswers:
    """Tell whether an index is built: it is, and another server may still be at it."""
    collection = collection_of(state, "GetIndexState", request)
    found = _named(collection, request.index_name)
    state.rules.demand(bool(found), "get-index-state/index-unknown", collection.name)
    state.rules.demand(len(found) < 2, "get-index-state/several", collection.name)  # noqa: PLR2004 - two
    if len(found) != 1:
        return one(m.GetIndexStateResponse(state=m.IndexState.IndexStateNone))
    built = m.GetIndexStateResponse(state=m.IndexState.Finished)
    before = [m.GetIndexStateResponse(state=each) for each in (m.IndexState.InProgress, m.IndexState.Unissued)]
    return RightAnswers(tuple(RightAnswer(each, alike(each, ("state",))) for each in (built, *before)))


def get_index_build_progress(state: ServerState, request: m.GetIndexBuildProgressRequest) -> RightAnswers:
    """Count the rows of an index, and those of them that are indexed."""
    collection = collection_of(state, "GetIndexBuildProgress", request)
    _the_one(_named(collection, request.index_name), "get-index-build-progress", request.index_name)
    rows = _rows(collection)
    response = m.GetIndexBuildProgressResponse(indexed_rows=rows, total_rows=rows)

    def why_wrong(found: m.GetIndexBuildProgressResponse) -> str:
        right = 0 <= found.indexed_rows <= found.total_rows
        return succeeds(found) or ("" if right else f"{found.indexed_rows} of {found.total_rows} are indexed")

    return RightAnswers((RightAnswer(response, why_wrong),))


def _the_one(found: Sequence[IndexState], prefix: str, name: str) -> IndexState:
    if not found:
        raise RefusalError(f"{prefix}/{'index-unknown' if name else 'no-index'}", name)
    if len(found) > 1:
        raise RefusalError(f"{prefix}/several", ", ".join(each.name for each in found))
    return found[0]


def drop_index(state: ServerState, request: m.DropIndexRequest) -> RightAnswers:
    """Drop an index; one that is not there may be dropped as well."""
    rules = state.rules
    collection = collection_of(state, "DropIndex", request)
    found = _named(collection, request.index_name)
    rules.demand(len(found) < 2, "drop-index/no-name-several", collection.name)  # noqa: PLR2004 - two
    for each in found:
        on_vector = collection.fields[each.field].data_type in VECTORS
        rule = "drop-index/loaded-vector" if on_vector else "drop-index/loaded-scalar"
        rules.demand(not collection.loaded, rule, collection.name)

    def drop(_response: object) -> None:
        for each in found:
            del collection.indexes[each.name]

    return RightAnswers((RightAnswer(m.Status(), effect=drop),))


INDEXES: Handlers = {
    "CreateIndex": create_index,
    "DescribeIndex": describe_index,
    "GetIndexState": get_index_state,
    "GetIndexBuildProgress": get_index_build_progress,
    "DropIndex": drop_index,
}
