"""`milvus-tck sdk check-driver`: a driver by itself."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.sdk.driver_check import check_driver
from milvus_tck.sdk.driver_process import DriverProcess
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.states import Exit
from tests.sdk.drivers import REFERENCE, changed, script


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """The address of the model."""
    server = resolve("model")
    server.start()
    yield server.address
    server.stop()


def _check(*command: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """Run the verb; returns its exit code, and what became of each probe."""
    verb = [sys.executable, "-m", "milvus_tck.cli.main", "sdk", "check-driver", "--json", "--", *command]
    done = subprocess.run(verb, capture_output=True, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {row["probe"]: (row["state"], row["why"]) for row in rows}


def test_the_reference_driver_does_what_it_says() -> None:
    """Every probe passes, and none is left out."""
    code, found = _check(*REFERENCE)
    assert {name: each for name, each in found.items() if each != ("pass", "")} == {}
    assert code == Exit.OK


@pytest.mark.parametrize(
    ("change", "probe", "why"),
    [
        ("del found['flush']", "", ""),
        ("from driver_loop import Skip\ndef no(client, **all): raise Skip('x')\nfound['flush'] = no", "", ""),
        ("found['get'] = lambda client, **all: {'rows': []}", "get", "keys: [2, 9007199254740993] expected, [] came"),
        ("found['delete'] = lambda client, **all: None", "delete", "the keys that are left"),
        ("found['has_collection'] = lambda client, **all: {'value': True}", "has_collection", "one that is not"),
        ("found['query'] = lambda client, **all: {}", "query", "the result of query lacks rows"),
        ("found['no_such_thing'] = print", "hello", "there is no operation no_such_thing"),
        ("del found['close']", "hello", "no driver can do without close"),
        ("found['load'] = lambda client, **all: None", "load", "it is loaded: True expected, False came"),
        ("driver.Client.check = lambda *all: None", "an error", "ok came"),
        ("found['get'] = lambda client, **all: {'rows': [{'id': object()}]}", "get", "get: "),
        ("found['search'] = lambda client, **all: {'hits': [[]]}", "search", "expected, (None, None) came"),
        ("found['search'] = lambda client, **all: {'hits': [{}]}", "search", "hits: Expected `array`, got `object`"),
        ("found['get'] = lambda client, **all: {'rows': [{'id': 2, 'title': None}, {'id': 2, 'title': 'x'}]}", "get",
         "keys: [2, 9007199254740993] expected, [2, 2] came"),
        ("found['insert'] = lambda client, **all: {'count': 2, 'ids': [3, 'x']}", "insert", "[3, 'x'] came"),
        ("found['list_partitions'] = lambda client, **all: {'names': [1, 'x']}", "list_partitions", "names: "),
        ("found['search'] = lambda client, **all: sys.exit(3)", "search", "search: SystemExit: 3"),
    ],
)  # fmt: skip
def test_a_driver_that_does_something_else_is_noticed(
    tmp_path: Path, model: str, change: str, probe: str, why: str
) -> None:
    """The probe of the operation says what came; an operation that a driver lacks is no mistake."""
    with DriverProcess(changed(tmp_path, change)) as driver:
        found = {each.name: each for each in check_driver(driver, model)}
    failed = {name: each.why for name, each in found.items() if each.state == "fail"}
    if not probe:
        assert (failed, found["flush"].state) == ({}, "skip")
    else:
        assert why in failed[probe]


@pytest.mark.parametrize("how", ["del found[name]", "found[name] = no"])
def test_an_error_that_nobody_can_make_is_no_pass(tmp_path: Path, model: str, how: str) -> None:
    """A driver without an operation that fails was not seen to tell an error."""
    each = f"for name in ('query', 'insert', 'describe_collection', 'load'): {how}"
    change = f"from driver_loop import Skip\ndef no(client, **all): raise Skip('x')\n{each}"
    with DriverProcess(changed(tmp_path, change)) as driver:
        found = {each.name: each for each in check_driver(driver, model)}
    assert found["an error"].state == "skip"


def test_an_error_is_made_by_the_next_operation(tmp_path: Path, model: str) -> None:
    """Where the SDK skips one, another is asked."""
    change = "from driver_loop import Skip\ndef no(client, **all): raise Skip('x')\nfound['query'] = no\n"
    with DriverProcess(changed(tmp_path, change)) as driver:
        found = {each.name: each for each in check_driver(driver, model)}
    assert (found["query"].state, found["an error"].state) == ("skip", "pass")


def test_a_program_that_is_no_driver_is_refused(tmp_path: Path) -> None:
    """It ends, or says something else than hello: nothing was tried."""
    code, found = _check(*script(tmp_path, "pass", head="for line in []:"))
    assert (code, found) == (Exit.UNEXPECTED, {})
