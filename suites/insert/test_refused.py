"""Insert: what is refused leaves no row behind."""

from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert.refusals import NUMBERS, REFUSED, Wrong

from milvus_tck.verdict.case import Case
from milvus_tck.verdict.equality import Equality, same
from milvus_tck.wire import messages as m

#: The rows of the valid insertion beside a wrong one.
_OTHERS = (11, 12, 13)


@each_case(REFUSED)
def test_a_wrong_insertion(tck: Case, given: Wrong) -> None:
    """A wrong insertion is refused as a whole: a search finds none of its rows."""
    layout = given.layout
    name = layout.ready(tck)
    others = layout.insertion(name, _OTHERS)

    def all_there(_: m.MutationResult) -> Equality:
        tck.ok(others)
        return same(layout.keys((*NUMBERS, *_OTHERS)), layout.found(tck, name), what="keys found")

    tck.answers(
        given.spoil(layout.insertion(name, NUMBERS)),
        effect=all_there,
        neighbour=others,
        untouched=lambda: layout.found(tck, name),
    )
