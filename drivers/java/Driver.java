import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.milvus.orm.iterator.QueryIterator;
import io.milvus.response.QueryResultsWrapper.RowRecord;
import io.milvus.shaded.io.grpc.Status;
import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.client.RetryConfig;
import io.milvus.v2.common.ConsistencyLevel;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.exception.MilvusClientException;
import io.milvus.v2.service.collection.request.*;
import io.milvus.v2.service.index.request.CreateIndexReq;
import io.milvus.v2.service.partition.request.*;
import io.milvus.v2.service.utility.request.FlushReq;
import io.milvus.v2.service.vector.request.*;
import io.milvus.v2.service.vector.request.data.BaseVector;
import io.milvus.v2.service.vector.request.data.FloatVec;
import io.milvus.v2.service.vector.response.*;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** The Java SDK by MilvusClientV2. */
final class Driver {
    private static final Object[] NOTHING = {};

    /** What a user sees: MilvusClientException with a number, or whatever else was thrown. */
    private static JsonObject told(Throwable error) {
        JsonObject found = new JsonObject();
        Throwable cause = error;
        while (cause != null && Status.fromThrowable(cause).getCode() == Status.Code.UNKNOWN && cause.getCause() != null) {
            cause = cause.getCause();
        }
        found.addProperty("kind", error instanceof Exception ? "client" : "panic");
        if (!(error instanceof MilvusClientException)) {
            return found;
        }
        MilvusClientException seen = (MilvusClientException) error;
        switch (seen.getErrorCode()) {
            case SERVER_ERROR:
            case COLLECTION_NOT_FOUND:
                found.addProperty("kind", "server");
                // The number of today, or where the server has only the other one, that.
                found.addProperty("code", seen.getServerErrCode() != 0 ? seen.getServerErrCode() : seen.getLegacyServerCode());
                return found;
            case RPC_ERROR:
                String name = Status.fromThrowable(cause).getCode().name();
                found.addProperty("kind", name.equals("DEADLINE_EXCEEDED") ? "timeout" : "grpc");
                found.addProperty("grpc", name);
                return found;
            case TIMEOUT:
                found.addProperty("kind", "timeout");
        }
        return found;
    }

    private static Object[] connect(Loop.Asked asked) {
        ConnectConfig.ConnectConfigBuilder config = ConnectConfig.builder().uri(asked.text("uri"));
        if (asked.has("token")) {
            config.token(asked.text("token"));
        }
        if (asked.has("database")) {
            config.dbName(asked.text("database"));
        }
        return new Object[] {new MilvusClientV2(config.build())};
    }

    private static void createCollection(MilvusClientV2 client, Loop.Asked asked) {
        boolean texts = "varchar".equals(asked.text("key"));
        CreateCollectionReq.CollectionSchema schema = CreateCollectionReq.CollectionSchema.builder().build();
        AddFieldReq key = AddFieldReq.builder().fieldName("id").isPrimaryKey(true).autoID(asked.yes("auto_id"))
                .dataType(texts ? DataType.VarChar : DataType.Int64).build();
        if (texts) {
            key.setMaxLength(200);
        }
        schema.addField(key);
        schema.addField(AddFieldReq.builder().fieldName("title").dataType(DataType.VarChar).maxLength(200).build());
        schema.addField(AddFieldReq.builder().fieldName("vector").dataType(DataType.FloatVector).dimension(asked.number("dim")).build());
        client.createCollection(CreateCollectionReq.builder().collectionName(asked.text("collection")).collectionSchema(schema).build());
    }

    private static void createIndex(MilvusClientV2 client, Loop.Asked asked) {
        IndexParam index = IndexParam.builder().fieldName(asked.text("field"))
                .indexType(IndexParam.IndexType.valueOf(asked.text("type")))
                .metricType(IndexParam.MetricType.valueOf(asked.text("metric"))).build();
        client.createIndex(CreateIndexReq.builder().collectionName(asked.text("collection"))
                .indexParams(Collections.singletonList(index)).build());
    }

    private static Object[] insert(MilvusClientV2 client, Loop.Asked asked) {
        InsertReq.InsertReqBuilder request = InsertReq.builder().collectionName(asked.text("collection")).data(asked.rows());
        if (asked.has("partition")) {
            request.partitionName(asked.text("partition"));
        }
        InsertResp found = client.insert(request.build());
        return new Object[] {"count", found.getInsertCnt(), "ids", found.getPrimaryKeys()};
    }

