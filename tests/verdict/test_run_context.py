"""What all tests of a run share, and what its answers said about the wire contract."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from milvus_tck.bindings.exchange_values import Exchange, Via, Violation
from milvus_tck.bindings.wire_contract import PARSES
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case.wire_log import WireLog
from milvus_tck.verdict.leftovers.objects import PREFIX, run_of
from milvus_tck.verdict.model.fingerprint import MOST_KINDS
from milvus_tck.verdict.model.states import State
from milvus_tck.wire import messages as m
from tests.verdict.builders import a_run
from tests.verdict.servers import Scripted


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("tck_abc123_x", "abc123"),
        ("TCK_ABC123_X", "abc123"),
        ("1tck_abc123_x", "abc123"),
        ("tck_abc123", None),
        ("tck_abc12_x", None),
        ("my_data", None),
        ("", None),
        ("somebody_elses_long_name_with_tck_abc123_inside", None),
    ],
)
def test_whose_an_object_is(name: str, run: str | None) -> None:
    """By its name an object is ours, also where a test bent the name; what is not ours is never taken for it."""
    assert run_of(name) == run


def test_every_name_starts_with_the_prefix() -> None:
    """The prefix of a run names the run."""
    run = a_run(Scripted())
    assert run.prefix.startswith(PREFIX)
    assert run_of(f"{run.prefix}x") == run.id


def test_slugs_tell_tests_apart() -> None:
    """Tests whose names begin alike, or differ in a parameter only, have slugs of their own."""
    run = a_run(Scripted())
    tests = [f"a/test_b.py::test_{'long_' * 9}{end}" for end in ("one", "two", "two[x]", "two[y]", "two[集]")]
    assert len({run.slug(test) for test in tests}) == len(tests)
    assert run.slug(tests[0]) == run.slug(tests[0])


def _exchange(rpc: str, code: str = "OK", *violations: Violation) -> Exchange:
    return Exchange(rpc, m.HasCollectionRequest(), None, code, "", 0.5, violations)


def test_what_is_noted_is_noted_for_all_instances() -> None:
    """Another instance of the target belongs to the same run: seconds, missing RPCs and answers add up."""
    run = a_run(Scripted())
    beside = run.on_instance(run.exchangers, run.guard)
    run.watch(_exchange("Insert"))
    beside.watch(_exchange("Flush", "UNIMPLEMENTED"))
    assert run.waited == beside.waited == 1.0
    assert run.lacking == {"Flush"}
    assert run.contract.answered == {"Insert"}
    beside.ending.set()
    assert run.ending.is_set()


def test_what_is_noted_is_noted_for_its_binding() -> None:
    """No binding is a special one: each has notes of its own, of what travelled over it."""
    run = a_run(Scripted())
    http = run.for_binding("http-v2")
    assert run.for_binding(run.binding) is run
    assert http.for_binding("grpc").noted is run.noted
    assert run.for_binding("http-v2", itself=True).noted is http.noted
    http.watch(replace(_exchange("Insert"), via=Via("http-v2", "POST /", 200)))
    http.watch(_exchange("Search"))  # what travelled beside it says nothing of it
    run.watch(_exchange("Flush"))
    assert (http.contract.answered, run.contract.answered) == ({"Insert"}, {"Flush"})
    assert run.waiting.calls == http.waiting.calls == 3
    told = http.noting(lacking={"Flush"})
    assert (told.lacking, told.contract, http.lacking) == ({"Flush"}, http.contract, set())


def test_many_threads_watch() -> None:
    """No second is lost where tests are in flight together."""
    run = a_run(Scripted())
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _number: run.watch(_exchange("Insert")), range(1000)))
    assert run.waited == pytest.approx(500)


# -- the wire contract --------------------------------------------------------------------

_BROKEN = Violation("wire/enum-defined", "Insert", "enum:7", "a member nobody defined")


def _log(*exchanges: Exchange) -> WireLog:
    log = WireLog()
    for exchange in exchanges:
        log.add(exchange)
    return log


def _states(log: WireLog, *, believed: bool = True) -> dict[str, State]:
    return {each.check.id: each.state for each in log.judgements(profile("2.3"), "grpc", believed=believed)}


def test_a_wire_clause_is_judged_for_every_rpc_that_answered() -> None:
    """What never broke a promise kept it, for each RPC by itself; an RPC that never answered is not judged."""
    found = _states(_log(_exchange("Insert"), _exchange("Search"), _exchange("Flush", "UNAVAILABLE")))
    assert {found[f"wire/parses.{rpc}:holds@grpc"] for rpc in ("Insert", "Search")} == {State.PASS}
    assert not any(".Flush:" in check for check in found)
    assert not any("/other." in check for check in found)


def test_one_broken_answer_fails_the_clause() -> None:
    """Whatever came before and after: one answer that breaks a promise breaks it, with that answer as the evidence."""
    bad = _exchange("Insert", "OK", _BROKEN)
    log = _log(_exchange("Insert"), bad, _exchange("Insert", "OK", _BROKEN), _exchange("Search"))
    found = _states(log)
    assert found.pop("wire/enum-defined.Insert:holds@grpc") is State.FAIL
    assert set(found.values()) == {State.PASS}
    (judged,) = [each for each in log.judgements(profile("2.3"), "grpc", believed=True) if each.state is State.FAIL]
    assert (judged.signature, judged.actual, judged.exchanges) == ("enum:7", "a member nobody defined", (bad,))


@pytest.mark.parametrize("order", [(6, 200, 6), (200, 6, 6), (6, 6, 200)])
def test_which_test_comes_first_makes_no_difference(order: tuple[int, ...]) -> None:
    """An RPC that breaks a promise in several ways has the same signature in every run, and an answer of each way."""
    answers = [_exchange("Insert", "OK", _undefined(code)) for code in order]
    log = _log(*answers)
    (judged,) = [each for each in log.judgements(profile("2.3"), "grpc", believed=True) if each.state is State.FAIL]
    assert judged.signature == "legacy:200; legacy:6"
    assert judged.actual == "error_code 200; error_code 6"
    assert [each.violations[0].signature for each in judged.exchanges] == ["legacy:200", "legacy:6"]
    assert judged.deciding is judged.exchanges[0]


def test_a_target_of_many_troubles_is_told_in_short() -> None:
    """Whatever numbers a broken server makes up, and in which order, a signature and its evidence are bounded."""
    numbers = range(1000, 1000 + 50)
    signatures, evidence = set(), set()
    for order in (numbers, reversed(numbers)):
        log = _log(*(_exchange("Insert", "OK", _undefined(code)) for code in order))
        (judged,) = [each for each in log.judgements(profile("2.3"), "grpc", believed=True) if each.failed]
        signatures.add(judged.signature)
        evidence.add(len(judged.exchanges))
    assert signatures == {"legacy:*"}
    assert evidence == {MOST_KINDS}


def _undefined(code: int) -> Violation:
    return Violation("wire/error-code-defined", "Insert", f"legacy:{code}", f"error_code {code}")


def test_what_could_not_be_read_keeps_nothing_else() -> None:
    """Of answers that are no message nothing was looked at but that; one that is, is looked at."""
    garbage = _exchange("Insert", "OK", Violation(PARSES, "Insert", "unparsable", "no message"))
    assert _states(_log(garbage)) == {"wire/parses.Insert:holds@grpc": State.FAIL}
    assert _states(_log(garbage, _exchange("Insert")))["wire/enum-defined.Insert:holds@grpc"] is State.PASS


def test_a_target_that_says_nothing_keeps_no_contract() -> None:
    """Where the first clause does not hold, unbroken promises are blocked by it; broken ones are broken."""
    found = _states(_log(_exchange("Insert", "OK", _BROKEN)), believed=False)
    assert found.pop("wire/enum-defined.Insert:holds@grpc") is State.FAIL
    assert set(found.values()) == {State.BLOCKED}


def test_a_foreign_path_answers_for_nobody() -> None:
    """An exchange with another service says nothing about an RPC."""
    assert _states(_log(_exchange("/grpc.health.v1.Health/Check"))) == {}
