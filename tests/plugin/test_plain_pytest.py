"""The suites under plain pytest: every option that people know from elsewhere works as they know it."""

import json
import re
from pathlib import Path

import pytest

from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.verdict.leftovers.ledger import ledgers
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.result_file import read_results
from tests.plugin.plain import run_pytest

_LITE = "lite@2.5.1"
#: A cheap selection in which this release of milvus-lite is known to pass and to fail.
_CHEAP = ("-k", "HasCollection")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep ledgers away from those of real runs."""
    folder = tmp_path / "ledgers"
    monkeypatch.setenv("MILVUS_TCK_STATE", str(folder))
    return folder


def test_one_process(state: Path, tmp_path: Path) -> None:
    """A failing check fails its test and says why; the others pass; `--out` gets the result file, nothing is left."""
    out = tmp_path / "out"
    done = run_pytest(state, "--target", _LITE, *_CHEAP, "--out", out, "--tck-seed", 1)
    results = read_results(out)
    worst: dict[str, bool] = {}
    for check in results.checks:
        if check.family != "wire":
            worst[check.test] = worst.get(check.test, False) or State(check.state).failed
    assert done.code == pytest.ExitCode.TESTS_FAILED, done.out
    assert (done.count("passed"), done.count("failed")) == (
        list(worst.values()).count(False), list(worst.values()).count(True),
    )  # fmt: skip
    assert done.count("failed") > 0
    assert done.count("passed") > 0
    for check in results.checks:
        if check.state == State.FAIL and check.family != "wire":
            assert f"{check.check}: expected {check.expected}" in done.out
    assert results.complete
    assert results.header.seed == 1
    assert "Traceback" not in done.out
    assert ledgers() == []


def test_two_processes(state: Path, tmp_path: Path) -> None:
    """`-n 2` comes to the same verdict for each test, on one target, and `--alluredir` tells of all of them."""
    allure = tmp_path / "allure"
    alone = run_pytest(state, "--target", _LITE, *_CHEAP)
    both = run_pytest(state, "--target", _LITE, *_CHEAP, "-n", 2, f"--alluredir={allure}")
    verdicts = [re.findall(r"^FAILED (\S+)", each.out, re.MULTILINE) for each in (alone, both)]
    assert sorted(verdicts[0]) == sorted(verdicts[1]) != []
    assert alone.count("passed") == both.count("passed")
    told = [json.loads(path.read_text(encoding="utf-8")) for path in allure.glob("*-result.json")]
    assert {each["status"] for each in told} == {"passed", "failed"}
    assert len(told) == both.count("passed") + both.count("failed")
    assert ledgers() == []


def test_several_processes_write_no_result_file(state: Path, tmp_path: Path) -> None:
    """`--out` with `-n` would give half a file per process; it is refused, with what to do instead."""
    done = run_pytest(state, "--target", "null", *_CHEAP, "-n", 2, "--out", tmp_path / "out")
    assert done.code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    assert "leave out -n" in done.out + done.err


def test_what_could_not_be_judged_is_skipped(state: Path) -> None:
    """A blocked check is neither a pass nor a failure of its test: it is a skip that names what blocks it."""
    server = DegenerateServer("refuser")
    server.start()
    try:
        done = run_pytest(state, "--target", server.address, "--profile", "2.3", *_CHEAP)
    finally:
        server.stop()
    assert done.count("passed") == 0, done.out
    assert done.count("skipped") > 0
    assert "blocked: " in done.out


def test_collecting_asks_nobody_for_tests(state: Path) -> None:
    """`--collect-only` lists the tests, runs none of them and starts no target whose profile is known."""
    done = run_pytest(state, "--target", "milvus@2.3.0", *_CHEAP, "--collect-only")
    assert done.code == pytest.ExitCode.OK, done.out
    assert done.out.count("[HasCollection]") == sum("[HasCollection]" in line for line in done.out.splitlines()) > 1
    assert "collected" in done.out.splitlines()[-1]
    assert ledgers() == []


def test_a_selection_that_matches_nothing(state: Path) -> None:
    """`-k` with a word that no test has: pytest's own code for that, and nothing is left."""
    done = run_pytest(state, "--target", "null", "-k", "no_test_is_called_this")
    assert done.code == pytest.ExitCode.NO_TESTS_COLLECTED, done.out
    assert ledgers() == []


def test_without_a_target(state: Path) -> None:
    """Without `--target` no test of a suite passes; what to type is said."""
    done = run_pytest(state, *_CHEAP)
    assert done.code == pytest.ExitCode.TESTS_FAILED, done.out
    assert done.count("passed") == 0
    assert "pytest suites --target" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "nonsense"), "is no target"),
        (("--target", "refuser", "--profile", "9.9"), "no profile '9.9'"),
        (("--target", "null", "--select", "colour=red"), "'colour' is none of"),
    ],
    ids=["word", "profile", "selection"],
)
def test_usage(state: Path, arguments: tuple[str, ...], said: str) -> None:
    """What cannot be done is said in words, without a traceback."""
    done = run_pytest(state, *_CHEAP, *arguments)
    assert done.code == pytest.ExitCode.USAGE_ERROR, done.out
    assert said in done.err
    assert "Traceback" not in done.out + done.err
    assert "INTERNALERROR" not in done.out + done.err
