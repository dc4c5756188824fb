"""A server that misbehaves behind the proxy: does the verdict notice?"""

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import grpc
import psutil
import pytest
from google.protobuf.message import Message

from milvus_tck.proxy.actions import Act, Action, Answer, View
from milvus_tck.proxy.rules import Rule, RuleStage, Where, drop, mutate, refuse, status
from milvus_tck.proxy.server import Proxy
from milvus_tck.targets.lite import LiteServer
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.load.runs import Ended, command, load, scenario
from tests.robust.foreign import collections, rows
from tests.robust.runs import eventually

_OBJECTIVES = ("search.p50<40ms", "search.max<1.5s", "search.recall@10>0.9", "*.errors<1%")


def _through(server: LiteServer, folder: Path, rules: Sequence[Rule], *objectives: str) -> Ended:
    """Run through a proxy with these rules."""
    with Proxy(server.address, rules=rules) as proxy:
        ended = load(proxy.address, folder, "--scenario", str(scenario(folder, *(objectives or _OBJECTIVES))))
        applied = {name: times for name, (_, times) in proxy.applied().items()}
    assert all(applied.values()), f"a fault that never happened: {applied}"
    return ended


def _where(*rpcs: str) -> Where:
    return Where(rpc=rpcs)


def test_a_good_server_passes(server: LiteServer, tmp_path: Path) -> None:
    """Without a fault, objectives are met, neighbours are found, and the audit finds every row once."""
    ended = _through(server, tmp_path, (), "search.p50<1s", "search.recall@10>0.9", "*.errors<1%")
    assert (ended.code, ended.verdict) == (Exit.OK, "pass"), ended.said
    audit = ended.summary["audit"]
    assert audit["done"]
    assert audit["acknowledged"] == audit["found"] == 2_048 + 5 * ended.summary["ops"]["insert"]["count"]
    assert ended.summary["ops"]["search"]["recall"]["mean"] > 0.99


@pytest.mark.parametrize(
    ("code", "act"),
    [("ServiceInternal", status(5, "broken")), ("UNAVAILABLE", refuse(grpc.StatusCode.UNAVAILABLE, "try later"))],
    ids=["in-band", "grpc"],
)
def test_five_percent_errors_are_noticed(server: LiteServer, tmp_path: Path, code: str, act: Act) -> None:
    """Every twentieth search or insert fails: the objective on errors is missed, and they are told by their code."""
    rule = Rule("errors", _where("Search", "Insert"), act=act, probability=0.05)
    ended = _through(server, tmp_path, [rule], "*.errors<1%")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    assert {found for row in ended.summary["ops"].values() for found in row["codes"]} == {code}


def test_fifty_milliseconds_are_noticed(server: LiteServer, tmp_path: Path) -> None:
    """Each search takes 50 ms more: the objective on the median is missed."""
    ended = _through(server, tmp_path, [Rule("slow", _where("Search"), delay=0.05)], "search.p50<40ms")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    assert ended.summary["ops"]["search"]["p50_ms"] >= 50


def test_slower_than_before_is_noticed(server: LiteServer, tmp_path: Path) -> None:
    """Beside an earlier run, what takes more than twice as long fails, and less than 100,000 times as long does not.

    The delay is made of what the earlier run measured: however slow the machine is, it is more than twice of that.
    """
    before, now = tmp_path / "before", tmp_path / "now"
    for folder in (before, now):
        folder.mkdir()
    slowest = _through(server, before, (), "*.errors<1%").summary["ops"]["search"]["p99_ms"] / 1e3
    rules = (Rule("slow", _where("Search"), delay=max(0.3, 2.5 * slowest)),)
    with Proxy(server.address, rules=rules) as proxy:
        path = scenario(now, "search.p50<2x", "search.p50<100000x")
        ended = load(proxy.address, now, "--scenario", str(path), "--baseline", str(before))
    states = {each["objective"]: each["state"] for each in ended.summary["slo"] if not each["standing"]}
    assert states == {"search.p50<2x": "fail", "search.p50<100000x": "pass"}
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said


def test_a_stall_is_noticed(server: LiteServer, tmp_path: Path) -> None:
    """For a while each search takes 2 s: the p99 shows it, and the objective is missed."""
    stall = Rule("stall", _where("Search"), delay=2.0, skip=100, times=60)
    ended = _through(server, tmp_path, [stall], "search.p99<1s")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    assert ended.summary["ops"]["search"]["p99_ms"] >= 2_000


def _pretend(view: View) -> Action:
    """Acknowledge an insert, and throw it away."""
    request = view.request
    assert isinstance(request, m.InsertRequest)
    if request.num_rows != 5:  # those of the ingest are let through
        return None
    keys = next(each.scalars.long_data.data for each in request.fields_data if each.field_name == "id")
    answer = m.MutationResult(insert_cnt=request.num_rows)
    answer.IDs.int_id.data.extend(keys)
    return Answer(answer)


