"""What the tests of the engine leave behind stays among them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verdict.builders import close_ledgers
from tests.verdict.servers import Mortal


@pytest.fixture(autouse=True)
def ledger_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a folder of its own for ledgers."""
    folder = tmp_path / "ledgers"
    monkeypatch.setenv("MILVUS_TCK_STATE", str(folder))
    yield folder
    close_ledgers()


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mortal]:
    """The target that the word `mortal` means; another one each time it is started beside itself."""
    main, made = Mortal(), list[Mortal]()

    def resolved(_word: str, _given: object = None, **_more: object) -> Mortal:
        made.append(main if not made else Mortal())
        return made[-1]

    monkeypatch.setattr("milvus_tck.verdict.session.setup.resolve", resolved)
    monkeypatch.setattr("milvus_tck.verdict.scheduling.instance_pool.resolve", resolved)
    yield main
    for each in made:
        assert each.gone(), "a session takes down what it started"
