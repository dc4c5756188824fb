"""docs/exit-codes.md: each row of the table is a test, and each test of them a row."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from milvus_tck.cli.shared.check_run import _interrupted
from milvus_tck.plugin import Suites
from milvus_tck.spec.capabilities import CapabilityViews
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.targets.network import free_ports
from milvus_tck.verdict.baseline.baseline import Baseline, Entry
from milvus_tck.verdict.baseline.comparison import compare
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import summarise
from milvus_tck.verdict.scheduling.skip_rules import HOSTILE
from milvus_tck.verdict.session.options import CheckOptions
from tests.cli.comparison_rows import COMPARISONS
from tests.cli.conftest import Typed
from tests.cli.load_rows import LOADS
from tests.cli.sdk_rows import OTHERS, SDKS, SDKS_ELSEWHERE
from tests.packaging.checkout import ROOT
from tests.reporting.builders import a_check, a_failure, a_footer, a_header

_ROW = re.compile(r"^\| ([a-z0-9-]+) \| (.+) \| (\d+) \|$", re.MULTILINE)
_DOCUMENT = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
_CODES = {row: int(code) for row, _, code in _ROW.findall(_DOCUMENT)}

# -- what is typed ------------------------------------------------------------------------

_HEAD = b'schema = 1\nprofile = "2.3"\n'
_TARGET = b'[targets.mine]\naddress = "127.0.0.1:1"\n'
_SEEN = b'{"schema": 1, "server": "milvus", "release": "2.6.20"}\n'
_REFUSED_WITH = (
    b'{"clause": "create-collection/other-schema", "grpc": "OK", "error_code": 5, "code": %d, "ok": false}\n'
)
_ACCEPTED = b'{"clause": "create-collection/other-schema", "grpc": "OK", "error_code": 0, "code": 0, "ok": true}\n'
#: Files that a row finds in its folder.
_FILES = {
    "broken.toml": b"schema = ",
    "latin-1.toml": _HEAD + "# \xe4\n".encode("latin-1"),
    "unknown-key.toml": _HEAD + b'[[expect]]\ncheck = "a/a:holds@grpc"\nsignature = "x"\nresaon = "y"\n',
    "other.toml": b'schema = 1\nprofile = "2.4"\n',
    "unmatched.toml": _HEAD + b'[[expect]]\ncheck = "insert/vald:holds@grpc"\nsignature = "x"\nreason = "y"\n',
    "results.ndjson": b"no result",
    "agreeing.ndjson": _SEEN + _REFUSED_WITH % 1100,
    "disagreeing.ndjson": _SEEN + _ACCEPTED + b'{"clause": "insert/vald", "grpc": "OK", "ok": true}\n',
    "elsewhere.ndjson": _SEEN + b'{"clause": "insert/vald", "grpc": "OK", "ok": true}\n',
    "silent.jsonl": b'{"event": "header", "upstream": "127.0.0.1:1"}\n',
    "nobody.ndjson": b'{"schema": 1, "server": "acme", "release": "7"}\n',
    "file": b"",
}


@dataclass(frozen=True)
class _Line:
    """A command, what its complaint has to hold, and what tck.toml says."""

    words: str
    said: str
    toml: bytes = b""


_TYPED = {
    **{row: _Line(words, said) for row, (words, said) in LOADS.items()},
    "option-unknown": _Line("check --nonsense", "--nonsense"),
    "level-unknown": _Line("check null --level mst", "'must', 'should'"),
    "timeout-nan": _Line("check null --timeout nan", "no time in seconds"),
    "timeout-zero": _Line("check null --timeout 0", "no time in seconds"),
    "timeout-negative": _Line("check null --timeout -1", "no time in seconds"),
    "timeout-infinite": _Line("check null --timeout inf", "no time in seconds"),
    "http-faults-broken": _Line("gateway null --faults results.ndjson", "the faults cannot be used"),
    "timeout-gateway": _Line("gateway null --timeout nan", "no time in seconds"),
    "upstream-empty": _Line("proxy --upstream _", "--upstream is empty"),
    "target-empty": _Line("check _", "TARGET is empty"),
    "profile-unknown": _Line("check null --profile 2.33", "the nearest is 2.3"),
    "profile-unknown-list": _Line("list --profile 2.33", "the nearest is 2.3"),
    "profile-unknown-proxy": _Line("proxy null --profile 2.33", "the nearest is 2.3"),
    "profile-unknown-mutants": _Line("mutants --profile 2.33", "the nearest is 2.3"),
    "profile-release-unknown": _Line("check null --profile 2.9.1", "there is no profile '2.9.1'"),
    "binding-unknown": _Line("check null --binding grcp", "grcp is none of grpc"),
    "binding-without-url": _Line("check refuser --profile 2.3 --binding http-v1", "nobody said where it speaks HTTP"),
    "select-syntax": _Line("check null --select rpc=Search_and", "a term is missing"),
    "select-field": _Line("check null --select rcp=Search", "'rcp' is none of"),
    "target-typo": _Line("check milvs@2.3.5", "milvus-tck check milvus@2.3.5"),
    "target-typo-list": _Line("list ecko", "the nearest is 'echo'"),
    "target-typo-load": _Line("load ecko", "the nearest is 'echo'"),
    "target-typo-proxy": _Line("proxy ecko", "the nearest is 'echo'"),
    "target-typo-gateway": _Line("gateway ecko", "the nearest is 'echo'"),
    "target-typo-serve": _Line("serve ecko", "the nearest is 'echo'"),
    "target-typo-sweep": _Line("sweep ecko", "the nearest is 'echo'"),
    "target-typo-mutants": _Line("mutants ecko", "the nearest is 'echo'"),
    "target-typo-described": _Line("check mime", "the nearest is 'mine'", _TARGET),
    "address-impossible": _Line("check localhost:99999", "port from 1 to 65535"),
    "toml-broken": _Line("check mine", "tck.toml cannot be read", b"[targets"),
    "toml-latin-1": _Line("check mine", "tck.toml cannot be read", "# \xe4\n".encode("latin-1")),
    "toml-unknown-key": _Line("check mine", "has no tokn; there are token,", _TARGET + b'tokn = "x"\n'),
    "toml-wrong-type": _Line("check mine", "token = 5 is not a text", _TARGET + b"token = 5\n"),
    "toml-env-unset": _Line("check mine", "export TCK_NOBODY", _TARGET + b'token = "env:TCK_NOBODY"\n'),
    "toml-file-missing": _Line("check mine", "tls-ca", _TARGET + b'tls-ca = "none.pem"\n'),
    "credentials-contradict": _Line("check null --token a --user b", "exclude each other"),
    "baseline-missing": _Line("check null --baseline none.toml", "there is no baseline"),
    "baseline-latin-1": _Line("check null --baseline latin-1.toml", "is not UTF-8"),
    "baseline-broken": _Line("check null --baseline broken.toml", "is no TOML"),
    "baseline-unknown-key": _Line("check null --baseline unknown-key.toml", "has no resaon; there are reason"),
    "baseline-other-profile": _Line("check null --profile 2.3 --baseline other.toml", "for profile 2.4"),
    "write-baseline-unwritable": _Line("check null --write-baseline none/known.toml", "cannot be written"),
    "write-baseline-broken": _Line("check null --write-baseline broken.toml", "is no TOML"),
    "out-unwritable": _Line("check null --out /proc/tck", "/proc/tck"),
    "out-a-file": _Line("check null --out file", "file"),
    "out-taken": _Line("check null --profile 2.3 --out taken", "taken cannot be written"),
    "out-unwritable-load": _Line("load null --out /proc/tck", "/proc/tck"),
    "out-unwritable-mutants": _Line("mutants --out /proc/tck", "/proc/tck"),
    "record-unwritable": _Line("proxy null --record none/calls.jsonl", "cannot be written"),
    "rules-broken": _Line("proxy null --rules broken.toml", "the rules cannot be used"),
    "serve-endpoint": _Line("serve 127.0.0.1:19530", "not ours to start"),
    "sweep-started": _Line("sweep lite@3.2.2", "nothing is left"),
    "sweep-run": _Line("sweep 127.0.0.1:1 --run ABC", "six small letters"),
    "explain-unknown": _Line("explain insert/vald", "insert/valid"),
    "report-no-result": _Line("report results.ndjson", "is no result file"),
    "report-baseline-broken": _Line("report whole --baseline broken.toml", "is no TOML"),
    "repro-no-result": _Line("repro results.ndjson a/a:holds@grpc", "is no result file"),
    "repro-unknown-check": _Line("repro whole a/a:holds@grpc", "has no check"),
    "unreachable": _Line("check 127.0.0.1:{port}", "cannot be reached"),
    "unreachable-list": _Line("list 127.0.0.1:{port}", "cannot be reached"),
    "unreachable-load": _Line("load 127.0.0.1:{port}", "cannot be reached"),
    "unreachable-sweep": _Line("sweep 127.0.0.1:{port}", "cannot be reached"),
    "report-unwritable": _Line("report whole --out taken --format html", "the html report could not be written"),
    "select-nothing": _Line("check null --select rpc=Serch", "--select rpc=Search"),
    "select-nothing-list": _Line("list --select family=serch", "--select family=search"),
    "select-elsewhere": _Line("check null --profile 2.2 --select aspect=code", "matches nothing in profile 2.2"),
    **{row: _Line(*line) for row, line in (COMPARISONS | SDKS | OTHERS).items()},
    "mutants-nothing": _Line("mutants --clause insert/vald", "insert/valid"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that rows speak of."""
    monkeypatch.chdir(tmp_path)
    for name, content in _FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "broken-shelf").mkdir()
    (tmp_path / "broken-shelf" / "x.ndjson.gz").write_bytes(b"no result")
    for name in ("results.ndjson", "report.html", "matrix.html"):
        (tmp_path / "taken" / name / "deep").mkdir(parents=True)
    kept = replace(a_check(), check=a_failure().check)
    _write_run(tmp_path / "whole", a_failure())
    _write_run(tmp_path / "kept", kept)
    _write_run(tmp_path / "broken-should", a_failure(level="should"))
    _write_run(tmp_path / "blocked", replace(kept, state=State.BLOCKED.value))
    (tmp_path / "nameless").mkdir()
    unversioned = a_header(target=replace(a_header().target, name="127.0.0.1:19530", version=""))
    (tmp_path / "nameless" / "results.ndjson").write_text(f"{json.dumps(unversioned.as_dict())}\n", encoding="utf-8")
    return tmp_path


