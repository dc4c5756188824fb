"""A family is a folder, and an RPC a file in it; what is out of place is said with the file."""

import tomllib
from pathlib import Path

import pytest

from milvus_tck.spec import clause_tree, data
from milvus_tck.spec.clause_files import clauses_of
from milvus_tck.spec.clause_tree import clause_files
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.tables import TableFile


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `proto/clauses/`."""
    for module in (data, clause_tree):
        monkeypatch.setattr(module, "proto_dir", lambda: tmp_path)
    (tmp_path / "clauses").mkdir()
    return tmp_path / "clauses"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


_CLAUSE = '[[clause]]\nid = "{}"\nrpc = "Flush"\ntext = "It is so."\n'


def test_a_folder_is_a_family(tree: Path) -> None:
    """Files of a folder are of its family, and have what the family gives, unless they say something else."""
    _write(tree / "flush" / "family.toml", '[defaults]\nlevel = "may"\ncapability = "aliases"\n')
    _write(tree / "flush" / "flush.toml", '[defaults]\nlevel = "should"\n' + _CLAUSE.format("flush/valid"))
    (found,) = clause_files()
    assert (found.file.name, found.family) == ("proto/clauses/flush/flush.toml", "flush")
    assert found.file.raw["defaults"] == {"level": "should", "capability": "aliases"}


def test_rules_say_their_family(tree: Path) -> None:
    """A file of rules says of which family its clauses are, and has what that gives; one in no folder is a family."""
    _write(tree / "names" / "family.toml", '[defaults]\nlevel = "may"\n')
    _write(tree / "rules" / "names.toml", 'family = "names"\n' + _CLAUSE.format("flush/unknown"))
    _write(tree / "design.toml", _CLAUSE.format("flush/early"))
    found = {
        each.file.name.rpartition("/")[2]: (each.family, each.file.raw.get("defaults", {})) for each in clause_files()
    }
    assert found == {"names.toml": ("names", {"level": "may"}), "design.toml": ("design", {})}


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("rules/names.toml", "", r"^proto/clauses/rules/names\.toml: it lacks `family`"),
        (
            "flush/flush.toml",
            'family = "other"\n',
            r'^proto/clauses/flush/flush\.toml, line 1: `family = "other"` is',
        ),
        ("flush/sub/flush.toml", "", r"^proto/clauses/flush/sub/flush\.toml: .* no folders of its own"),
    ],
)
def test_what_is_out_of_place(tree: Path, path: str, text: str, complaint: str) -> None:
    """A family that is said twice, or not at all, is refused with the file."""
    (tree / path).parent.mkdir(parents=True)
    _write(tree / path, text)
    with pytest.raises(SpecError, match=complaint):
        list(clause_files())


def test_a_family_gives_defaults_alone(tree: Path) -> None:
    """A clause in the file of the family would be lost in silence."""
    _write(tree / "flush" / "family.toml", _CLAUSE.format("flush/valid"))
    _write(tree / "flush" / "flush.toml", "")
    with pytest.raises(
        SpecError, match=r"^proto/clauses/flush/family\.toml, line 1: the file has no clause; there are "
    ):
        list(clause_files())


@pytest.mark.parametrize("default", ['witness = ["milvus"]', 'profiles = "9.9"'])
def test_a_wrong_default_is_told_where_it_stands(tree: Path, default: str) -> None:
    """What a family gives is wrong in its own file, with the line, not in every file that has it."""
    _write(tree / "flush" / "family.toml", f"[defaults]\n{default}\n")
    _write(tree / "flush" / "flush.toml", _CLAUSE.format("flush/valid"))
    with pytest.raises(SpecError, match=r"^proto/clauses/flush/family\.toml, line 2: "):
        list(clause_files())


def test_errors_name_the_file_and_the_line() -> None:
    """Of many files the one is named in which something is wrong, with the line."""
    text = _CLAUSE.format("flush/valid") + '\n[[clause]]\nid = "flush/it"\n'
    file = TableFile("proto/clauses/flush/flush.toml", tomllib.loads(text), text)
    with pytest.raises(
        SpecError, match=r"^proto/clauses/flush/flush\.toml, line 6: \[\[clause\]\] flush/it lacks text"
    ):
        list(clauses_of(file, "flush"))
