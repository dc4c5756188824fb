"""`milvus-tck baseline`: what is wrong with a file of known failures, and what can go out of it."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from tests.cli.conftest import Typed
from tests.reporting.builders import a_check, a_failure, a_footer, a_header

_HEAD = 'schema = 1\nprofile = "2.3"\n'
Kept = Callable[..., Path]


def _row(check: str, **more: str) -> str:
    texts = {"check": f'"{check}"', "signature": '"code:1100!=1"', "reason": '"known"', **more}
    return "[[expect]]\n" + "".join(f"{key} = {value}\n" for key, value in texts.items() if value)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Write a baseline of some rows."""

    def write(*rows: str) -> Path:
        path = tmp_path / "known.toml"
        path.write_text(_HEAD + "".join(rows), encoding="utf-8")
        return path

    return write


def _run(folder: Path, checks: Sequence[CheckEvent], *, started: str = "2026-11-21", **header: object) -> Path:
    """Leave the result of a run."""
    folder.mkdir()
    events: tuple[Header | CheckEvent | Footer, ...] = (a_header(started=started, **header), *checks, a_footer(checks))
    text = "".join(json.dumps(event.as_dict()) + "\n" for event in events)
    (folder / "results.ndjson").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("rows", "kind", "said"),
    [
        ([_row("insert/valid:holds@grpc", resaon='"x"')], "form", "; there are reason, "),
        ([_row("insert/valid:holds@grpc", signature="")], "form", "lacks signature"),
        ([_row("insert/valid:holds@grpc", expires='"soon"')], "form", "no date such as"),
        ([_row("insert/valid:holds@grpc", flaky="1.5")], "form", "is not a number <= 1.0"),
        ([_row("insert/vald:holds@grpc")], "unknown", "the nearest are insert/valid"),
        ([_row("insert/valid:code@grpc")], "unknown", "milvus-tck explain insert/valid"),
        ([_row("wire/parses.Serch:holds@grpc")], "unknown", "milvus-tck explain wire/parses"),
        ([_row("nothing/*")], "unknown", "no clause is called"),
        ([_row("insert/valid:holds@grpc", expires="2026-01-31", owner='"ada"')], "expired", "2026-01-31 (owner: ada)"),
        ([_row("insert/valid:holds@grpc"), _row("insert/valid:holds@grpc")], "twice", "2 times"),
    ],
)
def test_what_has_to_be_mended(typed: Typed, kept: Kept, rows: list[str], kind: str, said: str) -> None:
    """Exit 1, with what is wrong and, where something is misspelt, what is near."""
    path = kept(*rows)
    done = typed("baseline", "check", path)
    assert done.returncode == Exit.UNEXPECTED, done.stderr
    assert said in done.stdout
    found = json.loads(typed("baseline", "check", path, "--json").stdout)
    assert (found["good"], found["findings"][0]["kind"]) == (False, kind)


def test_a_good_one(typed: Typed, kept: Kept) -> None:
    """Exit 0; an entry without a reason is a warning."""
    path = kept(_row("insert/valid:holds@grpc"), _row("wire/parses.Search:holds@http-api-v1", reason=""))
    done = typed("baseline", "check", path)
    assert done.returncode == Exit.OK
    assert "warning no-reason: wire/parses.Search:holds@http-api-v1" in done.stdout
    assert "0 to mend, 1 warnings" in done.stdout


def test_a_run_says_what_is_stale(typed: Typed, kept: Kept, tmp_path: Path) -> None:
    """The newest of the runs counts, in whatever order they are named."""
    path = kept(_row("insert/valid:holds@grpc"))
    new = _run(tmp_path / "a", [a_check("insert/valid")], started="2026-11-22")
    old = _run(tmp_path / "b", [a_failure("insert/valid", aspect="holds")])
    assert typed("baseline", "check", path, old).returncode == Exit.OK
    done = typed("baseline", "check", path, new, old)
    assert done.returncode == Exit.UNEXPECTED
    assert "stale: insert/valid:holds@grpc" in done.stdout


