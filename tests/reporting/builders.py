"""Runs as the reports' tests need them: every value has a sane default."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.spec.capabilities import CapabilityViews
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header, JudgedTarget
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import count, summarise

__all__ = ["HOSTILE", "a_check", "a_failure", "a_footer", "a_header", "a_run", "an_exchange", "many_failures"]

#: What an unkind target might say: markup, control characters, a lone surrogate, text that runs backwards.
HOSTILE = (
    "</script><script>window.harmed=1</script><img src=x onerror=window.harmed=1>\"'{{7*7}}"
    "\x00\x1b[31m\x07\ud800\ufffe\u202eevil\u2028|`*_[x](http://x)&amp;]]>\U0001f600 ümläut"
)

_TARGET = JudgedTarget("milvus@2.3.5", "v2.3.5", "127.0.0.1:19530")


def a_header(**changes: Any) -> Header:  # noqa: ANN401 - any field of a header
    """Make a header of a whole run."""
    header = Header(
        suite="2026.11.0",
        profile="2.3",
        profile_reason="GetVersion says v2.3.5",
        target=_TARGET,
        run="abc123",
        seed=42,
        command=["milvus-tck", "check", "milvus@2.3.5"],
        environment={"python": "3.11.7"},
        started="2026-11-21T04:32:14+00:00",
    )
    return replace(header, **changes)


def a_footer(checks: Iterable[CheckEvent] = (), **changes: Any) -> Footer:  # noqa: ANN401 - any field of a footer
    """Make the footer of a run that went well."""
    footer = Footer(
        complete=True,
        totals=count(checks),
        identity={},
        leftovers=[],
        incidents=[],
        seconds=40.0,
        cpu_seconds=8.0,
        waited_seconds=120.0,
        capabilities=[CapabilityViews("aliases", False, "has", "lacks", "unclear", True)],
    )
    return replace(footer, **changes)


def an_exchange(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member of an exchange
    """Make an exchange as the result file holds it."""
    exchange = {
        "rpc": "Insert",
        "grpc": "OK",
        "seconds": 0.0021,
        "request": {"collection_name": "tck_abc123_rows_1", "num_rows": 3},
        "response": {"status": {"error_code": "UnexpectedError", "code": 1100, "reason": "no such field"}},
        "request_bytes": "GiV0Y2s=",
    }
    return {**exchange, **changes}


def a_check(clause: str = "insert/valid", state: State = State.PASS, **changes: Any) -> CheckEvent:  # noqa: ANN401
    """Make the event of one check; `changes` are fields of the event."""
    aspect, binding = changes.pop("aspect", "holds"), changes.get("binding", "grpc")
    check = CheckEvent(
        check=f"{clause}:{aspect}@{binding}",
        clause=clause,
        level=Level.MUST.value,
        rpc="Insert",
        family="data",
        binding="grpc",
        state=state.value,
        signature="" if state is State.PASS else f"signature-of-{state.value}",
        expected="",
        actual="",
        seconds=0.25,
        text=f"The promise of {clause}.",
        test="data/test_insert.py::test_it",
    )
    return replace(check, **{**_TIMES.get(state, {}), **changes})


#: How often a test ran and failed, by what it came to.
_TIMES: dict[State, dict[str, Any]] = {State.FAIL: {"runs": 2, "failed": 2}, State.FLAKY: {"runs": 5, "failed": 1}}


def a_failure(clause: str = "insert/unknown-field", state: State = State.FAIL, **changes: Any) -> CheckEvent:  # noqa: ANN401
    """Make a failure with its exchange."""
    proof = {
        "aspect": "code",
        "signature": "code:1100!=1",
        "expected": "code 1",
        "actual": "code 1100, error_code 1: no such field",
        "exchanges": [an_exchange()],
    }
    return a_check(clause, state, **{**proof, **changes})


def many_failures(number: int, alike: int = 3) -> list[CheckEvent]:
    """Make failures of many clauses, each with exchanges of its own; `alike` of them share a signature."""
    return [
        a_failure(
            f"insert/case-{index}",
            signature=f"code:{index // alike}!=0",
            text=f"Insert refuses a request of kind {index}, in which a field of the schema is not what it has to be.",
            expected=f"code {index}, with the legacy error_code that the profile maps it to",
            actual=f"code 65535, error_code 1: insert failed for rows of kind {index}: internal error, no rows written",
            exchanges=[
                an_exchange(request={"collection_name": f"tck_abc123_rows_{index}_{place}", "rows": [index] * 12})
                for place in range(6)
            ],
        )
        for index in range(number)
    ]


def a_run(
    checks: Sequence[CheckEvent] = (),
    *,
    header: Header | None = None,
    footer: Footer | None = None,
    killed: bool = False,
    baseline: Comparison | None = None,
    fail_on: Level = Level.MUST,
) -> JudgedRun:
    """Make a run that was judged the way the engine judges; a killed one has no footer."""
    ended = None if killed else footer or a_footer(checks)
    planned = sum(check.family != "wire" for check in checks)
    results = Results(header or a_header(planned=planned), list(checks), ended)
    summary = summarise(results, baseline, fail_on, lost=ended is not None and ended.lost)
    return JudgedRun(results, summary, "tck-out/latest")
