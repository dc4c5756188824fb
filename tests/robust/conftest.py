"""What the tests of robustness stand on: a real server each, and a place to run in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from tests.robust.runs import Place


@pytest.fixture
def lite() -> Iterator[Target]:
    """A milvus-lite 2.5.1 of the test's own: it starts in a tenth of a second."""
    target = resolve("lite@2.5.1")
    target.start()
    yield target
    target.stop()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place to run in."""
    here = Place(tmp_path / "place")
    yield here
    here.close()