def _write_run(folder: Path, check: CheckEvent) -> None:
    folder.mkdir()
    lines = (_results([check]).header, check, a_footer())
    text = "\n".join(json.dumps(each.as_dict()) for each in lines)
    (folder / "results.ndjson").write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize("row", _TYPED)
def test_what_is_typed(row: str, typed: Typed, here: Path) -> None:
    """The code of the row, the reason in words, and no traceback; what is known before the run leaves no results."""
    line = _TYPED[row]
    if line.toml:
        (here / "tck.toml").write_bytes(line.toml)
    words = line.words.replace("{port}", str(free_ports(1)[0])).split()
    done = typed(*(word.replace("_", " ") for word in words))
    assert done.returncode == _CODES[row], done.stderr
    assert line.said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    if _CODES[row] in {64, 4} and row != "binding-without-url":
        assert not (here / "tck-out" / "latest").exists()


@pytest.mark.parametrize("words", [("check", "null", "--select", "rpc=Serch"), ("check", "ecko")])
def test_what_is_misspelt_is_found_in_no_time(words: tuple[str, ...]) -> None:
    """Neither pytest, nor gRPC, nor numpy is loaded to say so: that alone would take longer than it may."""
    lines = ("import sys", "from milvus_tck.cli.main import main", "try:", "    main(sys.argv[1:])", "finally:",
             "    print(*sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", "\n".join(lines), *words], check=False, capture_output=True, text=True)
    assert done.returncode in {4, 64}
    assert {"pytest", "_pytest", "grpc", "numpy", "jinja2"}.isdisjoint(done.stdout.split())


