"""The memory of the `echo` target: one slot for each thing that can be written.

It knows no names: whoever asks for any collection gets the last one that was created,
and every search finds the rows that were inserted last. Checks that write one thing and
ask for it again pass here unless they also ask for something else.
"""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError, Message

from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods

__all__ = ["Echo"]

_KEY_ID = 1000


class Echo:
    """Answers everything from what was written last."""

    def __init__(self) -> None:
        self._created = m.CreateCollectionRequest()
        self._partition = "_default"
        self._index = m.CreateIndexRequest()
        self._inserted = m.InsertRequest()

    def answer(self, rpc: str, request: Message) -> Message:
        """Remember a write, and answer a read with what was written last."""
        response = message_class(methods()[rpc].output_type.full_name)()
        remember: dict[str, Callable[[Any], None]] = {
            "CreateCollection": lambda each: setattr(self, "_created", each),
            "CreatePartition": lambda each: setattr(self, "_partition", each.partition_name),
            "CreateIndex": lambda each: setattr(self, "_index", each),
            "Insert": lambda each: setattr(self, "_inserted", each),
        }
        if rpc in remember:
            remember[rpc](request)
        fill: Callable[[Any, Any], None] | None = getattr(self, f"_{rpc}", None)
        if fill is not None:
            fill(request, response)
        return response

    @property
    def _schema(self) -> m.CollectionSchema:
        schema = m.CollectionSchema()
        try:
            schema.MergeFromString(self._created.schema)
        except DecodeError:
            schema.Clear()
        for number, field in enumerate(schema.fields, 100):
            field.fieldID = number
        return schema

    def _HasCollection(self, _request: Message, response: m.BoolResponse) -> None:  # noqa: N802 - named like the RPC
        response.value = bool(self._created.collection_name)

    _HasPartition = _HasCollection

    def _DescribeCollection(self, _request: Message, response: m.DescribeCollectionResponse) -> None:  # noqa: N802
        response.schema.CopyFrom(self._schema)
        response.collection_name = self._created.collection_name
        response.collectionID = _KEY_ID
        response.shards_num = self._created.shards_num or 1
        response.consistency_level = self._created.consistency_level
        response.properties.extend(self._created.properties)
        response.created_timestamp = response.created_utc_timestamp = _KEY_ID

    def _ShowCollections(self, _request: Message, response: m.ShowCollectionsResponse) -> None:  # noqa: N802
        response.collection_names.append(self._created.collection_name)
        response.collection_ids.append(_KEY_ID)
        response.created_timestamps.append(_KEY_ID)
        response.created_utc_timestamps.append(_KEY_ID)
        response.inMemory_percentages.append(100)
        response.query_service_available.append(True)

    def _ShowPartitions(self, _request: Message, response: m.ShowPartitionsResponse) -> None:  # noqa: N802
        names = dict.fromkeys(["_default", self._partition])
        response.partition_names.extend(names)
        response.partitionIDs.extend(range(_KEY_ID, _KEY_ID + len(names)))

    def _GetCollectionStatistics(self, _request: Message, response: m.GetCollectionStatisticsResponse) -> None:  # noqa: N802
        response.stats.add(key="row_count", value=str(self._inserted.num_rows))

    _GetPartitionStatistics = _GetCollectionStatistics

    def _GetLoadState(self, _request: Message, response: m.GetLoadStateResponse) -> None:  # noqa: N802
        response.state = m.LoadState.LoadStateLoaded

    def _GetLoadingProgress(self, _request: Message, response: m.GetLoadingProgressResponse) -> None:  # noqa: N802
        response.progress = response.refresh_progress = 100

    def _GetFlushState(self, _request: Message, response: m.GetFlushStateResponse) -> None:  # noqa: N802
        response.flushed = True

    def _GetIndexState(self, _request: Message, response: m.GetIndexStateResponse) -> None:  # noqa: N802
        response.state = m.IndexState.Finished

    def _GetIndexBuildProgress(self, _request: Message, response: m.GetIndexBuildProgressResponse) -> None:  # noqa: N802
        response.indexed_rows = response.total_rows = self._inserted.num_rows

    def _DescribeIndex(self, _request: Message, response: m.DescribeIndexResponse) -> None:  # noqa: N802
        response.index_descriptions.add(
            index_name=self._index.index_name or self._index.field_name,
            field_name=self._index.field_name,
            params=self._index.extra_params,
            indexID=_KEY_ID,
            state=m.IndexState.Finished,
        )

    def _Flush(self, request: m.FlushRequest, response: m.FlushResponse) -> None:  # noqa: N802
        for name in request.collection_names:
            response.coll_segIDs[name].data.append(_KEY_ID)
            response.coll_flush_ts[name] = _KEY_ID

    def _Insert(self, request: m.InsertRequest, response: m.MutationResult) -> None:  # noqa: N802
        response.IDs.CopyFrom(self._keys(request))
        response.insert_cnt = request.num_rows
        response.succ_index.extend(range(request.num_rows))
        response.timestamp = _KEY_ID

    def _keys(self, inserted: m.InsertRequest) -> m.IDs:
        key = next((field.name for field in self._schema.fields if field.is_primary_key), "")
        ids = m.IDs()
        for column in inserted.fields_data:
            if column.field_name == key:
                ids.int_id.data.extend(column.scalars.long_data.data)
                ids.str_id.data.extend(column.scalars.string_data.data) if column.scalars.string_data.data else None
        if not ids.int_id.data and not ids.str_id.data:
            ids.int_id.data.extend(range(inserted.num_rows))
        return ids

    def _Search(self, request: m.SearchRequest, response: m.SearchResults) -> None:  # noqa: N802
        options = {pair.key: pair.value for pair in request.search_params}
        keys = list(self._keys(self._inserted).int_id.data)[: int(options.get("topk", "0") or 0)]
        results = response.results
        results.num_queries = request.nq
        results.top_k = len(keys)
        for _ in range(request.nq):
            results.ids.int_id.data.extend(keys)
            results.scores.extend(0.0 for _ in keys)
            results.topks.append(len(keys))
