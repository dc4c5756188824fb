"""Clauses, runs, cases and jobs as the tests of the engine need them."""

from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Exchange, Outcome
from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.clause_files import parse_clauses
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SharedFixture
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.model.judgement import Check, Judgement
from milvus_tck.verdict.model.obligations import checks_of
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = [
    "Watch", "a_case", "a_clause", "a_job", "a_judgement", "a_ledger", "a_run", "an_outcome", "checks",
    "close_ledgers", "states",
]  # fmt: skip


class Watch:
    """A guard that says what it was told to say."""

    def __init__(self) -> None:
        self.dead = False

    def lost(self, exchange: Exchange) -> bool:  # noqa: ARG002 - part of the protocol
        """Tell whether the target went away."""
        return self.dead

    def revive(self) -> bool:
        """Come back, if it is not dead."""
        return not self.dead


def a_clause(identifier: str = "has-collection/it", rpc: str = "HasCollection", **row: Any) -> Clause:  # noqa: ANN401 - TOML values
    """Make a clause the way a clause file makes it; `_` in a key stands for `-`; it needs nothing unless told."""
    named = {key.replace("_", "-"): value for key, value in row.items()}
    raw = {"clause": [{"id": identifier, "rpc": rpc, "text": f"The promise of {identifier}.", "needs": [], **named}]}
    (found,) = parse_clauses(raw, "family")
    return found


def checks(*clauses: Clause, line: str = "2.3", strict: bool = False, cases: Sequence[str] = ("",)) -> list[Check]:
    """List what clauses owe in a profile."""
    return [
        check
        for clause in clauses
        for case in cases
        for check in checks_of(clause, profile(line), "grpc", case, strict=strict)
    ]


def a_ledger() -> Ledger:
    """Open a ledger, in the folder that the tests have for them; it is closed after the test."""
    ledger = Ledger("abc123", "127.0.0.1:1")
    _OPEN.append(ledger)
    return ledger


_OPEN: list[Ledger] = []


def close_ledgers() -> None:
    """Close every ledger that a test opened."""
    while _OPEN:
        _OPEN.pop().close(clean=False)


def a_run(binding: Binding, *, line: str = "2.3", strict: bool = False, guard: Any = None) -> RunContext:  # noqa: ANN401 - any guard
    """Make a run against a binding; waiting takes no time."""
    exchanger = Exchanger(binding, profile(line), 5.0)
    run = RunContext("abc123", profile(line), {GRPC: exchanger}, guard or Watch(), a_ledger(), 7, strict=strict)
    run.pause = lambda _seconds: None
    return run


def a_case(binding: Binding, *clauses: Clause, **how: Any) -> Case:  # noqa: ANN401 - see `a_run`
    """Make a case that owes everything that these clauses promise."""
    cases = how.pop("cases", ("",))
    run = a_run(binding, **how)
    return Case.of(
        run, "family/test_it.py::test_it", checks(*clauses, line=run.profile.name, strict=run.strict, cases=cases)
    )


def states(case: Case, stop: BaseException | None = None) -> dict[str, State]:
    """Close a case and tell what became of each aspect, by `[case:]aspect`."""
    return {f"{each.check.case}:{each.check.aspect}".lstrip(":"): each.state for each in case.close(stop)}


def a_job(
    test: str,
    *clauses: Clause,
    body: Callable[..., object] | None = None,
    shared: Sequence[SharedFixture[Any]] = (),
    line: str = "2.3",
) -> Job:
    """Make a job; without a body its clauses are judged to hold."""

    def holds(case: Case, _things: Sequence[Any]) -> None:
        for clause in clauses:
            case.judge(True, "", "", of=clause.id)

    return Job(test, checks(*clauses, line=line), body or holds, tuple(shared))


def a_judgement(clause: Clause, state: State, aspect: str | None = None) -> Judgement:
    """Judge the first check of a clause, or that aspect of it."""
    owed = checks(clause)
    return Judgement(next(each for each in owed if aspect in {None, each.aspect}), state, f"signature-{state}")


def an_outcome(answer: Message | None, *, grpc_code: str = "OK", rpc: str = "HasCollection") -> Outcome[Message]:
    """Make an outcome out of an answer."""
    call: Call[Message] = Call(rpc, m.HasCollectionRequest(collection_name="c"))
    return Outcome(call, Exchange(rpc, call.request, answer, grpc_code, "", 0.001), answer)