# -- what a run came to -------------------------------------------------------------------

_PASS = a_check("ok/ok")
_FAIL = a_failure("insert/valid", aspect="holds")
_DEVIATION = a_failure("insert/dim-zero-survived", aspect="holds", state=State.DEVIATION, signature="crash:Search")
_OPEN = a_check("b/b", State.INCONCLUSIVE)
_BUG = a_check("h/h", State.HARNESS_ERROR)
_WIRE = "wire/parses.Search:holds@grpc"
_WIRE_PASSES = replace(a_check("wire/parses"), check=_WIRE)
_NOTHING = "insert/vald:holds@grpc"


@dataclass(frozen=True)
class _Run:
    """What a run judged, and what it was held against."""

    checks: Sequence[CheckEvent]
    #: Checks, or patterns, that the baseline lists; those that fail with their signature.
    known: Sequence[str | Entry] = ()
    complete: bool = True
    partial: bool = False
    lost: bool = False
    interrupted: bool = False
    fail_on: Level = Level.MUST
    #: A capability that its owner says the target has.
    has: str = ""
    profile: str = "2.3"


def _needing(clause: str) -> CheckEvent:
    """Make a check that was not judged because a clause does not hold."""
    return a_check("b/b", State.BLOCKED, signature=f"needs:{clause}", blocked_by=clause)


