"""A real server, and a gateway before it."""

from collections.abc import Iterator

import pytest

from milvus_tck.gateway.server.server import Gateway
from milvus_tck.targets.lite import LiteServer
from tests.proxy.servers import Server, serving


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


@pytest.fixture
def peer() -> Server:
    """A gRPC server that tells what reached it: no Milvus can be made to end calls as it is needed here."""
    return Server()


@pytest.fixture
def where(peer: Server) -> Iterator[str]:
    """A gateway before it."""
    with serving(peer) as address, Gateway(address) as gateway:
        yield gateway.url
