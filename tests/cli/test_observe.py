"""`milvus-tck observe` and `compare-observed`: what a server answers becomes a file, which clauses are held against."""

import json
from pathlib import Path

from milvus_tck.spec.observed_answers import Observed, read_observed
from tests.cli.conftest import Typed

SELECTED = ("--select", "clause=create-collection/name-empty or clause=create-collection/keys-two")


def test_a_server_is_observed(typed: Typed, tmp_path: Path) -> None:
    """The file says who answered, and what; a second run of the same server gives the same file."""
    out = [tmp_path / "one.ndjson", tmp_path / "two.ndjson"]
    for path in out:
        done = typed("observe", "refuser", "--profile", "2.3", "--release", "1", "--out", path,
                     "--results", tmp_path / path.stem, *SELECTED)  # fmt: skip
        assert done.returncode == 0, done.stderr
    found = read_observed(out[0])
    assert str(found.server) == "refuser@1"
    refused = {each.clause: (each.ok, each.code, each.held) for each in found.answers}
    assert refused == {"create-collection/valid": (False, 100, False)}  # a refusal is believed beside a success alone
    assert done.stdout.endswith(f"refuser@1: 1 answer to 1 clause written to {out[1]}\n")
    assert out[0].read_text(encoding="utf-8") == out[1].read_text(encoding="utf-8")


def test_results_are_observed_later(typed: Typed, tmp_path: Path) -> None:
    """A run that was made already gives the file that observing the server gives."""
    asked, later = tmp_path / "asked.ndjson", tmp_path / "later.ndjson"
    named = ("--release", "1")
    run = ("--profile", "2.3", "--results", tmp_path / "run", *SELECTED)
    assert typed("observe", "refuser", "--out", asked, *named, *run).returncode == 0
    done = typed("observe", "--from", tmp_path / "run", "--out", later, *named)
    assert (done.returncode, later.read_text(encoding="utf-8")) == (0, asked.read_text(encoding="utf-8"))


def test_a_run_cut_short(typed: Typed, tmp_path: Path) -> None:
    """What was seen until then is written, and the end is told."""
    run = ("--profile", "2.3", "--release", "1", "--results", tmp_path / "run", *SELECTED)
    assert typed("observe", "refuser", "--out", tmp_path / "whole.ndjson", *run).returncode == 0
    lines = (tmp_path / "run" / "results.ndjson").read_text(encoding="utf-8").splitlines()
    (tmp_path / "cut.ndjson").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    done = typed("observe", "--from", tmp_path / "cut.ndjson", "--release", "1", "--out", tmp_path / "part.ndjson")
    assert done.returncode == 2
    assert "cut short" in done.stdout
    assert read_observed(tmp_path / "part.ndjson").answers == read_observed(tmp_path / "whole.ndjson").answers


def test_who_was_asked_can_be_said(typed: Typed, tmp_path: Path) -> None:
    """A server that nobody knows is named by whoever hands its answers in."""
    out = tmp_path / "ours.ndjson"
    run = ("--profile", "2.3", "--results", tmp_path / "run", *SELECTED)
    assert typed("observe", "refuser", "--out", out, "--server", "ours", "--release", "1.4", *run).returncode == 0
    assert str(read_observed(out).server) == "ours@1.4"
    assert typed("compare-observed", out).returncode in {0, 1}


def test_disagreements_as_json(typed: Typed, tmp_path: Path) -> None:
    """Each file has its counts, and each disagreement its condition, aspects and answer."""
    file = tmp_path / "seen.ndjson"
    file.write_text(
        '{"schema": 1, "server": "milvus", "release": "2.6.20"}\n'
        '{"clause": "create-collection/other-schema", "grpc": "OK", "error_code": 5, "code": 9, "ok": false}\n'
        '{"clause": "create-collection/valid", "grpc": "OK", "error_code": 0, "code": 0, "ok": true}\n',
        encoding="utf-8",
    )
    done = typed("compare-observed", file, "--json")
    (told,) = json.loads(done.stdout)
    assert done.returncode == 0  # the number alone is a should
    assert (told["held_to"], told["counts"]["agrees"], told["counts"]["disagrees"]) == ("2.6.20", 1, 1)
    assert told["disagreements"][0]["condition"] == "create-collection/other-schema"
    assert [each["aspect"] for each in told["disagreements"][0]["disagrees"]] == ["code"]
    assert typed("compare-observed", file, "--fail-on", "should").returncode == 1
    assert typed("compare-observed", file, "--profile", "2.6.18", "--fail-on", "should").returncode == 1


def test_another_line(typed: Typed, tmp_path: Path) -> None:
    """The same answers, held to another release, may be right."""
    file = tmp_path / "seen.ndjson"
    answer = '{"clause": "create-collection/keys-two", "grpc": "OK", "error_code": 1, "code": 65535, "ok": false}\n'
    file.write_text(f'{{"schema": 1, "server": "milvus", "release": "2.6.20"}}\n{answer}', encoding="utf-8")
    assert typed("compare-observed", file, "--fail-on", "should").returncode == 1
    assert typed("compare-observed", file, "--fail-on", "should", "--profile", "2.6.18").returncode == 0


def test_clauses_that_there_are_none_of(typed: Typed, tmp_path: Path) -> None:
    """They are told with the nearest that there is."""
    file = tmp_path / "seen.ndjson"
    rows = ("insert/vald", "insert/valid")
    answers = "".join(f'{{"clause": "{name}", "grpc": "OK", "ok": true, "held": true}}\n' for name in rows)
    file.write_text(f'{{"schema": 1, "server": "milvus", "release": "2.6.20"}}\n{answers}', encoding="utf-8")
    assert "insert/vald (nearest: insert/valid)" in typed("compare-observed", file).stdout


def test_what_changes_between_releases(typed: Typed, tmp_path: Path) -> None:
    """Lines are meant in their newest release; the page can be written to a file."""
    told = typed("releases", "2.5", "2.6")
    assert told.stdout == typed("releases", "2.5.27", "2.6.20").stdout
    assert "create-index/name-with-brackets" in told.stdout
    changed = {each["clause"]: each["change"] for each in json.loads(typed("releases", "2.5", "2.6", "--json").stdout)}
    assert changed["create-index/name-with-brackets"] == "refused before, accepted now"
    assert typed("releases", "--markdown", "--out", tmp_path / "page.md").returncode == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == typed("releases", "--markdown").stdout
    known = {each["release"]: each for each in json.loads(typed("releases", "--json").stdout)}
    assert known["2.6.20"]["seen"] > 150
    assert "2.6.20" in typed("releases").stdout


def test_an_empty_file_of_answers(tmp_path: Path) -> None:
    """A server of which nothing is known has a first line alone, and is read like any other."""
    file = tmp_path / "none.ndjson"
    file.write_text('{"schema": 1, "server": "ours", "release": "1"}\n', encoding="utf-8")
    assert read_observed(file) == Observed(read_observed(file).server, ())
