"""What Acme promises, with the public surface of milvus-tck and nothing else."""

import pytest

from milvus_tck import Case, calls


@pytest.mark.clause("acme/says-its-version")
def test_a_version_begins_with_a_digit(tck: Case) -> None:
    """GetVersion tells a release that begins with a digit, or with v and a digit."""
    told = tck.ok(calls.get_version()).version.removeprefix("v")
    tck.expect(True, told[:1].isdigit(), members=())


@pytest.mark.clause("acme/list-is-sorted")
def test_a_list_is_sorted(tck: Case) -> None:
    """ShowCollections lists collections in the order of their names."""
    names = list(tck.ok(calls.show_collections()).collection_names)
    tck.expect(sorted(names), names)


@pytest.mark.clause("acme/no-name")
def test_no_name_is_refused(tck: Case) -> None:
    """HasCollection without a name is refused."""
    tck.refused(
        calls.has_collection(""),
        neighbour=calls.has_collection(tck.name()),
        untouched=lambda: list(tck.ok(calls.show_collections()).collection_names),
    )
