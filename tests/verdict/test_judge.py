"""The judge of a case, and callers of more than one kind: neither needs the other."""

import ast
import inspect
from dataclasses import dataclass, field

from milvus_tck.bindings.exchange_values import Exchange, Outcome
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case import judge
from milvus_tck.verdict.case.caller import Answer, Caller
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.judge import Judge
from milvus_tck.verdict.model.aspects import AspectResult
from milvus_tck.verdict.model.equality import same
from milvus_tck.verdict.model.judgement import HOLDS
from milvus_tck.verdict.model.states import State
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from tests.verdict.builders import a_clause, a_run, checks
from tests.verdict.servers import Scripted

_IT = a_clause("has-collection/it", "HasCollection")


def _exchange(rpc: str, answer: m.BoolResponse | None = None) -> Exchange:
    return Exchange(rpc, m.HasCollectionRequest(), answer, "OK", "", 0.1)


def test_a_judge_needs_no_caller() -> None:
    """It is told what was found, and finds among the exchanges the one that decided."""
    said = [_exchange("HasCollection"), _exchange("ShowCollections")]
    bench = Judge("test", checks(_IT), profile("2.3"), said)
    bench.record(_IT, HOLDS, AspectResult(State.FAIL, "false!=true"))
    (judged,) = bench.close(None)
    assert (judged.signature, judged.deciding, judged.exchanges) == ("false!=true", said[0], tuple(said))
    assert not bench.holds(_IT.id)


def test_what_holds_was_judged_and_kept() -> None:
    """A clause that nobody judged yet holds no more than one that is broken."""
    case = Case.of(a_run(Scripted()), "test", checks(_IT))
    assert not case.holds(_IT.id)
    case.expect(1, 1)
    assert case.holds(_IT.id)
    other = Case.of(a_run(Scripted()), "test", checks(_IT, cases=("a", "b")))
    other.expect(1, 1, case="a")
    other.expect(1, 2, case="b")
    assert not other.holds(_IT.id)


def test_a_judge_knows_nothing_of_how_calls_travel() -> None:
    """It imports what came back, and no binding, no caller and no run."""
    tree = ast.parse(inspect.getsource(judge))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    below = {each for each in imported if each.startswith(("milvus_tck.bindings", "milvus_tck.verdict.case"))}
    assert below == {"milvus_tck.bindings.exchange_values"}
    assert "via" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@dataclass
class _Told(Caller):
    """A caller who sends nothing over a binding: somebody else carries its calls, as an SDK would."""

    asked: list[str] = field(default_factory=list)

    def _exchange(self, call: Call[Answer]) -> Outcome[Answer]:
        self.asked.append(call.rpc)
        exchange = Exchange(call.rpc, call.request, m.BoolResponse(value=True), "OK", "", 0.1)
        self._record(exchange)
        return Outcome(call, exchange, exchange.response)  # type: ignore[arg-type] # of the only RPC that is asked


def test_another_caller_carries_a_whole_case() -> None:
    """A test is written once: whoever makes its calls, it is judged by what came back."""
    silent = Scripted()
    caller = _Told(a_run(silent), "test", frozenset({"HasCollection"}))
    case = Case(caller, checks(_IT))
    asked = calls.has_collection(case.name())
    case.accepted(asked, effect=lambda answer: same(True, answer.value) and same(True, case.ok(asked).value))
    assert case.holds(_IT.id)
    assert (caller.asked, silent.sent) == (["HasCollection"] * 2, [])
    assert [each.rpc for each in case.exchanges] == caller.asked


def test_a_foreign_name_is_the_runs_own_and_nobody_makes_it() -> None:
    """It is the same wherever it is asked for, begins as all names of the run do, and is none that a test gets."""
    run = a_run(Scripted())
    one, two = Case.of(run, "one", ()), Case.of(run, "two", ())
    assert one.foreign_name() == two.foreign_name()
    assert one.foreign_name().startswith(run.prefix)
    assert one.foreign_name() not in {each.name() for each in (one, two) for _ in range(3)}
