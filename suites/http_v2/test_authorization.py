"""Who asks over the second high-level REST, where a server wants to know."""

import pytest
from milvus_tck.fixtures.authorization import KNOWN, UNKNOWN, judge_known, judge_unknown
from milvus_tck.suites.http_v2._requests import TABLE

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http
from milvus_tck.wire.messages import HttpResponse


def _listed(header: str) -> Call[HttpResponse]:
    headers = {"content-type": "application/json", "authorization": header}
    return http("POST", f"{TABLE.base}/collections/list", {}, headers)


@pytest.mark.clause("http-v2/authenticated", cases=tuple(KNOWN))
def test_somebody(tck: Case) -> None:
    """A user with the right password is answered over either scheme."""
    judge_known(tck, _listed)


@pytest.mark.clause("http-v2/unauthenticated", cases=tuple(UNKNOWN))
def test_nobody(tck: Case) -> None:
    """Each of them is refused, while the right one is answered."""
    judge_unknown(tck, _listed)
