"""Running pytest over the suites."""

from pathlib import Path

import pytest

from milvus_tck.listing import run_pytest


def test_a_broken_file_of_tests_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its checks would be missing, and nobody would know: that is an error of ours, and says which file it is."""
    (tmp_path / "test_sound.py").write_text("def test_it(): pass\n")
    (tmp_path / "test_broken.py").write_text("raise NameError('Hits')\n")
    monkeypatch.setattr(run_pytest, "data_dir", lambda _name: tmp_path)
    with pytest.raises(RuntimeError, match=r"test_broken\.py cannot be read: .*NameError: Hits"):
        run_pytest.run_suites(object(), ["--collect-only"])
