"""`milvus-tck mutants`: one deliberate defect at a time, and who noticed."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from milvus_tck.cli.main import main
from milvus_tck.cli.shared import answer_mutants, model_mutants
from milvus_tck.cli.shared.option_values import sample_of
from milvus_tck.cli.verbs import mutants
from milvus_tck.mutants.code.code_campaign import CodeFate, CodeResult
from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.generator import model_trees, mutants_of
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.kills import kills, kills_of, parse_kills
from milvus_tck.spec.tables import TableFile

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

    jobs = {name: job for name, job in answer_mutants.collect("2.3").items() if _CLAUSE in job.clauses}
    monkeypatch.setattr(answer_mutants, "collect", lambda _line: jobs)
    whole = ("--recording", recording, "--mutants", str(tmp_path / "why"), "--out", str(out))
    assert _run(*whole, "--write-seen", str(out / "seen")) == 1  # of the other clauses it has no mutant
    assert "no mutant" in capsys.readouterr().out
    seen = parse_kills(TableFile("seen", tomllib.loads((out / "seen").read_text(encoding="utf-8"))))
    assert (seen.mutants, seen.checks[f"{_CLAUSE}:holds"]) == (2, {"grpc": 1})
    assert _run(*whole, "--clause", _CLAUSE, "--add-seen", str(out / "seen")) == 0
    added = parse_kills(TableFile("seen", tomllib.loads((out / "seen").read_text(encoding="utf-8"))))
    assert (added.checks, added.profiles) == (seen.checks, ("2.3",))


@pytest.mark.parametrize("part", [("--clause", _CLAUSE), ("--sample", "5"), ("--select", "drop"), ("--no-live",)])
def test_a_part_is_not_written_as_all(
    part: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What only the other mutants make fail would be told as never seen to fail; said before anything runs."""
    seen = tmp_path / "seen.toml"
    assert _run(*part, "--out", str(tmp_path), "--write-seen", str(seen)) == 64
    assert "is written from all mutants alone" in capsys.readouterr().err
    assert not seen.exists()


