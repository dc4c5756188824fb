"""What tests of bindings share."""

from collections.abc import Iterator

import pytest

from tests.bindings.http_site import Site, serving_http


@pytest.fixture
def site() -> Iterator[Site]:
    """An HTTP server that answers at once."""
    with serving_http() as told:
        yield told
