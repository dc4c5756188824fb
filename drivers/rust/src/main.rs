//! The Rust SDK by ClientV2.

mod values;

use std::collections::HashMap;
use std::io::{stdin, stdout, BufRead, Write};
use std::time::Duration;

use milvus::v2::error::{Error, Result};
use milvus::v2::prelude::*;
use serde_json::{json, Value};
use values::{keys, wire, Args};

const OPERATIONS: [&str; 22] = [
    "close", "connect", "create_collection", "create_index", "create_partition", "delete", "describe_collection",
    "drop_collection", "drop_partition", "flush", "get", "has_collection", "has_partition", "insert", "list_collections",
    "list_partitions", "load", "query", "query_iterator", "release", "search", "upsert",
];

/// What a user sees of an error.
fn described(error: &Error) -> Value {
    let (kind, code, grpc) = match error {
        Error::Server(told) => ("server", Some(if told.code() != 0 { told.code() } else { told.legacy_code() }), String::new()),
        Error::Grpc(told) => {
            let name = grpc_name(&format!("{:?}", told.code()));
            (if name == "DEADLINE_EXCEEDED" { "timeout" } else { "grpc" }, None, name)
        }
        Error::Timeout(_) => ("timeout", None, String::new()),
        Error::MalformedResponse(_) | Error::Conversion(_) => ("decode", None, String::new()),
        Error::RetryExhausted { source, .. } => {
            let mut found = described(source);
            found["message"] = json!(error.to_string());
            return found;
        }
        _ => ("client", None, String::new()),
    };
    let name = format!("{error:?}");
    let kind_of = name.split(['(', ' ', '{']).next().unwrap_or_default();
    json!({"kind": kind, "type": kind_of, "message": error.to_string(), "code": code, "grpc": grpc})
}

/// Write InvalidArgument as INVALID_ARGUMENT.
fn grpc_name(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.chars().enumerate() {
        if at > 0 && letter.is_uppercase() {
            text.push('_');
        }
        text.extend(letter.to_uppercase());
    }
    text
}

/// Leave out what was not asked for: `with!(builder, args.has("limit"), limit(args.number("limit")))`.
macro_rules! with {
    ($builder:ident, $args:ident, $name:literal, $method:ident, $value:expr) => {
        if $args.has($name) {
            $builder = $builder.$method($value);
        }
    };
}

fn level(name: &str) -> ConsistencyLevel {
    match name {
        "Strong" => ConsistencyLevel::Strong,
        "Session" => ConsistencyLevel::Session,
        "Bounded" => ConsistencyLevel::Bounded,
        _ => ConsistencyLevel::Eventually,
    }
}

/// The only value of its kind that the protocol asks for today.
fn one_of<T>(name: &str, known: &str, value: T) -> T {
    assert!(name == known, "driver: {name} is not known here");
    value
}

async fn connect(args: &Args) -> Result<ClientV2> {
    let mut config = ConnectConfig::new().uri(args.text("uri"));
    with!(config, args, "token", token, args.text("token"));
    with!(config, args, "database", database, args.text("database"));
    ClientV2::new(&config).await
}

fn schema(args: &Args) -> CollectionSchema {
    let key = FieldSchema::new().name("id").primary_key(true).auto_id(args.yes("auto_id"));
    let key = if args.text("key") == "varchar" {
        key.data_type(DataType::VarChar).max_length(200)
    } else {
        key.data_type(DataType::Int64)
    };
    CollectionSchema::new()
        .add_field(key)
        .add_field(FieldSchema::new().name("title").data_type(DataType::VarChar).max_length(200))
        .add_field(FieldSchema::new().name("vector").data_type(DataType::FloatVector).dimension(args.number("dim") as u32))
}

fn rows(found: &QueryResults) -> Result<Vec<Value>> {
    found.rows()?.map(|row| Ok(wire(&Value::Object(row.to_entity_row()?)))).collect()
}

fn insertion(args: &Args) -> Result<InsertRequest> {
    let mut request = InsertRequest::builder().collection_name(args.text("collection")).rows(args.list("rows"));
    with!(request, args, "partition", partition_name, args.text("partition"));
    request.build()
}

async fn delete(client: &ClientV2, args: &Args) -> Result<()> {
    let mut request = DeleteRequest::builder().collection_name(args.text("collection"));
    with!(request, args, "partition", partition_name, args.text("partition"));
    with!(request, args, "filter", filter, args.text("filter"));
    with!(request, args, "ids", ids, args.ids());
    client.delete(request.build()?).await?;
    Ok(())
}

