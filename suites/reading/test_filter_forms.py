"""Filters in every form: operators, constants, types, escapes, patterns, places, functions, nulls."""

from collections.abc import Mapping

from milvus_tck.fixtures.condition_rows import ConditionRows
from milvus_tck.fixtures.explore.budget import Budget
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.reading._filter_forms import REFUSED, SCALARS, Forms, Right, found_in, keys, refused_in
from milvus_tck.suites.reading._nested_filter_forms import ARRAYS, DOCUMENTS, NULLS

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SHARED
from milvus_tck.verdict.model.stops import Unreached
from milvus_tck.wire import calls
from milvus_tck.wire.columns import values_of


def _judge(tck: Case, where: ConditionRows, asked: Mapping[str, Right]) -> None:
    """Judge that a query finds the rows of each filter, and refuses what is none."""
    right = [each if isinstance(each, str) else sorted(each) for each in asked.values()]
    tck.expect(right, [_found(tck, where.name, each) for each in asked], members=list(asked))


def _found(tck: Case, name: str, text: str) -> list[int] | str:
    """Return the keys that a filter finds in order, or that it is refused."""
    call = calls.query(name, text, output=["id"])
    outcome = tck.call(call)
    if outcome.answer is not None and outcome.in_band and not outcome.ok:
        return REFUSED
    return sorted(values_of(tck.answered(call, outcome).fields_data, "id"))


def _judge_refused(tck: Case, rows: str, forms: Forms, filter_beside: Mapping[str, Right]) -> None:
    """Judge refusals, and one filter beside them that is none, where there is time: servers die of some of them."""
    if not Budget.of(tck).longer:
        raise Unreached("what is no filter: it is asked with --explore 60")
    # Not shared: what is prepared on an instance goes with it, and most runs never come here.
    _judge(tck, SHARED[rows].prepare(tck), {**filter_beside, **refused_in(forms, tck.profile)})


@each_case({"query/filter-forms": SCALARS})
def test_filters_of_plain_fields(tck: Case, condition_scalars: ConditionRows, given: Forms) -> None:
    """A filter finds the rows that it is true of, in whatever form it is written."""
    _judge(tck, condition_scalars, found_in(given, tck.profile))


@each_case({"query/filter-forms-of-documents": DOCUMENTS})
def test_filters_of_documents(tck: Case, condition_documents: ConditionRows, given: Forms) -> None:
    """So does a filter of what is in documents."""
    _judge(tck, condition_documents, found_in(given, tck.profile))


@each_case({"query/filter-forms-of-arrays": ARRAYS})
def test_filters_of_arrays(tck: Case, condition_arrays: ConditionRows, given: Forms) -> None:
    """So does a filter of arrays and their elements."""
    _judge(tck, condition_arrays, found_in(given, tck.profile))


@each_case({"query/filter-forms-of-nulls": NULLS})
def test_filters_of_nulls(tck: Case, condition_nulls: ConditionRows, given: Forms) -> None:
    """So does a filter of fields that are null in some rows."""
    _judge(tck, condition_nulls, found_in(given, tck.profile))


@each_case({"query/no-filter": SCALARS})
def test_what_is_no_filter_of_plain_fields(tck: Case, given: Forms) -> None:
    """What is no filter is refused."""
    _judge_refused(tck, "condition_scalars", given, {"n == 5": keys(7)})


@each_case({"query/no-filter-of-documents": DOCUMENTS})
def test_what_is_no_filter_of_documents(tck: Case, given: Forms) -> None:
    """So is what is none of documents."""
    _judge_refused(tck, "condition_documents", given, {'doc["a"] == 1': keys(0)})


@each_case({"query/no-filter-of-arrays": ARRAYS})
def test_what_is_no_filter_of_arrays(tck: Case, given: Forms) -> None:
    """So is what is none of arrays."""
    _judge_refused(tck, "condition_arrays", given, {"whole[0] == 1": keys(0, 1)})
