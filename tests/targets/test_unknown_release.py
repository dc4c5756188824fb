"""A release that nobody made is answered with those that there are."""

from pathlib import Path

import pytest

from milvus_tck.cli.main import main
from milvus_tck.spec.releases import published
from milvus_tck.targets.names import DEFAULTS
from milvus_tck.targets.unknown_release import nearest_release
from milvus_tck.verdict.model.states import Exit


@pytest.mark.parametrize(
    ("word", "meant"), [("milvus@9.9.9", "milvus@2.3.5"), ("lite@2.5.9", "lite@2.5.1"), ("lite@3.9.9", "lite@3.2.2")]
)
def test_a_release_that_nobody_made(capsys: pytest.CaptureFixture[str], tmp_path: Path, word: str, meant: str) -> None:
    """Exit 64, the nearest, all that are known, and the whole command with the nearest in its place."""
    out = str(tmp_path / "out")
    with pytest.raises(SystemExit) as ended:
        main(["check", word, "--profile", "2.3", "--out", out])
    said = capsys.readouterr().err
    assert ended.value.code == Exit.USAGE
    assert f"there is no release {word}" in said
    assert ", ".join(published()[word.partition("@")[0]]) in said
    assert f"try: milvus-tck check {meant} --profile 2.3 --out {out}" in said


@pytest.mark.parametrize(
    ("kind", "version", "nearest"),
    [
        ("milvus", "2.2.7", "2.2.8"),
        ("milvus", "2.4", "2.3.0"),
        ("milvus", "0.1.0", "2.1.0"),
        ("milvus", "2.2.13.post9", "2.2.13.post3"),
        ("lite", "3.0.1", "3.0"),
        ("lite", "2.6.0", "2.5.0"),
    ],
)
def test_the_nearest_is_near_in_its_first_numbers(kind: str, version: str, nearest: str) -> None:
    """The line counts before the release in it."""
    assert nearest_release(kind, version) == nearest


def test_what_is_meant_by_default_is_known() -> None:
    """A table that has not what we start is out of date."""
    assert all(version in published()[kind] for kind, version in DEFAULTS.items())
