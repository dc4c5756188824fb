"""Ledgers of tests never mix with those of real runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verdict.builders import close_ledgers


@pytest.fixture(autouse=True)
def ledger_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a folder of its own for ledgers."""
    folder = tmp_path / "ledgers"
    monkeypatch.setenv("MILVUS_TCK_STATE", str(folder))
    yield folder
    close_ledgers()
