"""Filters in every form: operators, constants, types, escapes, patterns, places, functions, nulls."""

from milvus_tck.fixtures.condition_rows import ConditionRows
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.reading._filter_forms import REFUSED, SCALARS, Forms, asked_in
from milvus_tck.suites.reading._nested_filter_forms import ARRAYS, DOCUMENTS, NULLS

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.columns import values_of


def _judge(tck: Case, where: ConditionRows, forms: Forms) -> None:
    """Judge that a query finds the rows of each filter, and refuses what is none."""
    asked = asked_in(forms, tck.profile)
    right = [each if isinstance(each, str) else sorted(each) for each in asked.values()]
    tck.expect(right, [_found(tck, where.name, each) for each in asked], members=list(asked))


def _found(tck: Case, name: str, text: str) -> list[int] | str:
    """Return the keys that a filter finds in order, or that it is refused."""
    call = calls.query(name, text, output=["id"])
    outcome = tck.call(call)
    if outcome.answer is not None and outcome.in_band and not outcome.ok:
        return REFUSED
    return sorted(values_of(tck.answered(call, outcome).fields_data, "id"))


@each_case({"query/filter-forms": SCALARS})
def test_filters_of_plain_fields(tck: Case, condition_scalars: ConditionRows, given: Forms) -> None:
    """A filter finds the rows that it is true of, in whatever form it is written, and is refused where it is none."""
    _judge(tck, condition_scalars, given)


@each_case({"query/filter-forms-of-documents": DOCUMENTS})
def test_filters_of_documents(tck: Case, condition_documents: ConditionRows, given: Forms) -> None:
    """So does a filter of what is in documents."""
    _judge(tck, condition_documents, given)


@each_case({"query/filter-forms-of-arrays": ARRAYS})
def test_filters_of_arrays(tck: Case, condition_arrays: ConditionRows, given: Forms) -> None:
    """So does a filter of arrays and their elements."""
    _judge(tck, condition_arrays, given)


@each_case({"query/filter-forms-of-nulls": NULLS})
def test_filters_of_nulls(tck: Case, condition_nulls: ConditionRows, given: Forms) -> None:
    """So does a filter of fields that are null in some rows."""
    _judge(tck, condition_nulls, given)