fn question(args: &Args) -> Result<QueryRequest> {
    let mut request = QueryRequest::builder().collection_name(args.text("collection"));
    with!(request, args, "filter", filter, args.text("filter"));
    with!(request, args, "output_fields", output_fields, args.texts("output_fields"));
    with!(request, args, "offset", offset, args.number("offset"));
    with!(request, args, "partitions", partition_names, args.texts("partitions"));
    with!(request, args, "consistency", consistency_level, level(&args.text("consistency")));
    if !args.has("batch") {
        with!(request, args, "limit", limit, args.number("limit"));
    }
    request.build()
}

async fn get(client: &ClientV2, args: &Args) -> Result<Value> {
    let mut request = GetRequest::builder().collection_name(args.text("collection")).ids(args.ids());
    with!(request, args, "output_fields", output_fields, args.texts("output_fields"));
    with!(request, args, "partitions", partition_names, args.texts("partitions"));
    Ok(json!({"rows": rows(client.get(request.build()?).await?.results())?}))
}

async fn search(client: &ClientV2, args: &Args) -> Result<Value> {
    let mut request = SearchRequest::builder()
        .collection_name(args.text("collection"))
        .vector_field("vector")
        .vectors(SearchVectors::Float(args.vectors()))
        .limit(args.number("limit"));
    with!(request, args, "filter", filter, args.text("filter"));
    with!(request, args, "output_fields", output_fields, args.texts("output_fields"));
    with!(request, args, "offset", offset, args.number("offset"));
    with!(request, args, "partitions", partition_names, args.texts("partitions"));
    with!(request, args, "consistency", consistency_level, level(&args.text("consistency")));
    let found = client.search(request.build()?).await?;
    let mut hits = vec![];
    for result in found.results().iter() {
        let mut list = vec![];
        for row in result.rows()? {
            let mut fields = row.to_entity_row()?;
            let score = fields.remove("score").unwrap_or_default();
            let id = fields.get("id").cloned().unwrap_or_default();
            list.push(json!({"id": wire(&id), "score": wire(&score), "fields": wire(&Value::Object(fields))}));
        }
        hits.push(json!(list));
    }
    Ok(json!({"hits": hits}))
}

async fn query_iterator(client: &ClientV2, args: &Args) -> Result<Value> {
    let mut request = QueryIteratorRequest::builder().query(question(args)?).batch_size(args.number("batch") as usize);
    with!(request, args, "limit", limit, args.number("limit"));
    let mut pages = client.query_iterator(request.build()?).await?;
    let mut list = vec![];
    while let Some(page) = pages.next().await? {
        list.extend(rows(page.results())?);
    }
    pages.close().await?;
    Ok(json!({"rows": list}))
}

/// Build a request that names a collection, and what else is given, in the way of the SDK.
macro_rules! of {
    ($request:ident, $args:ident $(, $method:ident, $value:expr)*) => {
        $request::builder().collection_name($args.text("collection"))$(.$method($value))*.build()?
    };
}

