"""Reference driver: drives a client that keeps every promise; a template for the driver of an SDK.

    milvus-tck sdk check-driver -- python drivers/reference/driver.py

Copy it, put the calls of your SDK in the place of those of `Client`, and leave out what it does not have.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from client import Client, ClientError
from driver_loop import serve

HELLO = {"sdk": "reference", "version": "1", "features": ["call-timeout"]}


def describe(error):
    """Say what a user sees of an error."""
    if isinstance(error, ClientError):
        return {"kind": error.kind, "code": error.code, "grpc": error.grpc}
    return {"kind": "client"}


def operations_of(make):
    """Return the operations of a client that `make` connects."""

    def plain(name):
        return lambda client, **arguments: getattr(client, name)(**arguments)

    def written(rpc):
        def write(client, **arguments):
            keys = client.write(rpc, **arguments)
            return {"count": len(keys), "ids": keys}

        return write

    def under(member, name):
        return lambda client, **arguments: {member: getattr(client, name)(**arguments)}

    def fields(client, **arguments):
        return {"fields": [each.name for each in client.describe_collection(**arguments).fields]}

    found = {"connect": make, "insert": written("Insert"), "upsert": written("Upsert"), "describe_collection": fields}
    nothing = ("close", "create_collection", "drop_collection", "create_index", "load", "release", "flush", "delete",
               "create_partition", "drop_partition")  # fmt: skip
    found |= {name: plain(name) for name in nothing}
    found |= {name: under("value", name) for name in ("has_collection", "has_partition")}
    found |= {name: under("names", name) for name in ("list_collections", "list_partitions")}
    found |= {name: under("rows", name) for name in ("get", "query", "query_iterator")}
    return {**found, "search": under("hits", "search")}


if __name__ == "__main__":
    serve(HELLO, operations_of(Client), describe)
