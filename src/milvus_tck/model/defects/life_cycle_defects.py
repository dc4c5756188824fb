"""Defects of collections, aliases, indexes and loads: what is there, and how far it is told to be."""

from typing import Any

from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.defects.plants import answering, defect, effecting
from milvus_tck.model.defects.search_defects import collection_in
from milvus_tck.model.state import DEFAULT
from milvus_tck.wire.messages import IndexState

__all__: list[str] = []


@defect("alias-outlives-collection")
def _alias_outlives_collection(copy: ModelCopy) -> None:
    handlers, one, messages = copy["model"]._HANDLERS, copy["likeness"].one, copy["collections"].m
    before, answers = handlers["DropCollection"], copy["answers"]

    def handler(state: Any, request: Any) -> Any:
        database = state.databases.get(request.db_name or DEFAULT)
        if database is None or request.collection_name not in database.collections:
            return before(state, request)
        found = one(messages.Status()).canonical

        def drop(_response: Any) -> None:
            del database.collections[request.collection_name]

        return answers.RightAnswers((answers.RightAnswer(found.response, found.why_wrong, drop),))

    handlers["DropCollection"] = handler


@defect("collection-dropped-by-alias")
def _collection_dropped_by_alias(copy: ModelCopy) -> None:
    handlers, answers, messages = copy["model"]._HANDLERS, copy["answers"], copy["collections"].m
    before = handlers["DropCollection"]

    def handler(state: Any, request: Any) -> Any:
        database = state.databases.get(request.db_name or DEFAULT)
        name = None if database is None else database.aliases.get(request.collection_name)
        if database is None or name is None:
            return before(state, request)

        def drop(_response: Any) -> None:
            del database.collections[name]

        return answers.RightAnswers((answers.RightAnswer(messages.Status(), effect=drop),))

    handlers["DropCollection"] = handler


@defect("index-finished-too-early")
def _index_finished_too_early(copy: ModelCopy) -> None:
    def change(_state: Any, _request: Any, response: Any) -> None:
        for each in response.index_descriptions:
            each.pending_index_rows, each.indexed_rows = each.total_rows, 0
            each.state = IndexState.Finished

    answering(copy, "DescribeIndex", change)


@defect("indexed-rows-never-counted")
def _indexed_rows_never_counted(copy: ModelCopy) -> None:
    def change(_state: Any, _request: Any, response: Any) -> None:
        response.indexed_rows = 0

    answering(copy, "GetIndexBuildProgress", change)


@defect("pending-rows-of-finished-index")
def _pending_rows_of_finished_index(copy: ModelCopy) -> None:
    def change(_state: Any, _request: Any, response: Any) -> None:
        for each in response.index_descriptions:
            each.pending_index_rows = each.total_rows

    answering(copy, "DescribeIndex", change)


@defect("indexed-rows-lost-by-compaction")
def _indexed_rows_lost_by_compaction(copy: ModelCopy) -> None:
    compacted: set[int | str] = set()

    def compact(_state: Any, request: Any, _response: Any) -> None:
        compacted.add(request.collection_name or request.collectionID)

    def change(state: Any, request: Any, response: Any) -> None:
        if compacted & {request.collection_name, collection_in(state, request).id}:
            response.indexed_rows = 0

    effecting(copy, "ManualCompaction", compact)
    answering(copy, "GetIndexBuildProgress", change)


@defect("progress-of-partitions-is-zero")
def _progress_of_partitions_is_zero(copy: ModelCopy) -> None:
    def change(state: Any, request: Any, response: Any) -> None:
        if not collection_in(state, request).loaded_whole:
            response.progress = 0

    answering(copy, "GetLoadingProgress", change)


@defect("partition-of-last-load-loaded-again")
def _partition_of_last_load_loaded_again(copy: ModelCopy) -> None:
    first: dict[int, set[int]] = {}

    def change(state: Any, request: Any, _response: Any) -> None:
        collection = collection_in(state, request)
        first.setdefault(collection.id, set(collection.loaded))
        collection.loaded.clear()
        collection.loaded.update(first[collection.id])

    effecting(copy, "LoadPartitions", change)


@defect("released-partition-stays-released")
def _released_partition_stays_released(copy: ModelCopy) -> None:
    released: dict[int, set[int]] = {}

    def release(state: Any, request: Any, _response: Any) -> None:
        collection = collection_in(state, request)
        names = set(request.partition_names) & collection.partitions.keys()
        released.setdefault(collection.id, set()).update(collection.partitions[each].id for each in names)

    def load(state: Any, request: Any, _response: Any) -> None:
        collection = collection_in(state, request)
        collection.loaded -= released.get(collection.id, set())
        collection.released |= released.get(collection.id, set())

    effecting(copy, "ReleasePartitions", release)
    effecting(copy, "LoadCollection", load)
