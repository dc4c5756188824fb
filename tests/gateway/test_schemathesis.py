"""Requests made from the gateway's own description, right ones and wrong ones."""

from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from milvus_tck.gateway.openapi.document import description
from milvus_tck.spec.routes import routes
from tests.gateway.requests import SECONDS, ask

_SCHEMA = schemathesis.openapi.from_dict(description((routes("http-design"), routes("http-api-v1"))))
_OPERATIONS = [found.ok() for found in cast("Any", _SCHEMA.get_all_operations())]
#: The readers of the second surface are those of the first: a third of its operations is enough.
_TRIED = [each for number, each in enumerate(_OPERATIONS) if "http-design" in each.tags or number % 3 == 0]
#: A server may refuse what the description allows, and may have no such RPC.
_LEFT_OUT = cast("Any", CHECKS.get_by_names(["not_a_server_error", "positive_data_acceptance"]))
_BUG = "a bug of the gateway"


@pytest.mark.filterwarnings("ignore")  # of the generator, about generating
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_every_operation(url: str, mode: GenerationMode) -> None:
    """Each answer is one that the description has, wrong requests are refused, and none finds a bug of the gateway."""
    with requests.Session() as session:
        for operation in _TRIED:
            if operation.label != "GET /api/v1/health" or mode is GenerationMode.POSITIVE:  # it has nothing to be wrong
                _try(operation, mode, url, session)
    assert ask(url, "GET", "/api/v1/health").status == 200


def _try(operation: Any, mode: GenerationMode, url: str, session: requests.Session) -> None:  # noqa: ANN401 - untyped
    @settings(
        max_examples=1,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: "Case[Any]") -> None:
        answer = case.call(base_url=url, timeout=SECONDS, session=session)
        assert _BUG not in answer.text, case.as_curl_command()
        case.validate_response(answer, excluded_checks=_LEFT_OUT)

    tried()
