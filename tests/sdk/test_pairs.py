"""An SDK and a server that do not go together: what is of the pair is not told of the SDK alone."""

from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest
from google.protobuf.message import Message

from milvus_tck.proxy.actions import Act, Action, View
from milvus_tck.proxy.rules import Rule, RuleStage, Where, refuse, status
from milvus_tck.proxy.server import Proxy
from milvus_tck.sdk.answer_fitness import why_torn
from milvus_tck.sdk.driver_process import DriverProcess
from milvus_tck.sdk.sdk_run import SdkRun, chosen
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from milvus_tck.wire import messages as m
from tests.sdk.conftest import WINDOW, Judged
from tests.sdk.drivers import REFERENCE, changed

#: Names rows by values beside the filter, as protocol lines from 2.4 on can.
_BY_TEMPLATE = """
import json
from milvus_tck.wire import messages as m
def get(client, collection, ids, output_fields=(), partitions=(), timeout=None):
    request = m.QueryRequest(collection_name=collection, expr="id in {keys}", output_fields=output_fields,
                             partition_names=partitions, use_default_consistency=True)
    values = request.expr_template_values["keys"].array_val
    if isinstance(ids[0], str):
        values.string_data.data.extend(ids)
    else:
        values.long_data.data.extend(ids)
    return {"rows": client.rows_of(client.call("Query", request, timeout))}
found["get"] = get
"""
#: Reads collections as rows of names and ids, which are of one length then.
_STRICT = """
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column
def names(client, timeout=None):
    answer = client.call("ShowCollections", m.ShowCollectionsRequest(), timeout)
    ids = column("id", m.DataType.Int64, list(answer.collection_ids))
    names = column("name", m.DataType.VarChar, list(answer.collection_names))
    return {"names": [row["name"] for row in client.rows_of(m.QueryResults(fields_data=[names, ids]))]}
found["list_collections"] = names
"""


def _no_templates(view: View) -> Action:
    """Read no value beside a filter, as a server that does not know the member."""
    request = view.request
    if isinstance(request, m.QueryRequest) and "{" in request.expr:
        return status(1100, f"cannot parse expression: {request.expr}")(view)
    return None


def _no_ids(view: View) -> Action:
    answer = view.response()
    if not isinstance(answer, m.ShowCollectionsResponse):
        return None
    del answer.collection_ids[:]
    return answer


#: Makes a collection, so that there is a list.
_FIRST = "sdk/answer-unknown-field.has_collection"


def _judged(model: Target, command: Sequence[str], pattern: str, *rules: Rule) -> list[CheckEvent]:
    """Judge a driver before a server that answers otherwise than the model, once there is a collection."""
    checks: list[CheckEvent] = []

    class Log:
        def write(self, event: Header | CheckEvent | Footer) -> None:
            checks.extend([event] if isinstance(event, CheckEvent) else [])

    with Proxy(model.address, rules=rules) as server, DriverProcess(command) as driver:
        SdkRun(driver, resolve(server.address), ("milvus-tck", "sdk"), [Log()], window=WINDOW)(
            chosen([_FIRST, pattern])
        )
    return [each for each in checks if not each.check.startswith(_FIRST)]


def _rule(rpc: str, stage: RuleStage, act: Act) -> Rule:
    return Rule("another-server", Where((rpc,)), stage, act)


def test_a_server_without_templates_lacks_what_the_sdk_sends(model: Target, tmp_path: Path) -> None:
    """No row was taken for another: that is told by a signature of its own, and is no failure."""
    rule = _rule("Query", RuleStage.REQUEST, _no_templates)
    found = _judged(model, changed(tmp_path, _BY_TEMPLATE), "sdk/id-is-data.get-plain", rule)
    assert [(each.state, each.signature) for each in found] == [("unsupported", "lacking:expression-templates")]
    assert "cannot parse expression" in found[0].actual


def test_who_tries_a_refused_template_again_is_no_hang(model: Target, tmp_path: Path) -> None:
    """Servers say by a gRPC code, too, that they cannot read it, and SDKs take that for something that passes."""
    patient = (
        _BY_TEMPLATE.replace('client.call("Query", request, timeout))', "again(client, request))")
        + """
import time
def again(client, request):
    while True:
        try:
            return client.call("Query", request)
        except driver.ClientError:
            time.sleep(0.2)
"""
    )
    act = refuse(grpc.StatusCode.UNKNOWN, "Unexpected error in RPC handling")
    rule = _rule("Query", RuleStage.REQUEST, lambda view: act(view) if _no_templates(view) else None)
    found = _judged(model, changed(tmp_path, patient), "sdk/id-is-data.get-plain", rule)
    assert [(each.state, each.signature) for each in found] == [("unsupported", "lacking:expression-templates")]


def test_templates_that_the_server_takes_are_the_sdks_affair(judged: Judged, tmp_path: Path) -> None:
    """Before a server that has them, ids sent so are found; and a refusal of the SDK's own filter is its failure."""
    command = changed(tmp_path, _BY_TEMPLATE)
    assert {each.state for each in judged(command, ["sdk/id-is-data.get-*"])} == {"pass"}
    command = changed(tmp_path, _BY_TEMPLATE.replace('"id in {keys}"', '"nothing in {keys}"'))
    assert [(each.state, each.signature) for each in judged(command, ["sdk/id-is-data.get-plain"])] == [
        ("fail", "server")
    ]


def test_an_answer_that_does_not_fit_together_is_the_servers(model: Target, tmp_path: Path) -> None:
    """An SDK that refuses to read it is not blamed; one that reads no answer at all is."""
    rule = _rule("ShowCollections", RuleStage.RESPONSE, _no_ids)
    command = changed(tmp_path, _STRICT)
    found = _judged(model, command, "sdk/answer-unknown-field.list_collections", rule)
    assert [(each.state, each.signature) for each in found] == [("inconclusive", "server")]
    assert "0 collection_ids; the SDK reads no such answer" in found[0].actual
    broken = changed(tmp_path, _STRICT.replace("list(answer.collection_ids)", "[]"))
    found = _judged(model, broken, "sdk/sent-timeout.list_collections", _rule("Flush", RuleStage.REQUEST, _no_ids))
    assert [(each.state, each.signature) for each in found] == [("fail", "decode")]


def test_a_correct_client_is_none_the_worse_for_it(model: Target) -> None:
    """One that looks at what it needs alone keeps the promise before the same server."""
    rule = _rule("ShowCollections", RuleStage.RESPONSE, _no_ids)
    found = _judged(model, REFERENCE, "sdk/answer-unknown-field.list_collections", rule)
    assert [each.state for each in found] == ["pass"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, ""),
        (m.BoolResponse(), ""),
        (m.DescribeCollectionResponse(), ""),
        (m.DescribeCollectionResponse(schema=m.CollectionSchema(fields=[m.FieldSchema(name="id")])), "no collectionID"),
        (m.SearchResults(results=m.SearchResultData(topks=[0])), ""),
        (m.SearchResults(results=m.SearchResultData(topks=[1, 0])), "hits, and no primary_field_name"),
        (m.ShowPartitionsResponse(partition_names=["a"], partitionIDs=[1]), "1 partition_names, and 0 created_"),
    ],
)
def test_what_an_answer_lacks_is_named(answer: Message | None, why: str) -> None:
    """What is empty as a whole lacks nothing: it may be a refusal."""
    found = why_torn(answer)
    assert bool(found) == bool(why)
    assert why in found
