"""Where the data of the protocol lives, and what is said when it cannot be read."""

from pathlib import Path

import pytest

from milvus_tck.spec import data


def test_the_folder_of_the_protocol_is_found() -> None:
    """`proto/` holds the definitions, the clauses, the profiles and the error tables."""
    found = data.proto_dir()
    assert (found / "milvus/proto/milvus.proto").is_file()
    assert (found / "errors.toml").is_file()
    assert data.toml_names("profiles") == tuple(sorted(path.name for path in (found / "profiles").glob("*.toml")))


def test_a_file_that_is_no_toml_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A broken file is an error that says which one, and where it is broken."""
    (tmp_path / "broken.toml").write_text("a = \n", encoding="utf-8")
    monkeypatch.setattr(data, "proto_dir", lambda: tmp_path)
    with pytest.raises(data.SpecError, match=r"proto/broken\.toml: .*line 1"):
        data.table_file("broken.toml")


def test_data_inside_the_package_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A wheel brings its data inside the package; beside `src` it is looked for only where there is none."""
    package = tmp_path / "src" / "milvus_tck"
    monkeypatch.setattr(data, "_PACKAGE", package)
    assert data.data_dir("proto") == tmp_path / "proto"
    (package / "proto").mkdir(parents=True)
    assert data.data_dir("proto") == package / "proto"