async fn done(client: &ClientV2, op: &str, args: &Args) -> Result<Value> {
    let partition = || args.text("partition");
    match op {
        "create_collection" => client.create_collection(of!(CreateCollectionRequest, args, schema, schema(args))).await.map(drop)?,
        "drop_collection" => client.drop_collection(of!(DropCollectionRequest, args)).await.map(drop)?,
        "load" => client.load_collection(of!(LoadCollectionRequest, args)).await.map(drop)?,
        "release" => client.release_collection(of!(ReleaseCollectionRequest, args)).await.map(drop)?,
        "create_partition" => client.create_partition(of!(CreatePartitionRequest, args, partition_name, partition())).await.map(drop)?,
        "drop_partition" => client.drop_partition(of!(DropPartitionRequest, args, partition_name, partition())).await.map(drop)?,
        "delete" => delete(client, args).await?,
        "flush" => {
            let request = FlushRequest::builder().collection_names([args.text("collection")]).build()?;
            client.flush(request).await.map(drop)?
        }
        "create_index" => {
            let index = IndexParam::new()
                .field_name(args.text("field"))
                .index_type(one_of(&args.text("type"), "FLAT", IndexType::Flat))
                .metric_type(one_of(&args.text("metric"), "L2", MetricType::L2));
            client.create_index(of!(CreateIndexRequest, args, index_params, vec![index])).await?
        }
        "has_collection" => return Ok(json!({"value": client.has_collection(of!(HasCollectionRequest, args)).await?.exists()})),
        "list_collections" => {
            let found = client.list_collections(ListCollectionsRequest::builder().build()?).await?;
            return Ok(json!({"names": found.collection_names()}));
        }
        "describe_collection" => {
            let found = client.describe_collection(of!(DescribeCollectionRequest, args)).await?;
            let names: Vec<_> = found.description().get_schema().get_fields().iter().map(|each| each.get_name()).collect();
            return Ok(json!({"fields": names}));
        }
        "has_partition" => {
            let found = client.has_partition(of!(HasPartitionRequest, args, partition_name, partition())).await?;
            return Ok(json!({"value": found.exists()}));
        }
        "list_partitions" => {
            let found = client.list_partitions(of!(ListPartitionsRequest, args)).await?;
            return Ok(json!({"names": found.partition_names()}));
        }
        "insert" => {
            let found = client.insert(insertion(args)?).await?;
            return Ok(json!({"count": wire(&json!(found.insert_count())), "ids": keys(found.ids())}));
        }
        "upsert" => {
            let found = client.upsert(UpsertRequest::builder().insert(insertion(args)?).build()?).await?;
            return Ok(json!({"count": wire(&json!(found.upsert_count())), "ids": keys(found.ids())}));
        }
        "get" => return get(client, args).await,
        "query" => return Ok(json!({"rows": rows(client.query(question(args)?).await?.results())?})),
        "search" => return search(client, args).await,
        _ => return query_iterator(client, args).await,
    }
    Ok(json!({}))
}

/// Name a timeout, for each try and for all of them; the client keeps both, and another call names none.
fn limit(client: &ClientV2, timeout: Duration) {
    client.set_rpc_deadline(timeout);
    client.set_retry_param(RetryConfig::new().max_retry_timeout(timeout));
}

async fn answer(request: &Value, clients: &mut HashMap<String, ClientV2>) -> Value {
    let op = request["op"].as_str().unwrap_or_default().to_owned();
    let name = request["client"].as_str().unwrap_or_default().to_owned();
    let timeout = request["options"]["timeout"].as_f64().map(Duration::from_secs_f64);
    let args = Args(request["args"].clone());
    if op == "hello" {
        let version = std::env::args().nth(1).unwrap_or_default();
        let hello = json!({"sdk": "milvus-sdk-rust", "version": version, "language": "rust", "operations": OPERATIONS,
                           "features": ["call-timeout"]});
        return json!({"ok": true, "result": hello});
    }
    if !OPERATIONS.contains(&op.as_str()) {
        return json!({"skip": format!("milvus-sdk-rust has no {op}")});
    }
    // A task of its own: what panics there ends no other.
    let client = clients.get(&name).cloned();
    let task = tokio::spawn(async move {
        match client {
            _ if op == "connect" => connect(&args).await.map(|made| (Some(made), json!({}))),
            None => panic!("driver: there is no client of that name"),
            Some(_) if op == "close" => Ok((None, json!({}))),
            Some(client) => {
                limit(&client, timeout.unwrap_or_default());
                let found = done(&client, &op, &args).await;
                limit(&client, Duration::ZERO);
                Ok((Some(client), found?))
            }
        }
    });
    match task.await {
        Ok(Ok((client, result))) => {
            match client {
                Some(client) => clients.insert(name, client),
                None => clients.remove(&name), // dropped, which closes it
            };
            json!({"ok": true, "result": result})
        }
        Ok(Err(error)) => json!({"ok": false, "error": described(&error)}),
        Err(panic) => {
            // What this driver says of itself is no panic of the SDK.
            let kind = if panic.to_string().contains("driver: ") { "driver" } else { "panic" };
            json!({"ok": false, "error": {"kind": kind, "type": "panic", "message": panic.to_string()}})
        }
    }
}

#[tokio::main]
async fn main() {
    let mut clients = HashMap::new();
    for line in stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.expect("a line")).expect("a request");
        let told = answer(&request, &mut clients).await.to_string();
        // The protocol knows an answer by how its line begins.
        println!("{{\"mtck\":1,\"id\":{},{}", request["id"], &told[1..]);
        stdout().flush().expect("somebody who reads");
    }
}
