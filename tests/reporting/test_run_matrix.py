"""Results side by side, as values: who stands where, what a cell tells, and which rows differ."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from milvus_tck.reporting.matrix_markdown import matrix_markdown
from milvus_tck.reporting.run_column import RunColumn
from milvus_tck.reporting.run_matrix import MatrixRow, RunMatrix
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, JudgedTarget
from milvus_tck.verdict.results.result_file import Results
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_footer, a_header


def a_column(name: str, checks: Sequence[CheckEvent], **header: Any) -> Results:  # noqa: ANN401 - fields of a header
    """Make the result of a target."""
    target = JudgedTarget(name, "v1")
    return Results(a_header(**{"target": target, "asked": {"binding": "grpc"}, **header}), list(checks), a_footer())


def row_of(*columns: Sequence[CheckEvent]) -> MatrixRow:
    """Put columns of one clause side by side."""
    (row,) = RunMatrix([a_column(f"t{place}", each) for place, each in enumerate(columns)]).promises
    return row


def failing(signature: str, **changes: Any) -> CheckEvent:  # noqa: ANN401 - fields of the event
    """Make a failure of the clause of `a_check`."""
    return a_check(state=State.FAIL, aspect="code", signature=signature, **changes)


def test_a_cell_tells_state_count_and_signatures() -> None:
    """The gravest state of its checks, how many of them passed, and how the others failed, the most frequent first."""
    ways = [failing("code:1!=2"), failing("accepted"), failing("accepted"), a_check()]
    (cell,) = row_of(ways).cells
    assert cell is not None
    assert (cell.kind, cell.count) == ("fail", "1/4")
    assert cell.words == "fail, 1 of 4 passed: accepted (2), code:1!=2"


@pytest.mark.parametrize(
    ("left", "right", "differs"),
    [
        ([a_check()], [a_check()], False),
        ([a_check()], [failing("x")], True),
        ([failing("x")], [failing("x")], False),
        ([failing("x")], [failing("y")], True),
        ([a_check()], [a_check(state=State.BLOCKED)], True),
        ([a_check(state=State.BLOCKED)], [a_check(state=State.NOT_RUN)], False),
        ([a_check()], [a_check(state=State.DEVIATION)], True),
        ([a_check()], [], False),
    ],
)
def test_a_row_differs_where_states_or_ways_of_failing_do(
    left: list[CheckEvent], right: list[CheckEvent], *, differs: bool
) -> None:
    """What a column was not asked for is no difference; why something was not verified is none either."""
    assert row_of(left, right).differs is differs


def test_what_was_not_asked_for_is_no_cell() -> None:
    """A promise of another profile, or outside of the selection, is neither kept nor open in that column."""
    assert row_of([a_check()], []).cells[1] is None


def test_a_row_is_a_promise_of_one_rpc_at_one_level() -> None:
    """A `should` that fails does not look like a `must`, and a wire clause has a row for each RPC."""
    checks = [a_check(), a_check(level="should"), a_check(rpc="Delete"), a_check("wire/parses", family="wire")]
    matrix = RunMatrix([a_column("t", checks)])
    assert [(row.family, row.rpc, row.clause, row.level) for row in matrix.promises] == [
        ("data", "Delete", "insert/valid", Level.MUST),
        ("data", "Insert", "insert/valid", Level.MUST),
        ("data", "Insert", "insert/valid", Level.SHOULD),
        ("wire", "Insert", "wire/parses", Level.MUST),
    ]
    assert [(row.rpc, row.level) for row in matrix.rpcs if row.family == "data"] == [
        ("Delete", Level.MUST),
        ("Insert", Level.MUST),
        ("Insert", Level.SHOULD),
    ]


def test_profiles_stand_by_target() -> None:
    """A target that was held to two profiles has one column in that view, and a run in two rows."""
    columns = [
        a_column("a", [a_check()], profile="2.3"),
        a_column("a", [a_check()], profile="2.4"),
        a_column("b", [a_check()], profile="2.4"),
    ]
    matrix = RunMatrix(columns)
    assert matrix.targets == ["a", "b"]
    found = [(row.profile, [each is not None for each in row.cells]) for row in matrix.profiles]
    assert found == [("2.3", [True, False]), ("2.4", [True, True])]


def test_a_column_says_what_it_stands_for() -> None:
    """Target, version, profile, release of the suite, date and scope: how many were judged, and of what."""
    checks = [a_check(), a_failure(), a_check("c", State.BLOCKED)]
    asked = {"binding": "grpc,http-v1", "select": "rpc=Insert"}
    column = RunColumn(a_column("t", checks, asked=asked, partial=True, release="2.3.5", strict=True))
    assert (column.target, column.version, column.release) == ("t", "v1", "2.3.5")
    assert (column.suite, column.date, column.verdict) == ("2026.11.0", "2026-11-21", "NOT conformant")
    told = "--binding grpc,http-v1 --select rpc=Insert; --strict"
    assert column.scope == f"2 of 3 checks; 1 of 83 RPCs; {told}"
    cut = RunColumn(replace(a_column("t", checks), footer=None))
    assert cut.scope.endswith("cut short")


def test_columns_that_cannot_be_compared_are_told() -> None:
    """Another release of the suite, profile or selection; equal ones say nothing."""
    left = a_column("a", [a_check()])
    asked = {"binding": "grpc", "select": "rpc=Search"}
    right = a_column("b", [a_check()], suite="2027.1.0", profile="2.4", asked=asked)
    assert RunMatrix([left, left]).notes == []
    assert RunMatrix([left, right]).notes == [
        "Not every column has the same release of the suite: 2026.11.0, 2027.1.0.",
        "Not every column has the same profile: 2.3, 2.4.",
        "Not every column has the same selection and end: everything, --select rpc=Search.",
    ]


def test_markdown_has_columns_profiles_rpcs_and_what_differs() -> None:
    """A mark and a count in each cell; only promises that differ are listed, and those of `must`."""
    left = [a_check(), a_check("a/same"), a_check("a/should", level="should")]
    right = [failing("x"), a_check("a/same"), a_check("a/should", State.FAIL, level="should")]
    text = matrix_markdown(RunMatrix([a_column("a", left), a_column("b", right)]))
    lines = text.splitlines()
    assert (
        "| a | v1 | 2.3 | 2026.11.0 | 2026-11-21 | 3 of 3 checks; 1 of 83 RPCs | conformant | 2 | 0 | 0 | 0 |" in lines
    )
    assert "| 2.3 | conformant: 2/2 | NOT conformant: 1/2 |" in lines
    assert "| data | Insert | ✓ 2 | ✗ 1/2 |" in lines
    assert lines[-1] == "| insert/valid | Insert | ✓ 1 | ✗ 0/1 |"


def test_markdown_shows_what_a_target_says_as_text() -> None:
    """No name of a target becomes markup."""
    text = matrix_markdown(RunMatrix([a_column(HOSTILE, [a_check(text=HOSTILE)])]))
    assert "<script>" not in text
    assert "](http" not in text


def _an_sdk(version: str, server: str, *checks: CheckEvent) -> Results:
    identity = {"sdk": "acme", "version_of_sdk": version, "server": server}
    target = JudgedTarget(f"acme {version} with {server}", version, identity=identity)
    return a_column("", checks, profile=SDK, target=target)


def test_sdks_stand_by_server() -> None:
    """A row for each SDK and version, a column for each server; servers that were judged themselves stand elsewhere."""
    broken = a_check("sdk/x", State.FAIL, unsafe=True)
    columns = [_an_sdk("1", "lite", a_check("sdk/x"), broken), _an_sdk("2", "lite", a_check("sdk/x")),
               _an_sdk("2", "milvus", broken), a_column("milvus", [a_check()])]  # fmt: skip
    matrix = RunMatrix(columns)
    assert (matrix.servers, matrix.targets) == (["lite", "milvus"], ["milvus"])
    shown = [(row.sdk, [None if each is None else (each.verdict, each.unsafe) for each in row.cells])
             for row in matrix.sdks]  # fmt: skip
    assert shown == [
        ("acme 1", [("NOT conformant", 1), None]),
        ("acme 2", [("conformant", 0), ("NOT conformant", 1)]),
    ]
    assert [each.profile for each in matrix.profiles] == ["2.3"]
    text = matrix_markdown(matrix)
    assert "| acme 1 | 1/2, 1 unsafe | · |\n| acme 2 | 1/1, 0 unsafe | 0/1, 1 unsafe |" in text


def test_sdks_alone_have_no_table_of_profiles() -> None:
    """And servers alone none of SDKs."""
    assert "## Profiles" not in matrix_markdown(RunMatrix([_an_sdk("1", "lite", a_check("sdk/x"))]))
    assert "## SDKs" not in matrix_markdown(RunMatrix([a_column("milvus", [a_check()])]))
    assert "## Profiles" in matrix_markdown(RunMatrix([a_column("milvus", [a_check()])]))