def test_a_lie_about_inserts_is_noticed(server: LiteServer, tmp_path: Path) -> None:
    """Some inserts are acknowledged and not done: the audit misses their rows."""
    ended = _through(server, tmp_path, [Rule("lie", _where("Insert"), act=_pretend, times=3, skip=5)], "*.errors<1%")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    audit = ended.summary["audit"]
    assert audit["acknowledged"] - audit["found"] == 15
    assert any("15 of" in each for each in ended.summary["reasons"])


def test_lost_acknowledgements_are_noticed(server: LiteServer, tmp_path: Path) -> None:
    """Connections break after inserts were done: errors tell, and rows that nobody acknowledged are no surplus."""
    lost = Rule("lost", _where("Insert"), RuleStage.RESPONSE, drop(), skip=20, times=6)
    ended = _through(server, tmp_path, [lost], "insert.errors<1%")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    audit = ended.summary["audit"]
    assert audit["doubtful"] >= 30
    assert (audit["found"], audit["surplus"]) == (audit["acknowledged"], 0)


def _shifted(_rpc: str, _request: Message, response: Message | None) -> Action:
    """Answer with other rows than those that were found."""
    assert isinstance(response, m.SearchResults)
    response.results.ids.int_id.data[:] = [each + 1 for each in response.results.ids.int_id.data]
    return response


def _doubled(_rpc: str, _request: Message, response: Message | None) -> Action:
    """Answer with one row twice."""
    assert isinstance(response, m.SearchResults)
    response.results.ids.int_id.data[1] = response.results.ids.int_id.data[0]
    return response


def test_wrong_neighbours_are_noticed(server: LiteServer, tmp_path: Path) -> None:
    """A third of all searches is answered with other rows: fast, in order, and caught by recall."""
    wrong = Rule("wrong", _where("Search"), RuleStage.RESPONSE, mutate(_shifted), probability=0.33)
    ended = _through(server, tmp_path, [wrong], "search.recall@10>0.9")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    assert ended.summary["ops"]["search"]["recall"]["high"] < 0.9


def test_an_answer_against_reason_is_noticed(server: LiteServer, tmp_path: Path) -> None:
    """A row that is found twice in one answer is wrong, whatever the objectives say."""
    wrong = Rule("twice", _where("Search"), RuleStage.RESPONSE, mutate(_doubled), times=3, skip=30)
    ended = _through(server, tmp_path, [wrong], "search.p50<60s")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    assert any("a row is there twice" in each for each in ended.summary["reasons"])


def test_a_fast_server_of_wrong_rows_does_not_pass(server: LiteServer, tmp_path: Path) -> None:
    """Other rows than the nearest, with no word of recall on the command line: it fails, unless recall is named."""
    wrong = Rule("wrong", _where("Search"), RuleStage.RESPONSE, mutate(_shifted))
    asked = ("--op", "search", "--duration", "3", "--slo", "search.p50<60s")
    with Proxy(server.address, rules=[wrong]) as proxy:
        ended = load(proxy.address, tmp_path, *asked)
        named = load(proxy.address, tmp_path, *asked, "--slo", "recall>=0")
    assert (ended.code, ended.verdict) == (Exit.OBJECTIVE_MISSED, "fail"), ended.said
    assert any("recall>0.9 was missed" in each for each in ended.summary["reasons"])
    assert (named.code, named.verdict) == (Exit.OK, "pass"), named.said


def test_refusals_are_no_throughput_and_no_latency(server: LiteServer, tmp_path: Path) -> None:
    """Half of all searches is refused late: what a second counts is good, and the median is that of good answers."""
    rule = Rule("refused", _where("Search"), delay=0.2, act=status(5, "broken"), probability=0.5)
    ended = _through(server, tmp_path, [rule], "search.p50<60s", "errors<=100%")
    row = ended.summary["ops"]["search"]
    assert (ended.code, ended.verdict) == (Exit.OK, "pass"), ended.said
    assert row["refused"] == row["errors"] == row["count"] - row["good"] > 50
    assert row["rate"] == pytest.approx(row["good"] / row["seconds"], rel=1e-3)
    assert row["refused_p50_ms"] >= 200 > row["p50_ms"]
    assert f"{row['good']} good" in ended.said


def test_a_server_that_stops_ends_the_run(server: LiteServer, tmp_path: Path) -> None:
    """The server is killed in the middle: exit 3, and a report of what was measured until then."""
    path = scenario(tmp_path, "search.p50<1s", seconds=60)
    options = command(server.address, tmp_path, "--scenario", str(path))
    with subprocess.Popen(options, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        while "load:" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        # Searches are three times as many as inserts, of five rows each.
        (name,) = collections(server.address)
        assert eventually(lambda: rows(server.address, name) >= 2_048 + 40 * 5, within=60)
        for each in psutil.Process(server.pid).children(recursive=True):
            os.kill(each.pid, signal.SIGKILL)
        rest, _ = process.communicate(timeout=60)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    ended = Ended(process.returncode, summary, tmp_path, said + rest)
    assert (ended.code, ended.verdict) == (Exit.TARGET_LOST, "fail"), ended.said
    assert ended.summary["exit_code"] == Exit.TARGET_LOST
    assert not ended.summary["complete"]
    good = ended.summary["ops"]["search"]
    assert good["count"] - good["errors"] > 50
    assert (tmp_path / "report.html").is_file()
