"""The description of the gateway."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from milvus_tck.spec.routes import routes
from tests.gateway.requests import ask

BINDINGS = ("http-design", "http-api-v1", "http-v2")


@pytest.fixture(scope="module")
def described(url: str) -> Any:  # noqa: ANN401 - JSON
    """What the gateway says of itself."""
    answer = ask(url, "GET", "/openapi.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    return answer.plain


def test_it_is_openapi(described: Any) -> None:  # noqa: ANN401 - JSON
    """It is valid OpenAPI 3.1."""
    assert described["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []


@pytest.mark.parametrize("binding", BINDINGS)
def test_it_has_every_route(described: Any, binding: str) -> None:  # noqa: ANN401 - JSON
    """Every row of a route table is an operation."""
    table = routes(binding)
    for route in table:
        assert route.method.lower() in described["paths"][table.base + route.path], route.path


def test_it_has_no_other_routes(described: Any) -> None:  # noqa: ANN401 - JSON
    """What it describes is in a table."""
    rows = sum(len(operations) for operations in described["paths"].values())
    assert rows == sum(len(routes(binding)) for binding in BINDINGS)
