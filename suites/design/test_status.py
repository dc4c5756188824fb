"""Status: "it doesn't contain grpc error but the server error code"."""

from typing import Any

from milvus_tck.fixtures.actions import listed
from milvus_tck.fixtures.design_collections import FIELDS, Early
from milvus_tck.fixtures.marks import rule
from milvus_tck.suites.names._requests import REQUESTS

from milvus_tck.bindings.exchange_values import Outcome
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call

#: A tag of protobuf that breaks off.
_NO_SCHEMA = b"\xff\xff\xff"


@rule("status-in-band")
def test_a_failure_travels_in_the_status(tck: Case, early: Early, rpc: str) -> None:
    """What fails says so in the Status, and the call itself ends with OK."""
    wrong = _wrong(tck, rpc)
    if not tck.clause().expectation(tck.profile).ok:
        tck.refused(wrong, neighbour=_right(tck, rpc, early), untouched=lambda: _is_there(tck, early, wrong))
        return
    outcome = tck.call(wrong)
    believed = tck.call(_right(tck, rpc, early)).ok
    tck.judge(believed and _tells(outcome), "success, or a Status with an error_code and a reason", str(outcome))


def _wrong(tck: Case, rpc: str) -> Call[Any]:
    name = tck.name()
    if rpc == "CreateCollection":
        return calls.create_collection(name, *FIELDS).but(schema=_NO_SCHEMA)
    return REQUESTS[rpc].about(name)


def _right(tck: Case, rpc: str, stage: Early) -> Call[Any]:
    return REQUESTS[rpc].valid(tck, stage)


def _is_there(tck: Case, stage: Early, wrong: Call[Any]) -> list[bool]:
    """Look whether the collection of the stage is listed, and the one that does not exist is not."""
    names = listed(tck)
    return [stage.name in names, getattr(wrong.request, "collection_name", "") in names]


def _tells(outcome: Outcome[Any]) -> bool:
    """Tell whether a Status came, and gives a number and a reason where it is one of a failure."""
    status = outcome.status
    failed_well = status is not None and status.legacy != 0 and bool(status.reason.strip())
    return outcome.in_band and (outcome.ok or failed_well)
