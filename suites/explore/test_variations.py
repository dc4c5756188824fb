"""Requests that differ from right ones in one place, judged by the model."""

from milvus_tck.fixtures.explore.varied_requests import VariedRequests
from milvus_tck.fixtures.marks import rule

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.fingerprint import joined
from milvus_tck.verdict.model.stops import Unreached


@rule("in-variations")
def test_an_rpc_in_variations(tck: Case, rpc: str) -> None:
    """A request that differs in one place from a right one is answered as the model answers it."""
    varied = VariedRequests(tck, rpc)
    varied.run()
    if not varied.judged:
        raise Unreached(f"variations of {rpc}")
    for each in varied.found[:1]:
        tck.shows(each.case)
    tck.judge(
        not varied.found,
        "what the model answers",
        "; ".join(map(str, varied.found[:3])),
        signature=joined(each.signature for each in varied.found),
    )
