"""pymilvus by AsyncMilvusClient: the calls of MilvusClient, each waited for."""

import asyncio
import inspect

import client as plain
from base import describe, given, hello
from driver_loop import Skip, serve
from pymilvus import AsyncMilvusClient, MilvusClient

_LOOP = asyncio.new_event_loop()


class Waited:
    """A client whose methods are waited for; what it does not have is what the SDK lacks."""

    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        if name in {"create_schema", "prepare_index_params"}:
            return getattr(MilvusClient, name)
        method = getattr(self.inner, name, None)
        if method is None:
            raise Skip(f"AsyncMilvusClient has no {name}")

        def call(*args, **more):
            found = method(*args, **more)
            return _LOOP.run_until_complete(found) if inspect.isawaitable(found) else found

        return call


def connect(uri, token=None, database=None, timeout=None):
    async def make():
        return AsyncMilvusClient(uri=uri, **given(token=token, db_name=database, timeout=timeout))

    return Waited(_LOOP.run_until_complete(make()))


OPERATIONS = {each.__name__: each for each in plain.OPERATIONS} | {"connect": connect}
# There is none that can be waited for.
del OPERATIONS["query_iterator"]

if __name__ == "__main__":
    serve(hello("async"), OPERATIONS, describe)
