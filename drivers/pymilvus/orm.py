"""pymilvus by its objects: connections under aliases, Collection, Partition and utility."""

import itertools

from base import KEYS, describe, given, hello, hits_of, rows_of
from driver_loop import Skip, serve
from pymilvus import Collection, CollectionSchema, DataType, FieldSchema, connections, utility

_ALIASES = (f"tck{number}" for number in itertools.count(1))


class Client:
    """An alias, with the objects that were made of it: an ordinary program keeps them."""

    def __init__(self, alias):
        self.alias = alias
        self.collections = {}

    def collection(self, name, **options):
        if name not in self.collections:
            self.collections[name] = Collection(name, using=self.alias, **options)
        return self.collections[name]


def connect(uri, token=None, database=None, timeout=None):
    alias = next(_ALIASES)
    connections.connect(alias, uri=uri, **given(token=token, db_name=database, timeout=timeout))
    return Client(alias)


def close(client):
    connections.disconnect(client.alias)


def create_collection(client, collection, key, dim, auto_id=False, **options):
    more = {"max_length": 200} if key == "varchar" else {}
    fields = [
        FieldSchema("id", KEYS[key], is_primary=True, auto_id=auto_id, **more),
        FieldSchema("title", DataType.VARCHAR, max_length=200),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=dim),
    ]
    client.collections[collection] = Collection(collection, CollectionSchema(fields), using=client.alias, **options)


def drop_collection(client, collection, **options):
    client.collection(collection, **options).drop(**options)


def has_collection(client, collection, **options):
    return {"value": utility.has_collection(collection, using=client.alias, **options)}


def list_collections(client, **options):
    return {"names": utility.list_collections(using=client.alias, **options)}


def describe_collection(client, collection, **options):
    return {"fields": [each["name"] for each in client.collection(collection, **options).describe(**options)["fields"]]}


def create_partition(client, collection, partition, **options):
    client.collection(collection, **options).create_partition(partition, **options)


def drop_partition(client, collection, partition, **options):
    client.collection(collection, **options).drop_partition(partition, **options)


def has_partition(client, collection, partition, **options):
    return {"value": client.collection(collection, **options).has_partition(partition, **options)}


def list_partitions(client, collection, **options):
    if options:
        raise Skip("partitions takes no timeout")
    return {"names": [each.name for each in client.collection(collection).partitions]}


def create_index(client, collection, field, type, metric, **options):
    params = {"index_type": type, "metric_type": metric, "params": {}}
    client.collection(collection, **options).create_index(field, params, **options)


def load(client, collection, **options):
    client.collection(collection, **options).load(**options)


def release(client, collection, **options):
    client.collection(collection, **options).release(**options)


def flush(client, collection, **options):
    client.collection(collection, **options).flush(**options)


def insert(client, collection, rows, partition=None, **options):
    return _written(client.collection(collection, **options).insert, rows, partition, options, "insert_count")


def upsert(client, collection, rows, partition=None, **options):
    return _written(client.collection(collection, **options).upsert, rows, partition, options, "upsert_count")


def _written(write, rows, partition, options, count):
    found = write(rows, **given(partition_name=partition), **options)
    return {"count": getattr(found, count), "ids": list(found.primary_keys)}


def delete(client, collection, ids=None, filter=None, partition=None, **options):
    if ids is not None:
        raise Skip("delete takes an expression, and no ids")
    client.collection(collection, **options).delete(filter, **given(partition_name=partition), **options)


def query(client, collection, filter="", output_fields=None, limit=None, offset=None, partitions=None, consistency=None,
          **options):  # fmt: skip
    more = given(output_fields=output_fields, limit=limit, offset=offset, partition_names=partitions,
                 consistency_level=consistency)  # fmt: skip
    return rows_of(client.collection(collection, **options).query(filter, **more, **options))


def search(client, collection, vectors, limit, offset=None, filter=None, output_fields=None, partitions=None,
           consistency=None, **options):  # fmt: skip
    param = {"metric_type": "L2", "params": {}, **given(offset=offset)}
    more = given(expr=filter, output_fields=output_fields, partition_names=partitions, consistency_level=consistency)
    return hits_of(client.collection(collection, **options).search(vectors, "vector", param, limit, **more, **options))


def query_iterator(client, collection, filter="", output_fields=None, batch=10, limit=None, **options):
    more = given(expr=filter, output_fields=output_fields, limit=limit)
    pages = client.collection(collection, **options).query_iterator(batch_size=batch, **more, **options)
    found = []
    try:
        while page := pages.next():
            found += page
    finally:
        pages.close()
    return rows_of(found)


OPERATIONS = (connect, close, create_collection, drop_collection, has_collection, list_collections, describe_collection,
              create_partition, drop_partition, has_partition, list_partitions, create_index, load, release, flush,
              insert, upsert, delete, query, search, query_iterator)  # fmt: skip

if __name__ == "__main__":
    serve(hello("orm"), {each.__name__: each for each in OPERATIONS}, describe)
