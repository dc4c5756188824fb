"""How the tests type a verb."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from milvus_tck.cli.main import main
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve


@dataclass(frozen=True)
class Done:
    """What a verb came to."""

    returncode: int
    stdout: str
    stderr: str


Typed = Callable[..., Done]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the ledgers of a test apart from those of this user."""
    monkeypatch.setenv("MILVUS_TCK_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], state: Path) -> Typed:  # noqa: ARG001 - no test touches real ledgers
    """Run a verb in this process, with arguments as they are typed."""

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
        shown = capsys.readouterr()
        return Done(int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def lite() -> Iterator[Target]:
    """Start a real server for one test."""
    target = resolve("lite@2.5.1")
    target.start()
    yield target
    target.stop()
