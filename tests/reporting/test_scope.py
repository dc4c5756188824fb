"""Which RPCs a run is about, in every report: judged, only met on the way, without a clause that can be tested."""

import json
import re

from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.reporting.matrix import rpc_rows
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.rpcs import rpcs_of
from milvus_tck.verdict.model.states import State
from tests.reporting.builders import a_check, a_failure, a_run

_WIRE = [a_check("wire/parses", family="wire", rpc=rpc) for rpc in ("Import", "Insert")]
_RUN = a_run([a_check(), a_check("search/valid", State.BLOCKED, rpc="Search"), *_WIRE])


def _row(page: str, rpc: str) -> str:
    found = re.search(rf'<tr[^>]*><th scope="row">{rpc}</th>.*?</tr>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_every_rpc_of_the_profile_has_its_place() -> None:
    """Each stands in one list, in the order of the service, and those that were met are named besides."""
    scope = _RUN.summary.as_dict(_RUN.results)["scope"]
    assert (scope["judged"], scope["open"], scope["met"]) == (["Insert"], ["Search"], ["Import"])
    assert "Import" in scope["not_testable"]
    assert "CreateCollection" in scope["not_asked"]
    names = [
        name for key in ("judged", "open", "not_asked", "no_clause", "not_testable", "no_server") for name in scope[key]
    ]
    assert sorted(names) == sorted(each.name for each in rpcs_of(profile("2.3")))
    assert scope["rpcs"] == len(names)
    json.dumps(scope)


def test_a_mark_stands_only_where_clauses_were_judged() -> None:
    """Of an RPC that was only met on the way the page says what became of its answers, and gives it no mark."""
    page = report_html(_RUN)
    assert "✓" in _row(page, "Insert")
    assert "✓" not in _row(page, "Import")
    assert "1 kept" in _row(page, "Import")


def test_the_form_of_answers_never_fills_the_place_of_a_clause() -> None:
    """Where all clauses of an RPC stay open, its answers' form is no pass of them."""
    checks = [a_check("insert/valid", State.BLOCKED), a_check("wire/parses", family="wire", rpc="Insert")]
    (row,) = rpc_rows(checks, [Level.MUST])
    (cell,) = row.cells
    assert cell is not None
    assert (cell.passed, cell.unverified) == (0, 1)
    assert row.form is not None
    assert row.form.passed == 1


def test_an_answer_that_breaks_the_contract_is_seen() -> None:
    """A broken form counts as a failure of its RPC, whether that has clauses or not."""
    checks = [a_failure("wire/parses", family="wire", rpc="Import")]
    (row,) = rpc_rows(checks, [Level.MUST])
    assert (row.own, row.failed) == (False, 1)
    assert "1 broken" in _row(report_html(a_run(checks)), "Import")


def test_reports_name_them() -> None:
    """The page and the summary name every RPC that was not judged, under the reason."""
    for text in (report_html(_RUN), summary_markdown(_RUN)):
        assert "Cannot be tested (" in text
        assert "Could not be judged (1)" in text
        assert "TransferNode" in text


def test_the_summary_tells_clauses_from_form() -> None:
    """A row says that no clause of its own was judged."""
    assert "| Import | none judged | 1 / 0 / 0 |" in summary_markdown(_RUN)
    assert "| Insert | must 1 / 0 / 0 | 1 / 0 / 0 |" in summary_markdown(_RUN)
