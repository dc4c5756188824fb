"""Template of a driver: it connects to nothing and can do nothing yet, and says so.

    milvus-tck sdk check-driver -- python drivers/template/driver.py

Copy it, write each operation as the most ordinary call of your SDK, and leave out what your SDK does not have: the
probe of an operation that is not there is a skip. Arguments and results stand in docs/guide-drivers.md, what a value
looks like is done by the loop.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from driver_loop import Skip, serve

#: Add "call-timeout" where your SDK takes a timeout with a call, which comes as `timeout`.
HELLO = {"sdk": "my-sdk", "version": "0", "features": []}


def describe(error):
    """Say what a user sees of an error: its kind, its number as `code`, gRPC's code as `grpc`."""
    return {"kind": "client"}


def connect(uri, token=None, database=None):
    """Return a client of your SDK; the other operations are given it."""
    return object()


def close(client):
    """End it."""


def has_collection(client, collection):
    """Answer an operation as docs/guide-drivers.md says; raise `Skip` where your SDK lacks it, or an argument of it."""
    raise Skip("has_collection is not written yet")  # return {"value": client.has_collection(collection)}


if __name__ == "__main__":
    serve(HELLO, {each.__name__: each for each in (connect, close, has_collection)}, describe)