def _met(signature: str, actual: str = "", state: State = State.BLOCKED) -> CheckEvent:
    """Make a check that was not judged because of what its test met with on the way."""
    return a_check("b/b", state, signature=signature, actual=actual)


def _lacking(op: str) -> CheckEvent:
    """Make a check of an operation that an SDK does not have."""
    return a_check(f"sdk/{op}", State.UNSUPPORTED, family=SDK, signature=f"lacking:{op}")


_SHOULD = a_failure("s/s", level="should")
_REFUSED = a_failure("i/i", aspect="holds", rpc="CreateIndex", signature="refused:1/0", actual="code 1: no 'X'")
_MISSING = a_failure("load-partitions/implemented", aspect="holds", rpc="LoadPartitions", signature="unimplemented")
#: A witness that tells the same of what is loaded and of what is not.
_BLIND = a_failure("get-load-state/not-loaded", aspect="holds", rpc="GetLoadState", signature="item:3!=1")
_LACKING_CORE = _met("unsupported:LoadPartitions", "LoadPartitions: gRPC UNIMPLEMENTED", State.UNSUPPORTED)
#: The same check over another binding, and over every one.
_ELSEWHERE_BOUND = ("create-collection/valid:holds@http-api-v1", "create-collection/valid:holds@*")
_RUNS = {
    "our-bug": _Run([_FAIL, _BUG], lost=True),
    "our-bug-interrupted": _Run([_PASS, _BUG], complete=False, interrupted=True),
    "interrupted": _Run([_PASS], complete=False, interrupted=True),
    "interrupted-failure": _Run([_PASS, _FAIL], complete=False, interrupted=True),
    "lost": _Run([_PASS], lost=True),
    "lost-failure": _Run([_FAIL], lost=True),
    "crash": _Run([_PASS, a_check("c/c", State.TARGET_CRASH)]),
    "failure": _Run([_PASS, _FAIL]),
    "failure-beside-deviation": _Run([_PASS, _DEVIATION, _FAIL]),
    "failure-other-way": _Run([_PASS, _FAIL], [Entry(_FAIL.check, "accepted", "known")]),
    "failure-and-uncalled-wire": _Run([_PASS, _FAIL], [_WIRE], partial=True),
    "failure-and-unmatched": _Run([_PASS, _FAIL], [_NOTHING]),
    "failure-cut-short": _Run([_PASS, _FAIL], complete=False),
    "failure-and-open": _Run([_OPEN, _FAIL]),
    "stale": _Run([_PASS], [_PASS.check]),
    "stale-pattern": _Run([_PASS], ["ok/*"]),
    "expired": _Run([_PASS, _FAIL], [Entry(_FAIL.check, _FAIL.signature, "known", expires=date(2026, 1, 31))]),
    "should-asked": _Run([_PASS, a_failure(level="should")], fail_on=Level.SHOULD),
    "open": _Run([_PASS, _OPEN]),
    "open-beside-known": _Run([_FAIL, _OPEN], [_FAIL.check]),
    "open-and-unmatched": _Run([_PASS, _OPEN], [_NOTHING]),
    "cut-short": _Run([_PASS], complete=False),
    "entry-names-nothing": _Run([_PASS], [_NOTHING]),
    "all-well": _Run([_PASS]),
    "known": _Run([_PASS, _FAIL], [_FAIL.check]),
    "deviation": _Run([_PASS, _DEVIATION]),
    "deviation-listed": _Run([_PASS, _DEVIATION], [_DEVIATION.check]),
    "deviation-explains": _Run([_PASS, _DEVIATION, _needing(_DEVIATION.clause)]),
    "should-fails": _Run([_PASS, a_failure(level="should")]),
    "not-selected": _Run([_PASS], ["search/offset:holds@grpc", _FAIL.check, "insert/*:code@grpc"], partial=True),
    "uncalled-wire": _Run([_PASS], [_WIRE, "wire/*.Search:holds@grpc"]),
    "wire-in-part": _Run([_PASS, _WIRE_PASSES], [_WIRE], partial=True),
    "pattern-in-part": _Run([_PASS], ["ok/*"], partial=True),
    "other-binding": _Run([_PASS, a_check("create-collection/valid")], _ELSEWHERE_BOUND),
    "hostile-left-out": _Run([_PASS, a_check("x/x", State.NOT_RUN, signature=HOSTILE)]),
    "flaky": _Run([_PASS, a_check("x/x", State.FLAKY)]),
    "flaky-known": _Run(
        [_PASS, _FAIL, a_check("x/x", State.FLAKY, signature="y")],
        [
            Entry(_FAIL.check, _FAIL.signature, "known", flaky=0.2),
            Entry(_PASS.check, "x", "known", flaky=1.0),
            Entry("x/x:holds@grpc", "y", "known", flaky=0.1),
        ],
    ),
    "explained": _Run([_FAIL, _needing(_FAIL.clause)], [_FAIL.check]),
    "explained-by-words": _Run(
        [_REFUSED, _met("refused:CreateIndex", "CreateIndex: code 1: no 'X'")], [_REFUSED.check]
    ),
    "explained-by-a-witness": _Run([_BLIND, _met("witness:load", "no RPC tells whether it is loaded")], [_BLIND.check]),
    "explained-core-lacking": _Run([_MISSING, _LACKING_CORE], [_MISSING.check]),
    "lacking": _Run([_PASS, _met("unsupported:CreateAlias", state=State.UNSUPPORTED)]),
    "sdk-failure": _Run([_PASS, _FAIL], profile=SDK),
    "sdk-lacking": _Run([_PASS, _lacking("get")], profile=SDK),
    "sdk-has-nothing": _Run([_lacking("get"), _lacking("query")], profile=SDK),
    "sdk-driver-breaks-later": _Run(
        [_PASS, a_check("sdk/x", State.INCONCLUSIVE, family=SDK, signature="driver")], profile=SDK
    ),
    "lacking-declared": _Run([_PASS, _met("declared:partitions", state=State.UNSUPPORTED)]),
    "open-blocked-beside-known": _Run([_FAIL, _met("refused:Flush", "Flush: code 5: no space")], [_FAIL.check]),
    "open-unseen": _Run([_FAIL, _met("witness:load", "no RPC tells whether it is loaded")], [_FAIL.check]),
    "open-lacking-core": _Run([_FAIL, _LACKING_CORE], [_FAIL.check]),
    "open-lacking-promised": _Run(
        [_FAIL, _met("unsupported:CreateAlias", state=State.UNSUPPORTED)], [_FAIL.check], has="aliases"
    ),
    "open-behind-should": _Run([_FAIL, _SHOULD, _needing(_SHOULD.clause)], [_FAIL.check]),
}