    private static Object[] upsert(MilvusClientV2 client, Loop.Asked asked) {
        UpsertReq.UpsertReqBuilder request = UpsertReq.builder().collectionName(asked.text("collection")).data(asked.rows());
        if (asked.has("partition")) {
            request.partitionName(asked.text("partition"));
        }
        UpsertResp found = client.upsert(request.build());
        return new Object[] {"count", found.getUpsertCnt(), "ids", found.getPrimaryKeys()};
    }

    private static void delete(MilvusClientV2 client, Loop.Asked asked) {
        DeleteReq.DeleteReqBuilder request = DeleteReq.builder().collectionName(asked.text("collection"));
        if (asked.has("partition")) {
            request.partitionName(asked.text("partition"));
        }
        if (asked.has("ids")) {
            request.ids(asked.list("ids"));
        }
        if (asked.has("filter")) {
            request.filter(asked.text("filter"));
        }
        client.delete(request.build());
    }

    private static Object[] rows(List<QueryResp.QueryResult> found) {
        List<Map<String, Object>> rows = new ArrayList<>();
        found.forEach(each -> rows.add(each.getEntity()));
        return new Object[] {"rows", rows};
    }

    private static Object[] get(MilvusClientV2 client, Loop.Asked asked) {
        GetReq.GetReqBuilder request = GetReq.builder().collectionName(asked.text("collection")).ids(asked.list("ids"));
        if (asked.has("output_fields")) {
            request.outputFields(asked.list("output_fields"));
        }
        if (asked.has("partitions")) {
            List<String> names = asked.list("partitions");
            if (names.size() != 1) {
                throw new Loop.Skip("get takes one partition");
            }
            request.partitionName(names.get(0));
        }
        return rows(client.get(request.build()).getGetResults());
    }

    private static Object[] query(MilvusClientV2 client, Loop.Asked asked) {
        QueryReq.QueryReqBuilder request = QueryReq.builder().collectionName(asked.text("collection"));
        if (asked.has("filter")) {
            request.filter(asked.text("filter"));
        }
        if (asked.has("output_fields")) {
            request.outputFields(asked.list("output_fields"));
        }
        if (asked.has("limit")) {
            request.limit(asked.number("limit"));
        }
        if (asked.has("offset")) {
            request.offset(asked.number("offset"));
        }
        if (asked.has("partitions")) {
            request.partitionNames(asked.list("partitions"));
        }
        if (asked.has("consistency")) {
            request.consistencyLevel(ConsistencyLevel.valueOf(asked.text("consistency").toUpperCase()));
        }
        return rows(client.query(request.build()).getQueryResults());
    }

    private static Object[] search(MilvusClientV2 client, Loop.Asked asked) {
        List<BaseVector> vectors = new ArrayList<>();
        asked.<List<Float>>list("vectors").forEach(each -> vectors.add(new FloatVec(each)));
        SearchReq.SearchReqBuilder request = SearchReq.builder().collectionName(asked.text("collection")).annsField("vector")
                .data(vectors).limit(asked.number("limit"));
        if (asked.has("filter")) {
            request.filter(asked.text("filter"));
        }
        if (asked.has("output_fields")) {
            request.outputFields(asked.list("output_fields"));
        }
        if (asked.has("offset")) {
            request.offset(asked.number("offset"));
        }
        if (asked.has("partitions")) {
            request.partitionNames(asked.list("partitions"));
        }
        if (asked.has("consistency")) {
            request.consistencyLevel(ConsistencyLevel.valueOf(asked.text("consistency").toUpperCase()));
        }
        List<List<Map<String, Object>>> hits = new ArrayList<>();
        for (List<SearchResp.SearchResult> found : client.search(request.build()).getSearchResults()) {
            List<Map<String, Object>> list = new ArrayList<>();
            for (SearchResp.SearchResult hit : found) {
                Map<String, Object> shown = new HashMap<>();
                shown.put("id", hit.getId());
                shown.put("score", hit.getScore());
                shown.put("fields", hit.getEntity());
                list.add(shown);
            }
            hits.add(list);
        }
        return new Object[] {"hits", hits};
    }

