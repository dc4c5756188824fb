"""What a server says of itself: its health, its parts, its clock."""

import json

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

_SYSTEM_INFO = '{"metric_type": "system_info"}'


@pytest.mark.clause("check-health/healthy")
def test_the_server_is_healthy(tck: Case) -> None:
    """Whoever answers all that is asked here is healthy."""
    answer = tck.ok(calls.check_health())
    tck.expect([True, []], [answer.isHealthy, list(answer.reasons)], members=("isHealthy", "reasons"))


@pytest.mark.clause("get-component-states/healthy")
def test_the_component_is_healthy(tck: Case) -> None:
    """The component that answers has a role, and is healthy."""
    state = tck.ok(calls.get_component_states()).state
    tck.expect([m.StateCode.Healthy, False], [state.state_code, state.role == ""], members=("state_code", "no role"))


def _object(text: str) -> dict[str, object]:
    """Read a JSON object; nothing where it is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@pytest.mark.clause("get-metrics/system-info")
def test_the_nodes_are_told(tck: Case) -> None:
    """There is one node at the least."""
    answer = tck.ok(calls.get_metrics(_SYSTEM_INFO))
    told = _object(answer.response)
    tck.expect(
        [True, False],
        [bool(told.get("nodes_info")), answer.component_name == ""],
        members=("nodes_info holds something", "no component_name"),
    )


@each_case(
    {
        "get-metrics/type-unknown": {"": '{"metric_type": "phlogiston"}'},
        "get-metrics/not-json": {"text": "system_info", "nothing": ""},
    }
)
def test_metrics_that_nobody_has(tck: Case, unindexed: SmallCollection, given: str) -> None:
    """A request that cannot be read, or names nothing, is refused."""
    tck.refused(
        calls.get_metrics(given),
        neighbour=calls.get_metrics(_SYSTEM_INFO),
        untouched=lambda: tck.look.collection(unindexed.name),
    )


@pytest.mark.clause("alloc-timestamp/order")
def test_timestamps_grow(tck: Case) -> None:
    """Each is later than the one before."""
    first, second, third = (tck.ok(calls.alloc_timestamp()).timestamp for _ in range(3))
    tck.judge(0 < first < second < third, "timestamps that grow", f"{first}, {second}, {third}", signature="order")


@each_case({"dummy/known": {"": '{"request_type": "query"}'}, "dummy/unknown": {"nothing": "", "text": "query"}})
def test_the_dummy(tck: Case, given: str) -> None:
    """It answers a status of its own, in JSON."""
    wanted = "success" if given.startswith("{") else "fail"
    tck.expect(wanted, _object(tck.ok(calls.dummy(given)).response).get("status"))


@pytest.mark.clause("register-link/standing")
def test_the_link(tck: Case) -> None:
    """Two calls get one answer."""
    first, second = (tck.ok(calls.register_link()).address for _ in range(2))
    tck.expect((first.ip, first.port), (second.ip, second.port), members=("ip", "port"))
