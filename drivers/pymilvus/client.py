"""pymilvus by MilvusClient."""

from base import KEYS, describe, given, hello, hits_of, rows_of
from driver_loop import Skip, serve
from pymilvus import DataType, MilvusClient


def connect(uri, token=None, database=None, timeout=None):
    return MilvusClient(uri=uri, **given(token=token, db_name=database, timeout=timeout))


def close(client):
    client.close()


def create_collection(client, collection, key, dim, auto_id=False, **options):
    schema = client.create_schema(auto_id=auto_id)
    more = {"max_length": 200} if key == "varchar" else {}
    schema.add_field("id", KEYS[key], is_primary=True, **more)
    schema.add_field("title", DataType.VARCHAR, max_length=200)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    client.create_collection(collection, schema=schema, **options)


def drop_collection(client, collection, **options):
    client.drop_collection(collection, **options)


def has_collection(client, collection, **options):
    return {"value": client.has_collection(collection, **options)}


def list_collections(client, **options):
    return {"names": client.list_collections(**options)}


def describe_collection(client, collection, **options):
    return {"fields": [each["name"] for each in client.describe_collection(collection, **options)["fields"]]}


def create_partition(client, collection, partition, **options):
    client.create_partition(collection, partition, **options)


def drop_partition(client, collection, partition, **options):
    client.drop_partition(collection, partition, **options)


def has_partition(client, collection, partition, **options):
    return {"value": client.has_partition(collection, partition, **options)}


def list_partitions(client, collection, **options):
    return {"names": client.list_partitions(collection, **options)}


def create_index(client, collection, field, type, metric, **options):
    params = client.prepare_index_params()
    params.add_index(field, index_type=type, metric_type=metric)
    client.create_index(collection, params, **options)


def load(client, collection, **options):
    client.load_collection(collection, **options)


def release(client, collection, **options):
    client.release_collection(collection, **options)


def flush(client, collection, **options):
    client.flush(collection, **options)


def insert(client, collection, rows, partition=None, **options):
    found = client.insert(collection, rows, **given(partition_name=partition), **options)
    return {"count": found["insert_count"], "ids": list(found["ids"])}


def upsert(client, collection, rows, partition=None, **options):
    found = client.upsert(collection, rows, **given(partition_name=partition), **options)
    # Releases before 2.6 call the keys something else, or, where they are waited for, do not return them.
    keys = next((found[name] for name in ("ids", "primary_keys") if name in found), None)
    if keys is None:
        raise Skip("upsert returns no keys")
    return {"count": found["upsert_count"], "ids": list(keys)}


def delete(client, collection, ids=None, filter=None, partition=None, **options):
    client.delete(collection, **given(ids=ids, filter=filter, partition_name=partition), **options)


def get(client, collection, ids, output_fields=None, partitions=None, **options):
    return rows_of(
        client.get(collection, ids, **given(output_fields=output_fields, partition_names=partitions), **options)
    )


def query(client, collection, filter="", output_fields=None, limit=None, offset=None, partitions=None, consistency=None,
          **options):  # fmt: skip
    more = given(output_fields=output_fields, limit=limit, offset=offset, partition_names=partitions,
                 consistency_level=consistency)  # fmt: skip
    return rows_of(client.query(collection, filter, **more, **options))


def search(client, collection, vectors, limit, offset=None, filter=None, output_fields=None, partitions=None,
           consistency=None, **options):  # fmt: skip
    more = given(filter=filter, output_fields=output_fields, partition_names=partitions, offset=offset,
                 consistency_level=consistency)  # fmt: skip
    return hits_of(client.search(collection, vectors, limit=limit, **more, **options))


def query_iterator(client, collection, filter="", output_fields=None, batch=10, limit=None, **options):
    more = given(filter=filter, output_fields=output_fields, limit=limit)
    pages = client.query_iterator(collection, batch_size=batch, **more, **options)
    found = []
    try:
        while page := pages.next():
            found += page
    finally:
        pages.close()
    return rows_of(found)


OPERATIONS = (connect, close, create_collection, drop_collection, has_collection, list_collections, describe_collection,
              create_partition, drop_partition, has_partition, list_partitions, create_index, load, release, flush,
              insert, upsert, delete, get, query, search, query_iterator)  # fmt: skip

if __name__ == "__main__":
    serve(hello("client"), {each.__name__: each for each in OPERATIONS}, describe)
