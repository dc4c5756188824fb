"""The kinds of things that a run can leave: each can be made, found and removed."""

from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor

from milvus_tck.spec.data import SpecError, table_file
from milvus_tck.spec.kinds import UNDOINGS, kinds, maker_of, parse_kinds
from milvus_tck.spec.rpcs import Deed, rpcs
from milvus_tck.spec.tables import TableFile
from milvus_tck.verdict.leftovers.prerequisites import STEPS
from milvus_tck.wire.descriptors import method

#: What makes something inside a collection, which goes with it, or nothing that stays.
_INSIDE = {
    "CreatePartition", "CreateIndex", "CreateSnapshot", "CreateRowPolicy", "CreateNamespace", "AddCollectionField",
    "AddCollectionStructField", "AddCollectionFunction",
}  # fmt: skip


def leads(kind: Descriptor, path: tuple[str, ...]) -> bool:
    """Tell whether members lead to a text."""
    for member in path[:-1]:
        inner = kind.fields_by_name[member].message_type
        assert inner is not None
        kind = inner
    return kind.fields_by_name[path[-1]].type == kind.fields_by_name[path[-1]].TYPE_STRING


def test_the_members_exist() -> None:
    """Every member that is named leads to a text in the message of its RPC."""
    for each in kinds().values():
        for making in each.made:
            request = method(making.rpc).input_type
            assert leads(request, making.path), making
            assert all(leads(request, (name,)) for name in making.databases), making
        assert leads(method(each.list.rpc).output_type, each.list.path), each
        for naming in filter(None, (each.drop, each.has)):
            assert leads(method(naming.rpc).input_type, naming.path), naming
            assert not each.local or leads(method(naming.rpc).input_type, ("db_name",)), naming
        assert all(name in method(each.drop.rpc).input_type.fields_by_name for name in each.forced), each


def test_nothing_that_stays_is_forgotten() -> None:
    """Each RPC that makes something makes a kind of thing, or something inside one."""
    making = {row.name for row in rpcs().values() if row.does is Deed.CREATES}
    assert {name for name in making if maker_of(name) is None} == _INSIDE
    assert {making.rpc for each in kinds().values() for making in each.made} <= making


def test_what_is_undone_is_known() -> None:
    """The table names nothing that nobody can do."""
    assert set(STEPS) == UNDOINGS
    assert {kinds()[name].since for name in ("collection", "privilege-group", "file-resource")} == {"2.2", "2.4", "2.6"}


_ROW = table_file("kinds.toml").raw["user"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, r"\[user\] has no colour; there are "),
        ({"drop": {"rpc": "DropMoon", "name": "x"}}, "there is no RPC DropMoon"),
        ({"list": {"rpc": "ListCredUsers"}}, r"\[user.list\] lacks name"),
        ({"made": []}, r"made = \[\] is not a list of length >= 1"),
        ({"made": [{"rpc": "CreateCredential"}]}, r"\[\[user.made\]\] 1 lacks name"),
        ({"undo": ["everything"]}, "there is no undo 'everything'; there are "),
    ],
)
def test_a_row_that_is_wrong_is_named(change: dict[str, Any], said: str) -> None:
    """The message says which kind, and what is wrong with it."""
    with pytest.raises(SpecError, match=said):
        parse_kinds(TableFile("kinds.toml", {"user": {**_ROW, **change}}))


def test_an_rpc_makes_one_kind_of_thing() -> None:
    """Two rows that share it could not be told apart."""
    with pytest.raises(SpecError, match="makes two kinds"):
        parse_kinds(TableFile("kinds.toml", {"user": _ROW, "person": _ROW}))
