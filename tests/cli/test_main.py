"""What every verb owes: help, and a good end when somebody stops it."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from jsonschema import Draft202012Validator

from milvus_tck.cli.main import cli
from milvus_tck.spec.data import data_dir
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.tck_toml import described
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import read_results
from tests.cli.conftest import Typed

_VERBS = cli.list_commands(None)  # type: ignore[arg-type] # our own group asks for no context


def test_help_names_every_verb(typed: Typed) -> None:
    """`milvus-tck --help`: each of them with a sentence."""
    done = typed("--help")
    assert done.returncode == Exit.OK
    assert "\n    milvus-tck check host:19530 " in done.stdout
    rows = dict(
        line.split(None, 1)
        for line in done.stdout.partition("Commands:")[2].partition("Examples:")[0].splitlines()
        if line.strip()
    )
    assert set(rows) == set(_VERBS)
    assert all(rows.values())


@pytest.mark.parametrize("verb", _VERBS)
def test_every_verb_has_examples(typed: Typed, verb: str) -> None:
    """`--help` of a verb shows how it is typed, and how it ends."""
    done = typed(verb, "--help")
    assert done.returncode == Exit.OK
    assert re.search(rf"\n +milvus-tck {verb}\b", done.stdout.partition("Examples:")[2])
    assert "Exit codes: 0" in done.stdout


@pytest.mark.parametrize("verb", _VERBS)
def test_an_option_that_nobody_knows(typed: Typed, verb: str) -> None:
    """Exit 64, and where to read on."""
    done = typed(verb, "--nonsense")
    assert done.returncode == Exit.USAGE
    assert f"milvus-tck {verb} --help" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "then"),
    [
        (("chek", "h:1", "--select", "rpc=Search and"), "milvus-tck check h:1 --select 'rpc=Search and'"),
        (("xyzzy",), "milvus-tck --help"),
        (("check", "h:1", "--select"), "milvus-tck check --help"),
        (("check", "h:1", "--workers", "0"), "milvus-tck check --help"),
        (("baseline", "chek"), "milvus-tck baseline --help"),
    ],
)
def test_what_to_type_after_a_mistake(typed: Typed, arguments: tuple[str, ...], then: str) -> None:
    """The verb that was meant, or its help."""
    done = typed(*arguments)
    assert (done.returncode, f"try: {then}\n" in done.stderr) == (Exit.USAGE, True)


def test_what_a_run_says_is_not_cut_into_lines(typed: Typed, tmp_path: Path) -> None:
    """Where no terminal reads, a sentence is one line, so that it is found in the log of a build."""
    done = typed("check", "null", "--select", "clause=has-collection/existing", "--out", tmp_path / "out")
    (verdict,) = [line for line in done.stdout.splitlines() if line.startswith("null against Milvus")]
    assert verdict.endswith("Only a part of the suite was asked for.")


def test_a_handshake_that_fails_is_told_once(tmp_path: Path) -> None:
    """The library below says nothing beside our error."""
    server = DegenerateServer("null")
    server.start()
    try:
        typed = [sys.executable, "-m", "milvus_tck.cli.main", "sweep", server.address, "--tls"]
        done = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    finally:
        server.stop()
    assert done.returncode == Exit.TARGET_LOST
    assert done.stderr.startswith("error:")


def test_a_baseline_that_is_a_folder(typed: Typed, tmp_path: Path) -> None:
    """It is not one that could be written."""
    done = typed("check", "null", "--baseline", tmp_path)
    assert (done.returncode, "--write-baseline" in done.stderr) == (Exit.USAGE, False)
    assert f"{tmp_path} is a folder" in done.stderr.replace("\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_stopped_ends_in_good_order(number: signal.Signals, tmp_path: Path) -> None:
    """Exit 130; the result file is whole and says that it is not complete; no process and no file is left."""
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "milvus_tck.cli.main", "check", "lite@2.5.1", "--out", str(out)]
    environment = {**os.environ, "TMPDIR": str(temporary), "MILVUS_TCK_STATE": str(tmp_path / "state")}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    end = time.monotonic() + 60
    while not (out / "results.ndjson").is_file() or len((out / "results.ndjson").read_bytes().splitlines()) < 10:
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.02)
    started = psutil.Process(process.pid).children(recursive=True)
    assert started
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED, err
    assert "interrupted" in err
    assert "Traceback" not in err
    results = read_results(out)
    assert results.footer is not None
    assert not results.complete
    schema = json.loads((data_dir("reports") / "schema" / "results.schema.json").read_text(encoding="utf-8"))
    for line in (out / "results.ndjson").read_text(encoding="utf-8").split("\n")[:-1]:
        Draft202012Validator(schema).validate(json.loads(line))
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert list(temporary.iterdir()) == []
    assert list((tmp_path / "state").rglob("*.ndjson")) == []


def test_a_tls_file_that_is_not_there(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tck.toml names and nobody can read is said, with the file, before anything is asked."""
    monkeypatch.chdir(tmp_path)
    text = '[targets.mine]\naddress = "127.0.0.1:1"\ntls-ca = "certs/ca.pem"\n'
    (tmp_path / "tck.toml").write_text(text, encoding="utf-8")
    done = typed("check", "mine", "--out", tmp_path / "out")
    assert done.returncode == Exit.USAGE
    assert f"tls-ca: {tmp_path}/certs/ca.pem cannot be read: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(TargetError, match=r"tls-ca: .*ca\.pem"), tempfile.TemporaryDirectory():
        described("mine", tmp_path)


def test_an_interrupt_in_code_made_from_text(tmp_path: Path) -> None:
    """However deep in Python's own machinery Ctrl-C arrives, the exit code is ours, and no signal ends us."""
    lines = (
        "from milvus_tck.cli import main",
        "def stopped(*_, **__):",
        "    exec('raise KeyboardInterrupt')",
        "main.cli.main = stopped",
        "main.main()",
    )
    (tmp_path / "stopped.py").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "stopped"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == Exit.INTERRUPTED
    assert "error: interrupted" in done.stderr
