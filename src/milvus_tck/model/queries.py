"""Query: the rows that match, in the order of their keys, and how many there are."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, succeeds
from milvus_tck.model.cell_likeness import same_columns
from milvus_tck.model.name_rules import collection_of
from milvus_tck.model.neighbours import is_strong, wait_for
from milvus_tck.model.output_fields import column_of, columns_asked_for, keys_asked_for
from milvus_tck.model.row_filter import matching, partitions_read
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.search_options import whole
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column, read_column
from milvus_tck.wire.messages import DataType, FieldData

__all__ = ["QUERIES"]

_COUNT = "count(*)"


def query(state: ServerState, request: m.QueryRequest) -> RightAnswers:
    """Return the rows that match a filter, or count them."""
    collection = collection_of(state, "Query", request)
    partitions = partitions_read(state, collection, request.partition_names)
    counted = [each.strip().lower() for each in request.output_fields] == [_COUNT]
    limit, offset = _window(state, request)
    if not request.expr.strip() and limit is None and not counted:
        raise RefusalError("ParameterInvalid", "empty expression should be used with limit")
    output = [] if counted else columns_asked_for(state, collection, request.output_fields)
    matched = matching(state, collection, request.expr, request.expr_template_values)
    matched &= np.isin(collection.table.partitions, partitions)
    wait_for(state, request)
    rows = np.flatnonzero(matched & collection.table.alive)
    # Rows that were there at some time: whoever may answer as of an earlier one may have any of them.
    ever = rows if is_strong(collection, request) else np.flatnonzero(matched)
    if counted:
        if limit is not None:
            raise RefusalError("ParameterInvalid", "count entities with pagination is not allowed")
        counts = range(len(rows) if ever is rows else 0, len(ever) + 1)
        told = [column(_COUNT, DataType.Int64, [len(rows)])]
        return _answer(request, told, lambda found: _right_count(found, counts))
    page = _by_key(collection, rows)[offset : None if limit is None else offset + limit]
    names = list(dict.fromkeys([collection.key.name, *output]))
    keys = keys_asked_for(state, collection, request.output_fields)
    columns = [column_of(collection, name, page, keys) for name in names]
    known = _by_key(collection, ever)
    most = len(known) if limit is None else limit
    sizes = range(len(page), len(page) + 1) if ever is rows else range(most + 1)
    return _answer(request, columns, _right_rows(collection, names, request.output_fields, keys, known, sizes))


def _window(state: ServerState, request: m.QueryRequest) -> tuple[int | None, int]:
    given = {pair.key: pair.value for pair in request.query_params}
    if "limit" not in given:
        return None, 0
    limit, offset = whole(given["limit"]), whole(given.get("offset") or "0")
    if limit is None or limit < 1 or offset is None or offset < 0:
        raise RefusalError("Unexpected", f"limit [{given['limit']}], offset [{given.get('offset', '')}] is invalid")
    if limit + offset > state.bound("window"):
        raise RefusalError("Unexpected", f"offset+limit [{limit + offset}] is invalid")
    return limit, offset


def _by_key(collection: CollectionState, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order rows by their keys; of several rows of one key the newest one counts."""
    keys = collection.table.values(collection.key.name)[rows].tolist()
    newest = dict(zip(keys, rows.tolist(), strict=True))
    return np.array([newest[key] for key in sorted(newest)], dtype=np.int64)


def _answer(
    request: m.QueryRequest, columns: list[FieldData], why_wrong: Callable[[m.QueryResults], str]
) -> RightAnswers:
    response = m.QueryResults(
        fields_data=columns,
        collection_name=request.collection_name,
        output_fields=[each.field_name for each in columns],
    )
    return RightAnswers((RightAnswer(response, lambda found: succeeds(found) or why_wrong(found)),))


def _right_count(found: m.QueryResults, counts: range) -> str:
    told = [value for each in found.fields_data for value in read_column(each)]
    return "" if len(told) == 1 and told[0] in counts else f"{_COUNT} is {told} and not in {counts}"


def _right_rows(
    collection: CollectionState,
    names: list[str],
    asked: Sequence[str],
    named: frozenset[str] | None,
    rows: NDArray[np.int64],
    sizes: range,
) -> Callable[[m.QueryResults], str]:
    """Return the predicate of a query: so many of the rows that match, each once, with its own values."""

    def why_wrong(found: m.QueryResults) -> str:
        columns = {each.field_name: each for each in found.fields_data}
        keys = read_column(columns.get(collection.key.name, FieldData()))
        if len(keys) not in sizes or len(set(keys)) != len(keys):
            return f"{len(keys)} rows of {len(set(keys))} keys come back, and not in {sizes}"
        places = {key: place for place, key in enumerate(collection.table.values(collection.key.name)[rows].tolist())}
        strange = [key for key in keys if key not in places]
        if strange:
            return f"the keys {strange[:5]} do not match"
        own = np.array([rows[places[key]] for key in keys], dtype=np.int64)
        for name in names:
            if name not in columns:
                return f"the column {name} is missing"
            wrong = same_columns(column_of(collection, name, own, named), columns[name], asked)
            if wrong:
                return wrong
        return ""

    return why_wrong


QUERIES: Handlers = {"Query": query}
