"""Calls to the core RPCs, with the arguments that tests name and nothing else.

Each function builds one valid request; a test derives the wrong ones from it with
`Call.but`. They stand in `wire/requests/`, a module for each family of RPCs; here is all of them.
"""

from milvus_tck.wire.requests.aliases import (
    alter_alias,
    create_alias,
    describe_alias,
    drop_alias,
    list_aliases,
)
from milvus_tck.wire.requests.collections import (
    alter_collection,
    create_collection,
    describe_collection,
    drop_collection,
    get_collection_statistics,
    has_collection,
    rename_collection,
    show_collections,
)
from milvus_tck.wire.requests.databases import (
    alter_database,
    create_database,
    describe_database,
    drop_database,
    list_databases,
)
from milvus_tck.wire.requests.indexes import (
    create_index,
    describe_index,
    drop_index,
    get_index_build_progress,
    get_index_state,
    get_index_statistics,
)
from milvus_tck.wire.requests.loading import (
    get_load_state,
    get_loading_progress,
    get_query_segment_info,
    get_replicas,
    load_balance,
    load_collection,
    load_partitions,
    release_collection,
    release_partitions,
)
from milvus_tck.wire.requests.options import (
    as_json,
)
from milvus_tck.wire.requests.partitions import (
    create_partition,
    drop_partition,
    get_partition_statistics,
    has_partition,
    show_partitions,
)
from milvus_tck.wire.requests.reading import (
    calc_distance,
    query,
    search,
)
from milvus_tck.wire.requests.storage import (
    flush,
    flush_all,
    get_compaction_state,
    get_compaction_state_with_plans,
    get_flush_all_state,
    get_flush_state,
    get_persistent_segment_info,
    manual_compaction,
)
from milvus_tck.wire.requests.system import (
    alloc_timestamp,
    check_health,
    connect,
    dummy,
    get_component_states,
    get_metrics,
    get_version,
    register_link,
)
from milvus_tck.wire.requests.writing import (
    delete,
    insert,
    upsert,
)

__all__ = [
    "alloc_timestamp",
    "alter_alias",
    "alter_collection",
    "alter_database",
    "as_json",
    "calc_distance",
    "check_health",
    "connect",
    "create_alias",
    "create_collection",
    "create_database",
    "create_index",
    "create_partition",
    "delete",
    "describe_alias",
    "describe_collection",
    "describe_database",
    "describe_index",
    "drop_alias",
    "drop_collection",
    "drop_database",
    "drop_index",
    "drop_partition",
    "dummy",
    "flush",
    "flush_all",
    "get_collection_statistics",
    "get_compaction_state",
    "get_compaction_state_with_plans",
    "get_component_states",
    "get_flush_all_state",
    "get_flush_state",
    "get_index_build_progress",
    "get_index_state",
    "get_index_statistics",
    "get_load_state",
    "get_loading_progress",
    "get_metrics",
    "get_partition_statistics",
    "get_persistent_segment_info",
    "get_query_segment_info",
    "get_replicas",
    "get_version",
    "has_collection",
    "has_partition",
    "insert",
    "list_aliases",
    "list_databases",
    "load_balance",
    "load_collection",
    "load_partitions",
    "manual_compaction",
    "query",
    "register_link",
    "release_collection",
    "release_partitions",
    "rename_collection",
    "search",
    "show_collections",
    "show_partitions",
    "upsert",
]
