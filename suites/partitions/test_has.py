"""HasPartition: what exists, and what cannot."""

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import DEFAULT
from milvus_tck.suites.partitions._assertions import ILL_FORMED, create, names, there

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


@pytest.mark.clause("has-partition/existing", "has-partition/missing")
def test_what_exists_is_told_from_what_does_not(tck: Case) -> None:
    """HasPartition knows what its collection has: by the exact name, and in no other collection."""
    name, other = create(tck, "Here"), create(tck, "there")
    existing = there(tck, name, DEFAULT, "Here", "nowhere")
    tck.expect([True, True, False], existing, of="has-partition/existing", members=(DEFAULT, "Here", "nowhere"))
    missing = [*there(tck, name, "here", "there"), *there(tck, other, "there")]
    tck.expect(
        [False, False, True],
        missing,
        of="has-partition/missing",
        members=("here", "there", "there in the other collection"),
    )


@each_case({"has-partition/name-empty": {"": ""}, "has-partition/name-ill-formed": ILL_FORMED})
def test_an_ill_formed_name_is_not_answered(tck: Case, given: str) -> None:
    """What cannot be the name of a partition is a fault, not a partition that is missing."""
    name = create(tck)
    tck.refused(
        calls.has_partition(name, given),
        neighbour=calls.has_partition(name, DEFAULT),
        untouched=lambda: names(tck, name),
    )
