"""Rows come in: Insert and Upsert."""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, succeeds
from milvus_tck.model.columns import columns_of
from milvus_tck.model.name_rules import collection_of, is_partition_name
from milvus_tck.model.partitions import DEFAULT_PARTITION
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import IDs

__all__ = ["INSERTION", "ids_of", "keys_of"]


def keys_of(ids: IDs) -> list[int | str]:
    """Return keys of an answer."""
    return [*ids.int_id.data, *ids.str_id.data]


def ids_of(keys: list[Any]) -> IDs:
    """Write keys for an answer."""
    made = IDs()
    if keys and isinstance(keys[0], str):
        made.str_id.data.extend(keys)
    else:
        made.int_id.data.extend(int(key) for key in keys)
    return made


def insert(state: ServerState, request: m.InsertRequest) -> RightAnswers:
    """Add rows beside those that are there, whatever their keys."""
    collection = collection_of(state, "Insert", request)
    partition = _partition(state, collection, request)
    values = columns_of(state, collection, request)
    rows, key = request.num_rows, collection.key.name
    generated = key not in values
    keys = _generated(state, collection, rows) if generated else list(values[key])
    response = _answer(state, keys)

    def write(found: m.MutationResult) -> None:
        own = {**values, key: keys_of(found.IDs) if generated else keys}
        collection.table.append(own, partition(own))

    return RightAnswers((RightAnswer(response, _right_rows(keys, generated=generated, upsert=False), write),))


def upsert(state: ServerState, request: m.UpsertRequest) -> RightAnswers:
    """Put rows in the place of those with the same keys."""
    collection = collection_of(state, "Upsert", request)
    key = collection.key
    if key.autoID:
        raise RefusalError("ParameterInvalid", "upsert by generated keys is not modelled")
    if request.partial_update or request.field_ops:
        raise RefusalError("ParameterInvalid", "partial updates are not modelled")
    partition = _partition(state, collection, request)
    values = columns_of(state, collection, request)  # type: ignore[arg-type] # it has the columns of an insertion
    keys = list(values[key.name])
    last = {each: place for place, each in enumerate(keys)}
    if len(last) < len(keys) and state.rules.accepts("create-index/types-of-2-6"):
        raise RefusalError("ParameterInvalid", "duplicate primary keys are not allowed in the same batch")
    places = sorted(last.values())
    response = _answer(state, keys)
    response.upsert_cnt = len(keys)

    def write(found: m.MutationResult) -> None:
        own = {name: [column[place] for place in places] for name, column in values.items()}
        table = collection.table
        stored = table.values(key.name)
        table.delete(np.isin(stored, np.array(list(last), dtype=object)), found.timestamp)
        table.append(own, partition(own))

    return RightAnswers((RightAnswer(response, _right_rows(keys, generated=False, upsert=True), write),))


def _answer(state: ServerState, keys: list[Any]) -> m.MutationResult:
    return m.MutationResult(
        IDs=ids_of(keys), succ_index=range(len(keys)), insert_cnt=len(keys), timestamp=state.timestamp()
    )


def _generated(state: ServerState, collection: CollectionState, rows: int) -> list[int] | list[str]:
    numbers = [state.new_id() for _ in range(rows)]
    return [str(each) for each in numbers] if collection.key.data_type == m.DataType.VarChar else numbers


def _partition(
    state: ServerState, collection: CollectionState, request: m.InsertRequest | m.UpsertRequest
) -> Callable[[dict[str, Any]], NDArray[np.int64]]:
    """Return what says where rows go, by their values; raises `RefusalError` where a partition is named wrongly."""
    name, rows = request.partition_name, request.num_rows
    if collection.spread:
        state.rules.demand(not name, "insert/partition-with-partition-key", name)
        return lambda values: _spread(collection, values)
    if name and not is_partition_name(state, name):
        raise state.rules.refusal("insert/partition-name-ill-formed", f"Invalid partition name: {name}")
    found = collection.partitions.get(name or DEFAULT_PARTITION)
    if found is None:
        raise state.rules.refusal("insert/partition-unknown", f"partition not found[partition={name}]")
    identifier = found.id
    return lambda values: np.full(len(next(iter(values.values()))) if values else rows, identifier)


def _spread(collection: CollectionState, values: dict[str, Any]) -> NDArray[np.int64]:
    """Choose a partition for each row by its partition key: the same one for the same value."""
    name = next(each.name for each in collection.schema.fields if each.is_partition_key)
    ids = [each.id for each in collection.partitions.values()]
    return np.array([ids[zlib.crc32(repr(value).encode()) % len(ids)] for value in values[name]], dtype=np.int64)


def _right_rows(keys: list[Any], *, generated: bool, upsert: bool) -> Callable[[m.MutationResult], str]:
    """Return what holds an answer to the rows that were sent: their keys and their number."""

    def why_wrong(found: m.MutationResult) -> str:
        told = keys_of(found.IDs)
        failed = succeeds(found)
        if failed:
            return failed
        if generated and (len(set(told)) != len(keys) or len(told) != len(keys)):
            return f"{len(told)} keys are told for {len(keys)} rows"
        if not generated and told != keys:
            return f"the keys {told[:5]} are told and not {keys[:5]}"
        count = found.upsert_cnt if upsert else found.insert_cnt
        return "" if count == len(keys) else f"{count} rows are counted and not {len(keys)}"

    return why_wrong


INSERTION: Handlers = {"Insert": insert, "Upsert": upsert}