def _results(
    checks: Sequence[CheckEvent], *, partial: bool = False, complete: bool = True, has: str = "", profile: str = "2.3"
) -> Results:
    said = [CapabilityViews(has, False, "has", "lacks", "lacks", True)] if has else []
    footer = a_footer(checks, complete=complete, capabilities=said)
    return Results(a_header(partial=partial, profile=profile), list(checks), footer)


@pytest.mark.parametrize("row", _RUNS)
def test_what_a_run_came_to(row: str) -> None:
    """The code of the row, from the events of a run and a baseline."""
    run = _RUNS[row]
    results = _results(run.checks, partial=run.partial, complete=run.complete, has=run.has, profile=run.profile)
    signatures = {check.check: check.signature for check in run.checks if State(check.state).failed}
    entries = [
        each if isinstance(each, Entry) else Entry(each, signatures.get(each, "x"), "known") for each in run.known
    ]
    whole = run.complete and not run.partial
    comparison = compare(Baseline("2.3", tuple(entries)), run.checks, (), whole=whole) if entries else None
    suites = Suites(CheckOptions("null"), summary=summarise(results, comparison, run.fail_on, lost=run.lost))
    if run.interrupted:
        suites = _interrupted(suites)
    assert suites.summary is not None
    assert suites.summary.exit_code == _CODES[row]
    if row == "expired":
        assert suites.summary.baseline is not None
        assert [entry.check for entry in suites.summary.baseline.expired] == [_FAIL.check]


