"""A promise that fails over one binding and holds over another is one finding, with both exchanges."""

from milvus_tck.reporting.findings import findings_markdown
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.verdict.model.states import State
from tests.reporting.builders import a_check, a_failure, a_footer, a_run, an_exchange

_HTTP = "http-api-v1"
_CLAUSE = "insert/unknown-field"


def _run(*, kept: bool = True) -> JudgedRun:
    """Make a run in which a clause fails over HTTP alone, and another over both."""
    over_http = an_exchange(http={"request": "POST /api/v1/entities", "status": 200}, binding=_HTTP)
    checks = [
        a_failure(_CLAUSE, binding=_HTTP, exchanges=[over_http]),
        a_check(_CLAUSE, State.PASS, aspect="code"),
        a_failure("insert/valid"),
        a_failure("insert/valid", binding=_HTTP, exchanges=[over_http]),
    ]
    decided = an_exchange(response={"status": {"code": 1, "reason": "told over gRPC"}})
    counterparts = {f"{_CLAUSE}:code@grpc": [decided]} if kept else {}
    return a_run(checks, footer=a_footer(checks, counterparts=counterparts))


def test_where_a_failure_holds() -> None:
    """Only what passes elsewhere has a counterpart, with the exchange that decided there."""
    run = _run()
    assert list(run.counterparts) == [f"{_CLAUSE}:code@{_HTTP}"]
    (beside,) = run.counterparts[f"{_CLAUSE}:code@{_HTTP}"]
    assert (beside.binding, len(beside.exchanges)) == ("grpc", 1)
    assert [run.holds_over(check) for check in run.results.checks] == ["grpc", "", "", ""]


def test_findings_show_both() -> None:
    """The clause has one heading, both exchanges, and says over which binding it holds."""
    text = findings_markdown(_run())
    assert text.count(f"### {_CLAUSE} (must)") == 1
    assert "it holds over grpc" in text
    assert "Insert (POST /api/v1/entities)" in text
    assert "Over grpc, where it holds:" in text
    assert "told over gRPC" in text
    assert "told over gRPC" not in findings_markdown(_run(kept=False))


def test_the_summary_says_where_it_holds() -> None:
    """The short summary names the binding over which the failure does not show."""
    assert "It holds over grpc." in summary_markdown(_run())


def test_the_page_says_where_it_holds() -> None:
    """The page has the binding beside what was expected and what came."""
    page = report_html(_run())
    assert page.count("<dt>holds over</dt><dd>grpc</dd>") == 1


def test_one_binding_has_no_counterparts() -> None:
    """Where all travelled over one binding there is nothing beside it."""
    assert a_run([a_failure(), a_check()]).counterparts == {}
