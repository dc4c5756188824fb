"""Root causes: what to look at first."""

from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline import Comparison
from milvus_tck.verdict.states import State
from tests.reporting.builders import a_check, a_failure, a_run


def test_failures_that_look_alike_are_one_cause() -> None:
    """Failures with the same signature in the same aspect have one cause."""
    run = a_run([a_failure("insert/a"), a_failure("insert/b"), a_failure("insert/c", aspect="legacy")])
    assert [(cause.aspect, len(cause.checks)) for cause in run.causes] == [("code", 2), ("legacy", 1)]


def test_what_blocks_most_comes_first() -> None:
    """The cause that explains most is shown first, the checks that it blocks counted in."""
    blocked = [a_check(f"search/{index}", State.BLOCKED, blocked_by="load/valid") for index in range(9)]
    run = a_run([a_failure("insert/a"), a_failure("insert/b"), a_failure("load/valid", signature="refused"), *blocked])
    assert [(cause.example.clause, cause.blocks) for cause in run.causes] == [("load/valid", 9), ("insert/a", 0)]


def test_a_must_comes_before_a_should() -> None:
    """Levels order causes before numbers do."""
    should = [a_failure(f"insert/{index}", level=Level.SHOULD.value) for index in range(5)]
    run = a_run([*should, a_failure("insert/must", signature="accepted")])
    assert [cause.level for cause in run.causes] == [Level.MUST, Level.SHOULD]


def test_known_failures_are_no_place_to_start() -> None:
    """With a baseline, what its owner knows is counted, not shown first."""
    known, fresh = a_failure("insert/known"), a_failure("insert/fresh", signature="accepted")
    run = a_run([known, fresh], baseline=Comparison([known], [fresh], [], []))
    assert [cause.example.clause for cause in run.causes] == ["insert/fresh"]