@pytest.mark.parametrize(
    ("written", "why"),
    [(("--out", "/proc/tck"), "cannot be made"), (("--write-docs", __file__), "takes no table")],
)
def test_files_of_mutants_of_code_are_looked_at_first(
    written: tuple[str, str],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What cannot be written, or has no place for the table, is said before anything is judged."""

    def judge(*_others: object) -> list[CodeResult]:
        raise AssertionError("mutants are judged")

    monkeypatch.setattr(model_mutants, "_results", judge)
    monkeypatch.chdir(tmp_path)
    assert _run("--model", "--sample", "1", *written) == 64
    assert why in capsys.readouterr().err


def test_what_cannot_be_added_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A campaign is added to a file of checks that were seen to fail, and to no other; both at once is no run."""
    seen = tmp_path / "seen.toml"
    seen.write_text("checks = 1\n", encoding="utf-8")
    out = ("--clause", _CLAUSE, "--out", str(tmp_path))
    assert _run(*out, "--add-seen", str(seen)) == 64
    assert "cannot be added to" in capsys.readouterr().err
    assert _run(*out, "--add-seen", str(seen), "--write-seen", str(seen)) == 64
    said = capsys.readouterr().err
    assert "are two runs" in said
    assert "milvus-tck mutants --write-seen" in said
    assert seen.read_text(encoding="utf-8") == "checks = 1\n"


def test_nothing_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    """A selection that matches no mutant proves nothing, and says so; no server is started."""
    assert _run("--clause", "no/clause") == 4
    assert "no mutant was run" in capsys.readouterr().err


def test_a_clause_of_another_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A clause that the line does not have is told from one that there is not, with the lines that have it."""
    assert _run("--clause", "create-collection/partition-key-nullable", "--profile", "2.3") == 4
    said = capsys.readouterr().err.replace("\n", " ")
    assert "create-collection/partition-key-nullable has no mutants in 2.3; it stands in 2.5, 2.6, 3.0, next" in said
    assert "--profile 2.5" in said


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("--model", "--clause", _CLAUSE), "--clause says nothing about --model"),
        (("--model", "--json"), "--json says nothing about --model"),
        (("--field", "--noun", "indexes"), "--noun says nothing about --field"),
        (("--field", "--model"), "--field says nothing about --model"),
        (("--broken-rpc", "Search", "--sample", "3"), "--sample says nothing about --broken-rpc"),
        (("lite@3.2.2", "--model"), "[TARGET] says nothing about --model"),
        (("--noun", "indexes"), "--noun says nothing about mutants of answers"),
        (("--each", "2"), "--each says nothing about mutants of answers"),
    ],
)
def test_an_option_that_decides_nothing(typed: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What would be left out of account is refused before anything is started."""
    assert _run(*typed) == 64
    assert named in capsys.readouterr().err


def test_a_noun_that_the_model_has_not(capsys: pytest.CaptureFixture[str]) -> None:
    """Its modules are named, also where another noun is one."""
    assert _run("--model", "--noun", "indexes", "--noun", "indices") == 4
    said = capsys.readouterr().err.replace("\n", " ")
    assert "no noun is called 'indices'" in said
    assert "indexes" in said


def test_the_line_that_was_named_is_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """2.3 named is 2.3 alone; where no line is named, each way has lines of its own."""
    lines: list[str] = []

    def judge(_console: Console, line: str, *_others: object, **_more: object) -> int:
        lines.append(line)
        return 0

    monkeypatch.setattr(mutants, "judge_model", judge)
    monkeypatch.setattr(mutants, "judge_field", judge)
    for way in ("--model", "--field"):
        for named in (("--profile", "2.3"), ()):
            assert _run(way, *named) == 0
    assert lines == ["2.3", "", "2.3", "3.0"]


def test_a_sample_is_taken_of_the_noun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A sample of one noun has as many mutants as were asked for, all of that noun."""
    taken: list[CodeMutant] = []

    def judge(_console: Console, tried: Sequence[CodeMutant], *_others: object) -> list[CodeResult]:
        taken.extend(tried)
        return []

    monkeypatch.setattr(model_mutants, "_results", judge)
    assert _run("--model", "--noun", "aliases", "--sample", "5", "--out", str(tmp_path)) == 4
    assert len(taken) == 5
    assert {each.noun for each in taken} == {"aliases"}


def test_the_mutants_come_with_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mutants are found from any folder, as those who install without a checkout need it."""
    monkeypatch.chdir(tmp_path)
    assert _run("--clause", "no/clause") == 4
    assert "no mutant was run" in capsys.readouterr().err


def test_what_the_last_run_came_to_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was killed is not tried again, or nothing is: then the part counts that the last run came through."""
    every = mutants_of("aliases.py", model_trees()["aliases.py"])
    chosen = sample_of(every, 5, "0")
    fates = (CodeFate.KILLED, CodeFate.SURVIVED, CodeFate.KILLED)
    last = [CodeResult(mutant, fate, profile="3.0") for mutant, fate in zip(chosen, fates, strict=False)]
    rows = "".join(f"{model_mutants._row(each)}\n" for each in last)
    (tmp_path / "model.ndjson").write_text(rows)
    taken: list[CodeMutant] = []

    def judge(_console: Console, tried: Sequence[CodeMutant], *_others: object) -> list[CodeResult]:
        taken.extend(tried)
        return []

    monkeypatch.setattr(model_mutants, "_results", judge)
    common = ("--model", "--noun", "aliases", "--sample", "5", "--out", str(tmp_path), "--keep")
    assert _run(*common, "killed") == 0
    assert [each.id for each in taken] == [chosen[1].id, chosen[3].id, chosen[4].id]
    taken.clear()
    capsys.readouterr()
    assert _run(*common, "all") == 1
    assert taken == []
    assert "| all of them | 3 | 2 | 0 | 0 | 1 |" in capsys.readouterr().out
