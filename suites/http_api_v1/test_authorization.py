"""Who asks over the low-level REST, where a server wants to know."""

import pytest
from milvus_tck.fixtures.authorization import KNOWN, UNKNOWN
from milvus_tck.suites.http_api_v1._requests import ask

from milvus_tck.verdict.case.case import Case


@pytest.mark.clause("http-api-v1/unauthenticated", cases=tuple(UNKNOWN))
def test_nobody(tck: Case) -> None:
    """Each of them is refused, while the right one is answered."""
    tck.ok(ask("ShowCollections", headers={"authorization": KNOWN["bearer"]}))
    for case, header in UNKNOWN.items():
        answer = tck.call(ask("ShowCollections", headers={"authorization": header})).answer
        tck.expect([401], [answer.status if answer else None], case=case, members=("HTTP status",))