    private static Object[] queryIterator(MilvusClientV2 client, Loop.Asked asked) {
        QueryIteratorReq.QueryIteratorReqBuilder request = QueryIteratorReq.builder().collectionName(asked.text("collection"))
                .batchSize(asked.number("batch"));
        if (asked.has("filter")) {
            request.expr(asked.text("filter"));
        }
        if (asked.has("output_fields")) {
            request.outputFields(asked.list("output_fields"));
        }
        if (asked.has("limit")) {
            request.limit(asked.number("limit"));
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        QueryIterator pages = client.queryIterator(request.build());
        for (List<RowRecord> page = pages.next(); !page.isEmpty(); page = pages.next()) {
            page.forEach(each -> rows.add(each.getFieldValues()));
        }
        pages.close();
        return new Object[] {"rows", rows};
    }

    private static Loop.Operation<MilvusClientV2> plain(BiConsumer<MilvusClientV2, Loop.Asked> operation) {
        return (client, asked) -> {
            operation.accept(client, asked);
            return NOTHING;
        };
    }

    /** Name a timeout, for each try and for all of them; the client keeps both, and another call names none. */
    private static MilvusClientV2 limited(MilvusClientV2 client, long milliseconds) {
        RetryConfig.RetryConfigBuilder retry = RetryConfig.builder();
        return client.withTimeout(milliseconds, TimeUnit.MILLISECONDS)
                .withRetry((milliseconds == 0 ? retry : retry.maxRetryTimeoutMs(milliseconds)).build());
    }

    private static Loop.Operation<MilvusClientV2> within(Loop.Operation<MilvusClientV2> operation) {
        return (client, asked) -> {
            if (asked.timeout == 0) {
                return operation.of(client, asked);
            }
            try {
                return operation.of(limited(client, (long) (asked.timeout * 1000)), asked);
            } finally {
                limited(client, 0);
            }
        };
    }

    public static void main(String[] words) throws Exception {
        Map<String, Loop.Operation<MilvusClientV2>> all = new HashMap<>();
        all.put("close", plain((client, asked) -> client.close()));
        all.put("create_collection", plain(Driver::createCollection));
        all.put("create_index", plain(Driver::createIndex));
        all.put("drop_collection", plain((client, asked) ->
                client.dropCollection(DropCollectionReq.builder().collectionName(asked.text("collection")).build())));
        all.put("load", plain((client, asked) ->
                client.loadCollection(LoadCollectionReq.builder().collectionName(asked.text("collection")).build())));
        all.put("release", plain((client, asked) ->
                client.releaseCollection(ReleaseCollectionReq.builder().collectionName(asked.text("collection")).build())));
        all.put("flush", plain((client, asked) ->
                client.flush(FlushReq.builder().collectionNames(Collections.singletonList(asked.text("collection"))).build())));
        all.put("has_collection", (client, asked) -> new Object[] {"value",
                client.hasCollection(HasCollectionReq.builder().collectionName(asked.text("collection")).build())});
        all.put("list_collections", (client, asked) -> new Object[] {"names", client.listCollections().getCollectionNames()});
        all.put("describe_collection", (client, asked) -> new Object[] {"fields",
                client.describeCollection(DescribeCollectionReq.builder().collectionName(asked.text("collection")).build()).getFieldNames()});
        all.put("create_partition", plain((client, asked) -> client.createPartition(CreatePartitionReq.builder()
                .collectionName(asked.text("collection")).partitionName(asked.text("partition")).build())));
        all.put("drop_partition", plain((client, asked) -> client.dropPartition(DropPartitionReq.builder()
                .collectionName(asked.text("collection")).partitionName(asked.text("partition")).build())));
        all.put("has_partition", (client, asked) -> new Object[] {"value", client.hasPartition(HasPartitionReq.builder()
                .collectionName(asked.text("collection")).partitionName(asked.text("partition")).build())});
        all.put("list_partitions", (client, asked) -> new Object[] {"names",
                client.listPartitions(ListPartitionsReq.builder().collectionName(asked.text("collection")).build())});
        all.put("insert", Driver::insert);
        all.put("upsert", Driver::upsert);
        all.put("delete", plain(Driver::delete));
        all.put("get", Driver::get);
        all.put("query", Driver::query);
        all.put("search", Driver::search);
        all.put("query_iterator", Driver::queryIterator);
        all.replaceAll((name, operation) -> within(operation));
        all.put("connect", (client, asked) -> connect(asked));
        JsonObject hello = new JsonObject();
        hello.addProperty("sdk", "milvus-sdk-java");
        hello.addProperty("version", words[0]);
        JsonArray features = new JsonArray();
        features.add("call-timeout");
        hello.add("features", features);
        Loop.serve(hello, all, Driver::told);
    }
}
