"""What the tests of the engine leave behind stays among them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.verdict.shared import SHARED
from tests.verdict.builders import close_ledgers


@pytest.fixture(autouse=True)
def ledger_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a folder of its own for ledgers."""
    folder = tmp_path / "ledgers"
    monkeypatch.setenv("MILVUS_TCK_STATE", str(folder))
    yield folder
    close_ledgers()


@pytest.fixture(autouse=True)
def shared_things() -> Iterator[None]:
    """Forget the shared things that a test declares."""
    before = dict(SHARED)
    yield
    SHARED.clear()
    SHARED.update(before)
