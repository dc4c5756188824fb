"""The folder `latest`: that of the last run which began."""

from pathlib import Path

import pytest

from milvus_tck.targets.network import free_ports
from milvus_tck.verdict.model.states import Exit
from tests.cli.conftest import Typed


def test_a_run_that_never_began_is_not_the_latest(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be reached leaves nothing, and the results of the run before it are still `latest`."""
    monkeypatch.chdir(tmp_path)
    runs = tmp_path / "tck-out"
    assert typed("check", "null", "--select", "rpc=HasCollection").returncode == Exit.UNDETERMINED
    before = (runs / "latest").resolve()
    assert (before / "results.ndjson").stat().st_size
    for word in (f"127.0.0.1:{free_ports(1)[0]}", "lite@3.2.3"):
        assert typed("check", word, "--profile", "2.3").returncode in {Exit.TARGET_LOST, Exit.USAGE}
    assert sorted(each.name for each in runs.iterdir()) == [before.name, "latest"]
    assert (runs / "latest").resolve() == before
