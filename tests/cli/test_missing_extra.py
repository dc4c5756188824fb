"""An extra that is not installed is told before anything is made."""

from pathlib import Path

import pytest

from milvus_tck.extras import EXTRAS
from milvus_tck.verdict.model.states import Exit
from tests.cli.conftest import Typed


@pytest.mark.parametrize(
    "words", ["check echo --profile 2.4 --binding http-v2", "check lite --binding grpc,http-design"]
)
def test_no_folder_is_left_behind(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Exit 64 and the command that brings it; neither a folder for results nor the link to the latest one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(EXTRAS, "gateway", ("a_module_that_nobody_has",))
    done = typed(*words.split())
    assert done.returncode == Exit.USAGE
    assert "needs the extra 'gateway'" in done.stderr
    assert "gateway.lock" in done.stderr
    assert not (tmp_path / "tck-out").exists()
