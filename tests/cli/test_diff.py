"""`milvus-tck diff`, as it is typed."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from milvus_tck.release.schemas import diff_schema
from milvus_tck.spec.data import data_dir
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, JudgedTarget
from tests.cli.conftest import Typed
from tests.reporting.builders import a_check, a_failure, a_footer, a_header


def write_run(folder: Path, checks: Sequence[CheckEvent], **header: Any) -> Path:  # noqa: ANN401 - fields of a header
    """Write the result folder of a whole run."""
    folder.mkdir(parents=True)
    began = a_header(**{"asked": {"binding": "grpc"}, **header})
    events = [began.as_dict(), *(each.as_dict() for each in checks), a_footer(checks).as_dict()]
    text = "".join(f"{json.dumps(each)}\n" for each in events)
    (folder / "results.ndjson").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A run in which one check fails, one passes, and one could not be judged."""
    return write_run(tmp_path / "old", [a_check("a/a"), a_failure(), a_check("c/c", State.BLOCKED)])


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A run of another target in which the first fails, the second passes slowly, and the third was judged."""
    checks = [
        a_check("a/a", State.FAIL, signature="refused:5/1"),
        replace(a_check(), check=a_failure().check, seconds=9.0),
        a_check("c/c"),
    ]
    return write_run(tmp_path / "new", checks, target=JudgedTarget("lite@3.2.2", "3.2.2"))


def test_each_kind_is_told_with_both_sides(typed: Typed, old: Path, new: Path) -> None:
    """What makes the runs less comparable comes first, then what is gravest; exit 1 because something regressed."""
    done = typed("diff", old, new)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0] == "another target: milvus@2.3.5 → lite@3.2.2"
    assert lines[2:4] == ["1 regression", "  a/a:holds@grpc [must]: pass → fail (refused:5/1)"]
    assert "1 newly judged" in lines
    assert "  insert/unknown-field:code@grpc [must]: fail (code:1100!=1) → pass" in lines
    assert "  data/test_insert.py::test_it: 0.25 s → 9.00 s" in lines


def test_equal_runs_differ_in_nothing(typed: Typed, old: Path) -> None:
    """A sentence, and exit 0."""
    done = typed("diff", old, old)
    assert (done.returncode, done.stdout) == (0, "no check changed: 3 checks came to the same in both runs\n")


def test_files_and_folders_are_read_alike(typed: Typed, old: Path, new: Path) -> None:
    """A folder, the file in it, and the file compressed give the same answer."""
    packed = new.parent / "packed.ndjson.gz"
    packed.write_bytes(gzip.compress((new / "results.ndjson").read_bytes()))
    answers = {typed("diff", old, each).stdout for each in (new, new / "results.ndjson", packed)}
    assert len(answers) == 1


def test_a_compressed_file_that_is_broken(typed: Typed, old: Path) -> None:
    """Half a file is refused, with the reason."""
    packed = old.parent / "packed.ndjson.gz"
    packed.write_bytes(gzip.compress((old / "results.ndjson").read_bytes())[:-20])
    done = typed("diff", old, packed)
    assert done.returncode == 64
    assert "its compression is broken" in done.stderr


def test_json_has_every_kind(typed: Typed, old: Path, new: Path) -> None:
    """Every kind is a list, also an empty one, with both states and signatures of each check, as the schema says."""
    found = json.loads(typed("diff", old, new, "--json").stdout)
    schema = json.loads(diff_schema())
    assert (data_dir("reports") / "schema" / "diff.schema.json").read_text(encoding="utf-8") == diff_schema()
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(found)] == []
    assert [error.message for error in Draft202012Validator(schema).iter_errors({**found, "more": 1})] != []
    assert [each["what"] for each in found["circumstances"]] == ["target", "version of the target"]
    assert {kind: len(own) for kind, own in found["changes"].items()} == {
        "regression": 1,
        "other-signature": 0,
        "newly-deviating": 0,
        "newly-unverified": 0,
        "newly-judged": 1,
        "fix": 1,
    }
    assert found["changes"]["fix"][0] == {
        "check": "insert/unknown-field:code@grpc",
        "level": "must",
        "rpc": "Insert",
        "old_state": "fail",
        "old_signature": "code:1100!=1",
        "new_state": "pass",
        "new_signature": "",
    }
    assert found["slower"] == [{"test": "data/test_insert.py::test_it", "old_seconds": 0.25, "new_seconds": 9.0}]


def test_many_are_cut_and_all_are_there_on_demand(typed: Typed, tmp_path: Path) -> None:
    """The first twenty are named, with the option that names the rest."""
    names = [f"a/case-{number}" for number in range(25)]
    before = write_run(tmp_path / "old", [a_check(name) for name in names])
    after = write_run(tmp_path / "new", [a_check(name, State.FAIL) for name in names])
    assert "  … and 5 more: --all shows them" in typed("diff", before, after).stdout.splitlines()
    assert len(typed("diff", before, after, "--all").stdout.splitlines()) == 1 + 25


def test_check_says_it_by_itself(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run of the same target, and no other, is held against the first."""
    monkeypatch.chdir(tmp_path)
    selected = ("check", "refuser", "--select", "clause=has-collection/existing")
    assert "Since the last run" not in typed(*selected).stdout
    assert "Since the last run" in typed(*selected).stdout
    assert "Since the last run" in Path("tck-out/latest/report.html").read_text(encoding="utf-8")
    assert "Since the last run" not in typed("check", "refuser", "--select", "clause=has-collection/missing").stdout