def test_what_is_flaky_too_often(typed: Typed, kept: Kept, tmp_path: Path) -> None:
    """A ratio is held over runs; one failure of one run says nothing."""
    path = kept(_row("insert/valid:holds@grpc", flaky="0.3"))
    states = (State.FAIL, State.PASS, State.FLAKY, State.PASS, State.FAIL)
    runs = [_run(tmp_path / str(number), [a_check("insert/valid", state)]) for number, state in enumerate(states)]
    assert typed("baseline", "check", path, runs[0]).returncode == Exit.OK
    assert typed("baseline", "check", path, *runs[:4]).returncode == Exit.OK
    done = typed("baseline", "check", path, *runs)
    assert done.returncode == Exit.UNEXPECTED
    assert "failed in 3 of 5 runs, and may in 0.3 of them" in done.stdout


def test_pruning(typed: Typed, kept: Kept, tmp_path: Path) -> None:
    """What passes goes; a dry run only says so."""
    path = kept(_row("insert/valid:holds@grpc"), _row("search/offset:holds@grpc"))
    run = _run(tmp_path / "run", [a_check("insert/valid")], partial=True)
    before = path.read_text(encoding="utf-8")
    dry = typed("baseline", "prune", path, run, "--dry-run")
    assert (dry.returncode, path.read_text(encoding="utf-8")) == (Exit.OK, before)
    assert "would be removed: insert/valid:holds@grpc" in dry.stdout
    found = json.loads(typed("baseline", "prune", path, run, "--json").stdout)
    assert (found["removed"], found["unjudged"]) == (["insert/valid:holds@grpc"], ["search/offset:holds@grpc"])
    assert path.read_text(encoding="utf-8") == _HEAD + _row("search/offset:holds@grpc")


@pytest.mark.parametrize("verb", ["check", "prune"])
def test_what_can_not_be_used(typed: Typed, kept: Kept, tmp_path: Path, verb: str) -> None:
    """No file, no UTF-8, no result, a result of another profile: exit 64, and the file is as it was."""
    path = kept(_row("insert/valid:holds@grpc"))
    run, other = _run(tmp_path / "run", []), _run(tmp_path / "other", [], profile="2.4")
    latin = tmp_path / "latin.toml"
    latin.write_bytes("# \xe4".encode("latin-1"))
    for words in ((tmp_path / "none", run), (latin, run), (path, tmp_path), (path, other)):
        done = typed("baseline", verb, *words)
        assert done.returncode == Exit.USAGE, words
        assert "Traceback" not in done.stderr
    assert path.read_text(encoding="utf-8") == _HEAD + _row("insert/valid:holds@grpc")


@pytest.mark.parametrize("words", [("baseline", "check"), ("check", "null", "--baseline")])
def test_what_is_not_utf_8_can_be_mended(typed: Typed, tmp_path: Path, words: tuple[str, ...]) -> None:
    """The command that is advised makes a file of it that is good, with the letters that it had."""
    latin = tmp_path / "it's latin.toml"
    latin.write_bytes((_HEAD + "# \xe4\n").encode("latin-1"))
    done = typed(*words, latin)
    assert done.returncode == Exit.USAGE
    (line,) = (each for each in done.stderr.splitlines() if each.startswith("  try: "))
    subprocess.run(["/bin/sh", "-c", line.removeprefix("  try: ")], check=True, cwd=tmp_path)
    assert latin.read_text(encoding="utf-8") == _HEAD + "# \xe4\n"
    assert typed("baseline", "check", latin).returncode == Exit.OK


@pytest.mark.parametrize("content", ["schema = ", "schema = 9", _HEAD + "other = 1"])
def test_no_complaint_advises_itself(typed: Typed, tmp_path: Path, content: str) -> None:
    """What a file cannot be used for is not what is advised to do with it."""
    path = tmp_path / "known.toml"
    path.write_text(content, encoding="utf-8")
    checked = typed("check", "null", "--baseline", path)
    advised = checked.stderr.rpartition("try: ")[2].strip()
    assert advised == (f"milvus-tck baseline check {path}" if "other" in content else f"$EDITOR {path}")
    looked = typed("baseline", "check", path)
    assert looked.returncode == (Exit.UNEXPECTED if "other" in content else Exit.USAGE)
    assert "milvus-tck" not in looked.stderr


@pytest.mark.parametrize("verb", ["check", "prune"])
def test_each_has_examples(typed: Typed, verb: str) -> None:
    """`--help` shows how it is typed, and how it ends."""
    done = typed("baseline", verb, "--help")
    assert f"milvus-tck baseline {verb} known.toml" in done.stdout.partition("Examples:")[2]
    assert "Exit codes: 0" in done.stdout
