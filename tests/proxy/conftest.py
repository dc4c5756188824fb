"""A server, a proxy before it and a client of the proxy."""

from collections.abc import Iterator

import grpc
import pytest

from milvus_tck.proxy.server import Proxy
from tests.proxy.servers import Server, channel, serving


@pytest.fixture
def server() -> Server:
    """What the server saw, and what it does."""
    return Server()


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    """Where the server is, for those who go there directly."""
    with serving(server) as found:
        yield found


@pytest.fixture
def proxy(address: str) -> Iterator[Proxy]:
    """A proxy without rules that counts."""
    with Proxy(address, count=True) as made:
        yield made


@pytest.fixture
def client(proxy: Proxy) -> Iterator[grpc.Channel]:
    """A client of the proxy."""
    with channel(proxy.address) as made:
        yield made
