"""`milvus-tck mutants`: one deliberate defect at a time, and who noticed."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from milvus_tck.cli import mutants_
from milvus_tck.cli.main import main
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.kills import kills, kills_of, parse_kills

_CLAUSE = "drop-collection/valid"


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["mutants", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def _mutants(folder: Path, *rows: str) -> str:
    folder.mkdir()
    (folder / "some.toml").write_text("".join(f"[[mutant]]\n{row}\n" for row in rows), encoding="utf-8")
    return str(folder)


def test_the_mutants_of_a_clause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A good server is recorded, replayed, and asked live; what noticed is told on the screen, and in two files."""
    recording, out = str(tmp_path / "good.rec"), tmp_path / "out"
    common = ("--clause", _CLAUSE, "--recording", recording, "--sample", "30")
    assert _run(*common, "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert f"killed by its own clause: {_CLAUSE}:holds@grpc" in said
    assert "mutants per minute" in said
    written = json.loads((out / "matrix.json").read_text(encoding="utf-8"))
    schema = json.loads((data_dir("reports") / "schema" / "mutants.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, schema, cls=jsonschema.Draft202012Validator)
    assert (written["score"], written["version"]) == (1.0, "v2.3.5-lite")
    assert {row["live"] for row in written["mutants"]} == {True, False}
    assert "are killed by their own clause" in (out / "matrix.html").read_text(encoding="utf-8")
    cells = [cell for row in written["mutants"] for cell in row["cells"] if cell["fate"].startswith("killed")]
    found = {cell["check"] for cell in cells if ":" in cell["check"]}
    assert f"{_CLAUSE}:holds@grpc" in found
    if kills().mutants:  # what is shipped names what is killed here
        assert [check for check in found if not kills_of(check)] == []

    weak = (
        'clause = "drop-collection/valid"\nsentence = "It says why."\noperator = "set"\npath = "reason"\nvalue = "done"'
    )
    open_, reason = f'id = "{_CLAUSE}~open"\n{weak}', f'id = "{_CLAUSE}~why"\n{weak}\nequivalent = "Nobody reads it."'
    assert _run(*common, "--mutants", _mutants(tmp_path / "open", open_), "--out", str(out)) == 1
    assert f"{_CLAUSE}~open" in capsys.readouterr().out
    killed = f'id = "{_CLAUSE}~refused"\nclause = "{_CLAUSE}"\nsentence = "It refuses."\noperator = "refuse"'
    assert _run(*common, "--mutants", _mutants(tmp_path / "why", reason, killed), "--out", str(out)) == 0
    assert "(1 explained)" in capsys.readouterr().out

    jobs = {name: job for name, job in mutants_.collect("2.3").items() if _CLAUSE in job.clauses}
    monkeypatch.setattr(mutants_, "collect", lambda _line: jobs)
    whole = ("--recording", recording, "--mutants", str(tmp_path / "why"), "--out", str(out))
    assert _run(*whole, "--write-seen", str(out / "seen")) == 1  # of the other clauses it has no mutant
    assert "no mutant" in capsys.readouterr().out
    seen = parse_kills(tomllib.loads((out / "seen").read_text(encoding="utf-8")))
    assert (seen.mutants, seen.checks[f"{_CLAUSE}:holds"]) == (2, {"grpc": 1})


@pytest.mark.parametrize("part", [("--clause", _CLAUSE), ("--sample", "5"), ("--select", "drop"), ("--no-live",)])
def test_a_part_is_not_written_as_all(
    part: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What only the other mutants make fail would be told as never seen to fail; said before anything runs."""
    seen = tmp_path / "seen.toml"
    assert _run(*part, "--out", str(tmp_path), "--write-seen", str(seen)) == 64
    assert "is written from all mutants alone" in capsys.readouterr().err
    assert not seen.exists()


def test_nothing_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    """A selection that matches no mutant proves nothing, and says so; no server is started."""
    assert _run("--clause", "no/clause") == 4
    assert "no mutant was run" in capsys.readouterr().err


def test_the_mutants_come_with_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mutants are found from any folder, as those who install without a checkout need it."""
    monkeypatch.chdir(tmp_path)
    assert _run("--clause", "no/clause") == 4
    assert "no mutant was run" in capsys.readouterr().err
