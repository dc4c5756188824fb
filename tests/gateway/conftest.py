"""A real server, and a gateway before it."""

from collections.abc import Iterator

import pytest

from milvus_tck.gateway.gateway import Gateway
from milvus_tck.targets.lite import LiteServer


@pytest.fixture(scope="session")
def server() -> Iterator[LiteServer]:
    """A server with databases, aliases, upserts and JSON."""
    made = LiteServer("lite@3.2.2", "3.2.2")
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def url(server: LiteServer) -> Iterator[str]:
    """Where the gateway listens."""
    with Gateway(server.address) as gateway:
        yield gateway.url
