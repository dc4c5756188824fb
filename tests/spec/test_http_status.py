"""Which status of HTTP an outcome has."""

import pytest

from milvus_tck.spec.errors import codes, legacy_codes
from milvus_tck.spec.http_status import http_statuses, status_of_http


@pytest.mark.parametrize("numbers", ["codes", "legacy"])
def test_an_outcome_has_one_status(numbers: str) -> None:
    """No number stands in two rows."""
    every = [number for row in http_statuses() for number in getattr(row, numbers)]
    assert len(set(every)) == len(every)


def test_numbers_are_known() -> None:
    """Every number in a row is one that the protocol has."""
    known = {each.number for each in codes()} | {0}
    assert {number for row in http_statuses() for number in row.codes} <= known
    legacy = {each.number for each in legacy_codes()}
    assert {number for row in http_statuses() for number in row.legacy} <= legacy


@pytest.mark.parametrize(
    ("code", "legacy", "http"),
    [(0, 0, 200), (1100, 5, 400), (1400, 1, 401), (1401, 3, 403), (100, 4, 404), (700, 25, 404), (101, 1, 409),
     (8, 49, 429), (65535, 1, 500), (10, 1, 501), (1, 56, 503), (10001, 1, 504), (0, 1, 500), (0, 4, 404),
     (0, 49, 429), (12345, 0, 500), (0, 999, 500)],
)  # fmt: skip
def test_what_a_status_becomes(code: int, legacy: int, http: int) -> None:
    """The code decides, and the legacy number where there is no code; what nobody knows is 500."""
    assert status_of_http(code, legacy) == http
