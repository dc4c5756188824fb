"""A proxy without rules changes no verdict, and neither does one that loses calls now and then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.cli.main import main
from milvus_tck.proxy.rule_files import parse_rules
from milvus_tck.proxy.server import Proxy
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.results.result_file import read_results

#: Cheap, with answers and refusals, passes and failures.
_SELECT = "rpc=HasCollection or rpc=DropCollection or rpc=ShowCollections"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """A real server, the same for both runs."""
    found = resolve("lite@2.5.1")
    found.start()
    yield found
    found.stop()


def _verdicts(address: str, out: Path) -> dict[str, tuple[str, str]]:
    """Run the suite, and return state and signature of every check."""
    options = ["--profile", "2.5", "--seed", "11", "--no-hostile", "--select", _SELECT, "--out", str(out)]
    with pytest.raises(SystemExit):
        main(["check", address, *options])
    return {check.check: (check.state, check.signature) for check in read_results(out).checks}


@pytest.fixture(scope="module")
def direct(target: Target, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """State and signature of every check of a run that asks the server itself."""
    return _verdicts(target.address, tmp_path_factory.mktemp("direct"))


def test_a_run_through_the_proxy_comes_to_the_same(
    target: Target, direct: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    """Every check of a run through a rule-less proxy that records has the state and signature of a direct run."""
    with Proxy(target.address, record=tmp_path / "calls.jsonl") as proxy:
        passed = _verdicts(proxy.address, tmp_path / "passed")
        proxy.flush()
        assert proxy.tally.total > len(direct) / 10
    assert {"pass", "fail"} <= {state for state, _ in direct.values()}
    assert passed == direct


@pytest.mark.parametrize("lost", ["grpc", "drop"])
def test_a_lost_call_now_and_then_changes_nothing(
    target: Target, direct: dict[str, tuple[str, str]], tmp_path: Path, lost: str
) -> None:
    """With one call in a hundred lost, every check has the state and signature of a direct run; the faults are told."""
    how = {"grpc": {"code": "UNAVAILABLE", "details": "no route"}} if lost == "grpc" else {"drop": True}
    with Proxy(
        target.address, rules=parse_rules({"seed": 7, "fault": [{"id": "shaky", "probability": 0.01, **how}]})
    ) as proxy:
        shaken = _verdicts(proxy.address, tmp_path / "shaken")
    footer = read_results(tmp_path / "shaken").footer
    assert footer is not None
    assert sum(footer.faults.values()) > 0
    assert _asked_for(shaken) == _asked_for(direct)
    met = shaken.keys() & direct.keys()
    assert {check: shaken[check] for check in met} == {check: direct[check] for check in met}


def _asked_for(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Leave out what is said of RPCs that are met on the way.

    A test that cannot be prepared for lack of one RPC has met those before it, which of them is up to who is faster.
    """
    return {check: each for check, each in found.items() if not check.startswith("wire/")}
