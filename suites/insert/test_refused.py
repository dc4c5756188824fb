"""Insert: what is refused leaves no row behind."""

from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert._refusals import NUMBERS, REFUSED, Wrong, columns_of
from milvus_tck.suites.insert._row_layout import Layout

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

#: The rows of the valid insertion beside a wrong one.
_OTHERS = (11, 12, 13)


def _complete(layout: Layout, call: Call[m.MutationResult]) -> Call[m.MutationResult]:
    """Say of fields that may be null that all values are there: 2.5 refuses them where nothing is said."""
    nullable = {each.name for each in layout.fields if each.nullable}
    columns = columns_of(call)
    for each in columns:
        if each.field_name in nullable:
            each.valid_data.extend([True] * len(_OTHERS))
    return call.but(fields_data=columns)


@each_case(REFUSED)
def test_a_wrong_insertion(tck: Case, given: Wrong) -> None:
    """A wrong insertion is refused as a whole: a search finds none of its rows."""
    layout = given.layout
    name = layout.created(tck)
    rows = layout.rows(tck, name)
    others = _complete(layout, layout.insertion(name, _OTHERS))

    def all_there(_: m.MutationResult) -> Equality:
        tck.ok(others)
        return same(layout.keys((*NUMBERS, *_OTHERS)), rows(), what="keys found")

    tck.answers(
        given.spoil(layout.insertion(name, NUMBERS)),
        effect=all_there,
        neighbour=others,
        untouched=rows,
    )
