"""Root causes: what to look at first."""

from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.comparison import Comparison
from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.states import State
from tests.reporting.builders import a_check, a_failure, a_run


def test_failures_that_look_alike_are_one_cause() -> None:
    """Failures with the same signature in the same aspect have one cause."""
    run = a_run([a_failure("insert/a"), a_failure("search/b", rpc="Search"), a_failure("insert/c", aspect="legacy")])
    assert [(cause.aspect, len(cause.checks), cause.rpc) for cause in run.causes] == [
        ("code", 2, ""),
        ("legacy", 1, "Insert"),
    ]


def test_what_is_accepted_has_a_cause_by_condition_or_by_rpc() -> None:
    """That two RPCs accept two different things is no one mistake; each failure belongs to one cause."""

    def accepted(clause: str, rpc: str) -> CheckEvent:
        return a_failure(clause, aspect="fails", signature="accepted", rpc=rpc)

    named = [accepted(f"{rpc.lower()}/ill-named", rpc) for rpc in ("Insert", "Search", "Flush")]
    schema = [accepted(f"create/dim-{index}", "Create") for index in range(4)]
    run = a_run([*named, *schema, accepted("search/limit", "Search")])
    assert [(cause.rpc, len(cause.checks)) for cause in run.causes] == [("Create", 4), ("", 3), ("Search", 1)]


def test_aspects_that_a_failure_leaves_open_are_blocked_by_it() -> None:
    """A request that was accepted has no code to judge: that is explained by the acceptance."""
    accepted = a_failure("insert/a", aspect="fails", signature="accepted")
    silent = [
        a_check("insert/a", State.BLOCKED, aspect=aspect, signature=f"{aspect}:no-status", actual="ok")
        for aspect in ("code", "legacy")
    ]
    elsewhere = a_check("insert/b", State.BLOCKED, aspect="code", signature="code:no-status", actual="ok")
    run = a_run([*silent, accepted, elsewhere])
    assert [cause.blocks for cause in run.causes] == [2]
    assert run.blocking.reason(silent[0]) == "another aspect of the same request fails"
    assert run.blocking.reason(elsewhere) == "ok"


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
