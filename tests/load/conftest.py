"""What tests of load runs stand on."""

from collections.abc import Iterator

import pytest

from milvus_tck.targets.lite import LiteServer


@pytest.fixture
def server() -> Iterator[LiteServer]:
    """A fresh milvus-lite."""
    made = LiteServer("lite@2.5.1", "2.5.1")
    made.start()
    yield made
    made.stop()
