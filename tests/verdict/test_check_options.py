"""What a run is asked to do, as far as it is told from its options alone."""

import pytest

from milvus_tck.verdict.session.options import EXPLORE_SECONDS, CheckOptions


@pytest.mark.parametrize(
    ("seconds", "select", "explores"),
    [
        (None, "", False),
        (None, "family=explore", True),
        (None, "clause=delete/in-sequences", True),
        (0.0, "", False),
        (0.0, "family=explore", False),
        (5.0, "rpc=Search", True),
    ],
)
def test_explorations_run_where_they_are_asked_for(seconds: float | None, select: str, explores: bool) -> None:  # noqa: FBT001 - a row
    """A time decides, 0 against them whatever else is asked; without a time those run that a selection names."""
    assert CheckOptions("null", explore=seconds, select=select).explores is explores


def test_what_goes_without_saying_is_not_told_as_asked() -> None:
    """The usual time of explorations makes two runs no less comparable; another one, and none, do."""
    assert "explore" not in CheckOptions("null", explore=EXPLORE_SECONDS).asked
    assert CheckOptions("null", explore=0.0).asked["explore"] == "0"
    assert CheckOptions("null", explore=5.0).asked["explore"] == "5"
    assert CheckOptions("null", explore=EXPLORE_SECONDS, select="rpc=Search").asked["explore"] == "30"
