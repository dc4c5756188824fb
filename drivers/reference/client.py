"""A small client of the protocol that keeps every promise: what the reference driver drives in place of an SDK."""

import json
import time

import grpc
import numpy as np

from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import key_values
from milvus_tck.wire.columns import column, read_column
from milvus_tck.wire.descriptors import SERVICE, message_class, methods
from milvus_tck.wire.schema import int64_key, varchar, vector
from milvus_tck.wire.search import read_hits

__all__ = ["Client", "ClientError"]

#: What says that a request may be sent again, since nothing was done.
RATE_LIMIT = 8
TRIES, PAUSE = 8, 0.02
#: What says that a collection is not there: today's numbers, and those of servers that have only the legacy one.
ABSENT, LEGACY_ABSENT = {100}, {4}
LEVELS = {"Strong": 0, "Session": 1, "Bounded": 2, "Eventually": 3}


class ClientError(Exception):
    """What a user sees; `kind`, `code` and `grpc` are those of the driver protocol."""

    def __init__(self, kind, message, code=None, grpc_code=""):
        super().__init__(message)
        self.kind, self.code, self.grpc = kind, code, grpc_code


class Client:
    """A connection to a server."""

    def __init__(self, uri, token="", database="", timeout=10.0):
        self.channel = grpc.insecure_channel(uri.partition("://")[2], [("grpc.enable_retries", 0)])
        self.metadata = [("dbname", database)] if database else []
        if token:
            import base64

            self.metadata.append(("authorization", base64.b64encode(token.encode()).decode()))
        self.keys = {}
        info = m.ClientInfo(sdk_type="reference", sdk_version="1")
        answer = self.call("Connect", m.ConnectRequest(client_info=info), timeout)
        self.metadata.append(("identifier", str(answer.identifier)))

    def close(self):
        self.channel.close()

    # -- one call ----------------------------------------------------------------------

    def call(self, rpc, request, timeout=None, allowed=()):
        """Send a request; a rate limit is waited for, within the timeout."""
        until = None if timeout is None else time.monotonic() + timeout
        for left in reversed(range(TRIES)):
            answer = self.once(rpc, request, None if until is None else max(until - time.monotonic(), 0.001))
            status = self.status_of(answer)
            if status.code != RATE_LIMIT or not left:
                break
            time.sleep(PAUSE)
        self.check(status, allowed)
        return answer

    def once(self, rpc, request, timeout):
        """Send a request once."""
        method = self.channel.unary_unary(f"/{SERVICE}/{rpc}")
        try:
            payload = method(request.SerializeToString(), timeout=timeout, metadata=self.metadata)
        except grpc.RpcError as error:
            kind = "timeout" if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED else "grpc"
            raise ClientError(kind, error.details() or "", grpc_code=error.code().name) from error
        try:
            return message_class(methods()[rpc].output_type.full_name).FromString(payload)
        except Exception as error:
            raise ClientError("decode", f"the answer to {rpc} cannot be read: {error}") from error

    def status_of(self, answer):
        return answer if isinstance(answer, m.Status) else answer.status

    def check(self, status, allowed=()):
        """Raise what a Status says, by either of its numbers."""
        if (status.code or status.error_code) and (status.code or status.error_code) not in allowed:
            raise ClientError("server", status.reason, status.code or status.error_code)

    # -- collections -------------------------------------------------------------------

    def has_collection(self, collection, timeout=None):
        # Only what says that it is not there means no.
        answer = self.call("DescribeCollection", m.DescribeCollectionRequest(collection_name=collection), timeout,
                           allowed=ABSENT | LEGACY_ABSENT)  # fmt: skip
        return not (answer.status.code or answer.status.error_code)

    def list_collections(self, timeout=None):
        return list(self.call("ShowCollections", m.ShowCollectionsRequest(), timeout).collection_names)

    def describe_collection(self, collection, timeout=None):
        answer = self.call("DescribeCollection", m.DescribeCollectionRequest(collection_name=collection), timeout)
        key = next((each for each in answer.schema.fields if each.is_primary_key), None)
        if key is None:
            raise ClientError("decode", "the answer names no primary key")
        self.keys[collection] = key
        return answer.schema

    def create_collection(self, collection, key, dim, auto_id=False, timeout=None):
        first = int64_key("id", auto_id=auto_id) if key == "int64" else varchar("id", 200, primary=True)
        fields = (first, varchar("title", 200), vector("vector", dim))
        self.call("CreateCollection", calls.create_collection(collection, *fields).request, timeout)

    def drop_collection(self, collection, timeout=None):
        self.keys.pop(collection, None)
        self.call("DropCollection", m.DropCollectionRequest(collection_name=collection), timeout)

    def create_index(self, collection, field, type, metric, timeout=None):
        self.call("CreateIndex", calls.create_index(collection, field, type, metric, {}).request, timeout)

    def load(self, collection, timeout=60.0):
        until = time.monotonic() + timeout
        self.call("LoadCollection", m.LoadCollectionRequest(collection_name=collection), timeout)
        request = m.GetLoadingProgressRequest(collection_name=collection)
        while self.call("GetLoadingProgress", request, timeout).progress < 100:
            if time.monotonic() > until:
                raise ClientError("timeout", f"{collection} is not loaded after {timeout} s")
            time.sleep(PAUSE)

    def release(self, collection, timeout=None):
        self.call("ReleaseCollection", m.ReleaseCollectionRequest(collection_name=collection), timeout)

    def flush(self, collection, timeout=None):
        self.call("Flush", m.FlushRequest(collection_names=[collection]), timeout)

    def create_partition(self, collection, partition, timeout=None):
        self.call("CreatePartition", calls.create_partition(collection, partition).request, timeout)

    def drop_partition(self, collection, partition, timeout=None):
        self.call("DropPartition", calls.drop_partition(collection, partition).request, timeout)

    def has_partition(self, collection, partition, timeout=None):
        return self.call("HasPartition", calls.has_partition(collection, partition).request, timeout).value

    def list_partitions(self, collection, timeout=None):
        request = m.ShowPartitionsRequest(collection_name=collection)
        return list(self.call("ShowPartitions", request, timeout).partition_names)

    # -- rows --------------------------------------------------------------------------

    def key_of(self, collection, timeout=None):
        if collection not in self.keys:
            self.describe_collection(collection, timeout)
        return self.keys[collection]

    def write(self, rpc, collection, rows, partition="", timeout=None):
        """Insert or upsert rows, each a mapping; returns the keys."""
        schema = self.describe_collection(collection, timeout)
        own = [each for each in schema.fields if not each.autoID]
        columns = []
        for each in own:
            values = [row[each.name] for row in rows]
            columns.append(
                column(each.name, each.data_type, np.array(values, "<f4") if each.data_type == 101 else values)
            )
        call = (calls.insert if rpc == "Insert" else calls.upsert)(collection, columns, len(rows), partition=partition)
        answer = self.call(rpc, call.request, timeout)
        keys = [*answer.IDs.int_id.data, *answer.IDs.str_id.data]
        if len(keys) != len(rows):
            raise ClientError("decode", f"{len(rows)} rows were written, and {len(keys)} keys came back")
        return keys

    def filter_of(self, collection, ids, timeout=None):
        """Write the filter that selects keys; they are data, whatever stands in them."""
        name = self.key_of(collection, timeout).name
        return f"{name} in [{', '.join(self.literal(each) for each in ids)}]"

    def literal(self, value):
        return json.dumps(value, ensure_ascii=False)

    def delete(self, collection, ids=None, filter="", partition="", timeout=None):
        expr = filter if ids is None else self.filter_of(collection, ids, timeout)
        self.call("Delete", calls.delete(collection, expr, partition=partition).request, timeout)

    def get(self, collection, ids, output_fields=(), partitions=(), timeout=None):
        return self.query(collection, self.filter_of(collection, ids, timeout), output_fields, partitions=partitions,
                          timeout=timeout)  # fmt: skip

    def query(self, collection, filter="", output_fields=(), limit=None, offset=None, partitions=(), consistency=None,
              timeout=None):  # fmt: skip
        options = {"limit": limit, "offset": offset}
        request = m.QueryRequest(
            collection_name=collection, expr=filter, output_fields=output_fields, partition_names=partitions,
            query_params=key_values({key: str(value) for key, value in options.items() if value is not None}),
            **self.consistency(consistency),
        )  # fmt: skip
        return self.rows_of(self.call("Query", request, timeout))

    def consistency(self, level):
        return {"use_default_consistency": True} if level is None else {"consistency_level": LEVELS[level]}

    def rows_of(self, answer):
        columns = {each.field_name: read_column(each) for each in answer.fields_data}
        if len({len(values) for values in columns.values()}) > 1:
            raise ClientError("decode", "the columns of the answer have different lengths")
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def search(self, collection, vectors, limit, offset=None, filter="", output_fields=(), partitions=(),
               consistency=None, timeout=None):  # fmt: skip
        call = calls.search(collection, np.array(vectors, "<f4"), field="vector", topk=limit, metric="L2", expr=filter,
                            output=output_fields, partitions=partitions)  # fmt: skip
        call.request.ClearField("consistency_level")
        call.request.MergeFrom(m.SearchRequest(**self.consistency(consistency)))
        if offset is not None:
            call.request.search_params.add(key="offset", value=str(offset))
        answer = self.call("Search", call.request, timeout)
        try:
            found = read_hits(answer)
        except ValueError as error:
            raise ClientError("decode", str(error)) from error
        return [
            [{"id": key, "score": score, "fields": {name: values[at] for name, values in each.columns.items()}}
             for at, (key, score) in enumerate(zip(each.ids, each.scores, strict=True))]
            for each in found
        ]  # fmt: skip

    def query_iterator(self, collection, filter="", output_fields=(), batch=10, limit=None, timeout=None):
        """Read page after page, each behind the last key of the one before."""
        key = self.key_of(collection, timeout).name
        found, last = [], None
        while limit is None or len(found) < limit:
            parts = [f"({filter})"] if filter else []
            parts += [f"{key} > {self.literal(last)}"] if last is not None else []
            page = self.query(collection, " and ".join(parts), [key, *output_fields], batch, timeout=timeout)
            if not page:
                break
            found += page
            last = max(row[key] for row in page)
        return found[:limit]
