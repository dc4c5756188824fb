"""Every file that we write, held against the schema that we publish for it."""

import json
import subprocess
import sys
import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from milvus_tck.reporting.badge import badge_json
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.observed_answers import Observed, ObservedAnswer, ObservedServer, observed
from milvus_tck.verdict.baseline.baseline import Entry
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.baseline.update import write_baseline
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_footer, a_header, a_run, an_exchange

_NAMES = ("results", "summary", "badge", "baseline", "observed")


@cache
def schema(name: str) -> dict[str, Any]:
    """Read one of our schemas."""
    # That of a file which people write is made from the types of its reader.
    path = data_dir("proto" if name == "baseline" else "reports") / "schema" / f"{name}.schema.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def faults(name: str, value: object) -> list[str]:
    """Say where a value breaks a schema."""
    validator = Draft202012Validator(schema(name), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a real run, against the target that refuses everything."""
    out = tmp_path_factory.mktemp("refuser")
    command = [sys.executable, "-m", "milvus_tck.cli.main", "check", "refuser", "--out", str(out)]
    options = ["--select", "rpc=CreateCollection", "--write-baseline", str(out / "known.toml")]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == Exit.UNEXPECTED, done.stderr
    return out


@pytest.mark.parametrize("name", _NAMES)
def test_the_schemas_are_schemas(name: str) -> None:
    """Each of them is valid JSON Schema 2020-12."""
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema(name))


def test_every_line_of_a_real_run_fits(folder: Path) -> None:
    """`results.ndjson`: a header, checks, a footer."""
    events = [json.loads(line) for line in (folder / "results.ndjson").read_text(encoding="utf-8").split("\n") if line]
    assert {event["event"] for event in events} == {"header", "check", "footer"}
    assert [fault for event in events for fault in faults("results", event)] == []


@pytest.mark.parametrize("name", ["summary", "badge"])
def test_the_summary_and_the_badge_of_a_real_run_fit(folder: Path, name: str) -> None:
    """`summary.json` and `badge.json`."""
    assert faults(name, json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))) == []


def test_the_baseline_of_a_real_run_fits(folder: Path) -> None:
    """A baseline, as parsed TOML."""
    found = tomllib.loads((folder / "known.toml").read_text(encoding="utf-8"))
    assert found["expect"]
    assert faults("baseline", found) == []


@pytest.mark.parametrize("file", observed(), ids=lambda file: str(file.server))
def test_observed_answers_fit(file: Observed) -> None:
    """Files that the suite brings with it, line by line."""
    lines = [json.loads(line) for line in file.text().splitlines()]
    assert [fault for line in lines for fault in faults("observed", line)] == []


@pytest.mark.parametrize(("kind", "name"), [(ObservedServer, "server"), (ObservedAnswer, "answer")])
def test_every_member_of_an_answer_is_described(kind: type[ObservedServer | ObservedAnswer], name: str) -> None:
    """A member that nobody describes is one that nobody may rely on: describe it in observed.schema.json."""
    described = set(schema("observed")["$defs"][name]["properties"]) - {"schema"}
    assert described == set(kind.__struct_fields__)


def test_a_baseline_without_failures_fits(tmp_path: Path) -> None:
    """A server without a known failure has a baseline too."""
    write_baseline(tmp_path / "known.toml", "2.3", "2026.11.0", [])
    assert faults("baseline", tomllib.loads((tmp_path / "known.toml").read_text(encoding="utf-8"))) == []


def every_kind_of_run() -> list[JudgedRun]:
    """Make runs that between them hold every state, every level and every way to end."""
    states = [a_check(f"x/{state}", state, level=level.value) for state in State for level in Level]
    known = a_failure()
    comparison = Comparison([known], [], [Entry("a", "b", "c")], [Entry("d", "e", "f")])
    hostile = a_failure(HOSTILE, actual=HOSTILE, exchanges=[an_exchange(response=None, details=HOSTILE)])
    return [
        a_run(),
        a_run(states),
        a_run([hostile], killed=True),
        a_run([known], baseline=comparison),
        a_run([a_check()], header=a_header(partial=True, strict=True, fail_on="observed")),
        a_run([known], footer=a_footer(lost=True, complete=False, preparations={"rows": [an_exchange()]})),
    ]


@pytest.mark.parametrize("run", every_kind_of_run())
def test_every_kind_of_run_fits(run: JudgedRun) -> None:
    """Whatever a run comes to, its files keep their shape."""
    events: list[Header | CheckEvent | Footer] = [
        run.header,
        *run.results.checks,
        *([run.footer] if run.footer else []),
    ]
    assert [fault for event in events for fault in faults("results", event.as_dict())] == []
    assert faults("summary", json.loads(json.dumps(run.summary.as_dict(run.results)))) == []
    assert faults("badge", json.loads(badge_json(run))) == []


@pytest.mark.parametrize(("kind", "name"), [(Header, "header"), (CheckEvent, "check"), (Footer, "footer")])
def test_every_field_of_an_event_is_described(kind: type[Header | CheckEvent | Footer], name: str) -> None:
    """A field that nobody describes is one that nobody may rely on: describe it in results.schema.json."""
    described = set(schema("results")["$defs"][name]["properties"]) - {"event"}
    assert described == {field.name for field in fields(kind)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("results", {"event": "verdict"}),
        ("results", a_check().as_dict() | {"state": "passed"}),
        ("results", a_check().as_dict() | {"exchanges": [an_exchange()]}),
        ("results", {key: value for key, value in a_failure().as_dict().items() if key != "actual"}),
        ("results", a_header(started="yesterday").as_dict()),
        ("results", a_footer().as_dict() | {"seconds": -1}),
        ("summary", {"schema": 1}),
        ("badge", {"schemaVersion": 1, "label": "x", "message": "great", "color": "brightgreen"}),
        ("observed", {"schema": 1, "server": "milvus"}),
        ("observed", {"clause": "insert/valid", "grpc": "OK"}),
        ("observed", {"rpc": "Insert", "grpc": "OK", "ok": True}),
        ("baseline", {"schema": 1, "profile": "2.3", "expect": [{"check": "a", "reason": "b"}]}),
    ],
)
def test_the_schemas_refuse_what_is_wrong(name: str, value: object) -> None:
    """A schema that takes anything proves nothing."""
    assert faults(name, value) != []
