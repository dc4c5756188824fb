"""`milvus-tck sdk judge -- COMMAND`: an application that is recorded before a server, and its results."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from milvus_tck.reporting.published_results import published_name, unpublishable
from milvus_tck.reporting.run_column import RunColumn
from milvus_tck.spec.data import data_dir
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import read_results
from tests.packaging.checkout import ROOT

#: An application: it connects by the address that it is told, asks for a list, and prints.
_APPLICATION = """
import os, sys
sys.path.insert(0, {reference!r})
from client import Client
client = Client(os.environ["MTCK_URI"], token="ada:secret7")
client.call("ShowCollections", m.ShowCollectionsRequest(), {timeout})
print("done")
sys.exit({code})
"""


def _application(folder: Path, timeout: float | None = 5.0, code: int = 0) -> list[str]:
    path = folder / "application.py"
    text = _APPLICATION.format(reference=str(ROOT / "drivers" / "reference"), timeout=timeout, code=code)
    path.write_text(f"from milvus_tck.wire import messages as m\n{text}", encoding="utf-8")
    return [sys.executable, str(path)]


def _judge(*words: str) -> "subprocess.CompletedProcess[str]":
    verb = [sys.executable, "-m", "milvus_tck.cli.main", "sdk", "judge", *words]
    return subprocess.run(verb, capture_output=True, text=True, check=False)


def test_an_application_is_recorded_and_judged(tmp_path: Path) -> None:
    """Its results are those of a run: they fit the schema, have a column of an SDK by server, and can be published."""
    out = tmp_path / "out"
    done = _judge("--name", "shelf 1.2", "--out", str(out), "--", *_application(tmp_path))
    assert done.returncode == Exit.OK, done.stderr
    assert "done" in done.stderr  # what an application prints is none of the verdicts
    assert "pass sdk/connect-first" in done.stdout
    assert "not-run sdk/sent-row-count" in done.stdout
    schema = json.loads((data_dir("reports") / "schema" / "results.schema.json").read_text(encoding="utf-8"))
    for line in (out / "results.ndjson").read_text(encoding="utf-8").splitlines():
        Draft202012Validator(schema).validate(json.loads(line))
    results = read_results(out)
    column = RunColumn(results)
    assert (column.sdk, column.server, unpublishable(results)) == ("shelf 1.2", "model", "")
    assert published_name(results) == "shelf-1.2-with-model-as-sdk.ndjson.gz"
    assert "secret7" not in (out / "results.ndjson").read_text(encoding="utf-8")
    assert (out / "report.html").exists()


def test_a_failure_has_its_calls_and_a_stable_signature(tmp_path: Path) -> None:
    """The RPCs that break a promise, and not how often; the recording stays where it was wanted."""
    out, log = tmp_path / "out", tmp_path / "calls.jsonl"
    done = _judge("--log", str(log), "--out", str(out), "--", *_application(tmp_path, timeout=None))
    assert done.returncode == Exit.OK  # a deadline is only recommended
    (failed,) = [each for each in read_results(out).checks if each.state == "fail"]
    assert (failed.clause, failed.signature) == ("sdk/recorded-deadlines", "ShowCollections")
    assert "1 of 2 calls, such as call 2, ShowCollections: no deadline" in failed.actual
    assert [each["rpc"] for each in failed.exchanges] == ["ShowCollections"]
    again = _judge("--log", str(log), "--server", "lite@3.2.2", "--out", str(tmp_path / "again"))
    assert again.returncode == Exit.OK
    assert RunColumn(read_results(tmp_path / "again")).sdk == "reference 1"  # as Connect says


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["--server", "nothing@all", "--", sys.executable], Exit.USAGE, "nothing@all"),
        (["--log", "/dev/null/calls.jsonl", "--", sys.executable], Exit.USAGE, "calls.jsonl cannot be written"),
        (["--", sys.executable, "-c", "pass"], Exit.NOTHING_RAN, "has no call"),
    ],
)
def test_what_cannot_be_recorded_is_told(words: list[str], code: Exit, why: str) -> None:
    """Each with its reason."""
    done = _judge(*words)
    assert done.returncode == code
    assert why in " ".join(done.stderr.split())


def test_a_failing_application_is_no_verdict(tmp_path: Path) -> None:
    """Its calls up to there are judged, and nobody takes them for all of them."""
    done = _judge("--", *_application(tmp_path, code=3))
    assert done.returncode == Exit.UNDETERMINED
    assert "it ended with 3, and its calls up to there are judged" in done.stderr
    assert "pass sdk/connect-first" in done.stdout
