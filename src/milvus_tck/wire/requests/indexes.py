"""Calls about indexes."""

from collections.abc import Mapping
from typing import Any

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.requests.options import as_json

__all__ = [
    "create_index",
    "describe_index",
    "drop_index",
    "get_index_build_progress",
    "get_index_state",
    "get_index_statistics",
]


def create_index(
    collection: str,
    field: str,
    index_type: str | None,
    metric: str | None = None,
    params: Mapping[str, Any] | None = None,
    *,
    name: str = "",
) -> Call[m.Status]:
    """Create an index; what is `None` is not sent, so that the server's default counts."""
    given = {
        "index_type": index_type,
        "metric_type": metric,
        "params": None if params is None else as_json(params),
    }
    extra = key_values({key: value for key, value in given.items() if value is not None})
    request = m.CreateIndexRequest(collection_name=collection, field_name=field, index_name=name, extra_params=extra)
    return Call("CreateIndex", request)


def describe_index(collection: str, field: str = "", name: str = "") -> Call[m.DescribeIndexResponse]:
    """Ask for the indexes of a collection; an empty name asks for all."""
    request = m.DescribeIndexRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("DescribeIndex", request)


def get_index_state(collection: str, field: str = "", name: str = "") -> Call[m.GetIndexStateResponse]:
    """Ask for the state of an index."""
    request = m.GetIndexStateRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("GetIndexState", request)


def get_index_build_progress(collection: str, field: str = "", name: str = "") -> Call[m.GetIndexBuildProgressResponse]:
    """Ask how many rows of an index are built."""
    request = m.GetIndexBuildProgressRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("GetIndexBuildProgress", request)


def drop_index(collection: str, field: str = "", name: str = "") -> Call[m.Status]:
    """Drop an index."""
    request = m.DropIndexRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("DropIndex", request)


def get_index_statistics(collection: str) -> Call[m.GetIndexStatisticsResponse]:
    """Ask how much of a collection is indexed, index by index."""
    return Call("GetIndexStatistics", m.GetIndexStatisticsRequest(collection_name=collection))