# -- what has a test of its own -----------------------------------------------------------

#: Rows that need a server, a full disk or a signal: the tests that make them.
_ELSEWHERE = {
    **SDKS_ELSEWHERE,
    "deviation-strict": "tests/verdict/test_session.py::test_what_released_servers_break",
    "profile-untold": "tests/targets/test_identity.py::test_an_unknown_profile_ends_with_64",
    "matrix-cut-short": "tests/cli/test_matrix.py::test_a_run_that_was_cut_short_is_not_published",
    "interrupted-matrix": "tests/cli/test_matrix.py::test_a_request_to_stop_is_passed_on",
    "no-milvus": "tests/targets/test_identity.py::test_a_server_that_is_no_milvus_is_not_judged",
    "release-unknown": "tests/targets/test_unknown_release.py::test_a_release_that_nobody_made",
    "sweep-left": "tests/cli/test_exit_codes.py::test_something_that_sweep_can_not_remove",
    "doctor": "tests/cli/test_doctor.py::test_without_a_registry_and_a_cache_nothing_works",
    "objective": "tests/load/test_noticed.py::test_five_percent_errors_are_noticed",
    "disk-full": "tests/robust/test_disk.py::test_no_space_for_the_results_at_all",
    "disk-full-ledger": "tests/robust/test_disk.py::test_no_space_for_the_ledger",
    "http-fault-idle": "tests/gateway/test_gateway_verb.py::test_a_fault_that_did_nothing_is_told",
    "data-broken": "tests/robust/test_odd_input.py::test_a_slip_in_the_data_is_no_bug",
    "rule-idle": "tests/proxy/test_proxy_verb.py::test_a_rule_that_did_nothing_is_told",
    "serve-ended": "tests/cli/test_serve.py::test_it_serves_until_it_is_stopped",
}


def test_something_that_sweep_can_not_remove(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is told, and the code is that of the row."""
    report = {"left": [{"kind": "local", "name": "x"}], "removed": [], "kept": [], "ledgers": [], "dry_run": False}
    monkeypatch.setattr("milvus_tck.cli.verbs.sweep._sweep_here", lambda **_: report)
    done = typed("sweep")
    assert done.returncode == _CODES["sweep-left"]
    assert "could not be removed" in done.stderr


def test_each_row_has_a_test_and_each_test_a_row() -> None:
    """The document and the tests name the same rows, once each."""
    rows = [row for row, _, _ in _ROW.findall(_DOCUMENT)]
    assert len(rows) == len(set(rows))
    tests = [*_TYPED, *_RUNS, *_ELSEWHERE]
    assert len(tests) == len(set(tests))
    assert set(rows) == set(tests)


@pytest.mark.parametrize("row", _ELSEWHERE)
def test_the_tests_elsewhere_are_there(row: str) -> None:
    """A test that a row names exists."""
    path, _, name = _ELSEWHERE[row].partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
