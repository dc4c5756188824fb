"""What a server does with the call itself, before it looks at what is asked."""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.marks import rule
from milvus_tck.fixtures.small_collections import FIELDS, SmallCollection
from milvus_tck.suites.names._requests import REQUESTS

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import met, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

_NO_MESSAGE = b"\xff\xff\xff"
#: A HasCollectionRequest whose collection_name (field 3) holds two bytes that are no UTF-8.
_NO_UTF_8 = b"\x1a\x02\xff\xfe"
#: Field 99, a varint, which no request has.
_UNKNOWN_FIELD = b"\x98\x06\x01"


def _created(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    return name


#: What is asked of the server itself.
_ALONE: dict[str, Callable[[], Call[Any]]] = {"GetVersion": calls.get_version, "Connect": calls.connect}


@rule("implemented", stages=dict.fromkeys(REQUESTS, "unindexed") | dict.fromkeys(_ALONE, "nothing"))
def test_the_rpc_is_there(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """Every RPC of the core is there: a call does not end with UNIMPLEMENTED."""
    outcome = tck.call(_ALONE[rpc]() if rpc in _ALONE else REQUESTS[rpc].valid(tck, stage))
    tck.judge(not outcome.unsupported, f"an answer of {rpc}", str(outcome), signature="unimplemented")


@pytest.mark.clause("get-version/version")
def test_the_version_is_told(tck: Case) -> None:
    """GetVersion tells the same version at every call."""
    first, second = (tck.ok(calls.get_version()).version for _ in range(2))
    tck.expect([True, True], [first != "", first == second], members=("a version", "the same version again"))


@pytest.mark.clause("connect/identifier")
def test_every_connection_has_an_identifier(tck: Case) -> None:
    """Connect gives a new identifier each time, and a later one is larger."""
    first, second = (tck.ok(calls.connect()).identifier for _ in range(2))
    tck.judge(0 < first < second, "identifiers that grow", f"{first}, {second}", signature="order")


@pytest.mark.clause("connect/server-info")
def test_the_build_is_told(tck: Case) -> None:
    """Connect tells the build of the server."""
    info = tck.ok(calls.connect()).server_info
    tck.judge(bool(info.build_tags), "a build", repr(info.build_tags), signature="empty")


@pytest.mark.clause("connect/empty")
def test_the_client_need_not_introduce_itself(tck: Case) -> None:
    """An empty Connect gets an identifier like any other."""
    before = tck.ok(calls.connect()).identifier
    tck.accepted(
        Call("Connect", m.ConnectRequest()),
        effect=lambda answer: met(
            answer.identifier > before, f"more than {before}", answer.identifier, what="identifier"
        ),
    )


@pytest.mark.clause("service/unknown-rpc")
def test_an_unknown_rpc(tck: Case) -> None:
    """An RPC that does not exist is not implemented."""
    _judge_path(tck, "/milvus.proto.milvus.MilvusService/ReticulateSplines")


@pytest.mark.clause("service/unknown-service")
def test_an_unknown_service(tck: Case) -> None:
    """A service that does not exist is not implemented."""
    _judge_path(tck, "/milvus.proto.nowhere.NoService/HasCollection")


def _judge_path(tck: Case, path: str) -> None:
    name = _created(tck)
    has = calls.has_collection(name)
    tck.refused(Call(path, has.request), neighbour=has, untouched=lambda: tck.look.collection(name))


@pytest.mark.clause("service/unreadable-request")
def test_bytes_that_are_no_message(tck: Case) -> None:
    """Bytes that cannot be read are refused by gRPC."""
    _judge_bytes(tck, _NO_MESSAGE)


@pytest.mark.clause("service/invalid-utf-8")
def test_text_that_is_no_utf_8(tck: Case) -> None:
    """A text that is no UTF-8 cannot be read."""
    _judge_bytes(tck, _NO_UTF_8)


def _judge_bytes(tck: Case, payload: bytes) -> None:
    name = _created(tck)
    has = calls.has_collection(name)
    tck.refused(has.raw(payload), neighbour=has, untouched=lambda: tck.look.collection(name))


@pytest.mark.clause("service/unknown-field")
def test_a_field_that_is_not_known(tck: Case) -> None:
    """A field from a later line of the protocol is passed over."""
    name, missing = _created(tck), tck.name()
    answers = [_ask_with(tck, each, _UNKNOWN_FIELD) for each in (name, missing)]
    tck.expect([True, False], answers, members=("value of what is there", "value of what is not"))


def _ask_with(tck: Case, name: str, extra: bytes) -> bool | None:
    has = calls.has_collection(name)
    outcome = tck.call(has.raw(has.sent + extra))
    return outcome.answer.value if outcome.ok and outcome.answer is not None else None


@pytest.mark.clause("service/deadline")
def test_a_call_that_is_given_up(tck: Case) -> None:
    """After calls that ran into their deadline the server answers as before."""
    name, missing = _created(tck), tck.name()
    for _ in range(5):
        tck.call(calls.show_collections().within(0.0001), answers=("DEADLINE_EXCEEDED",))
    tck.expect(
        [True, False],
        [tck.look.collection(each) for each in (name, missing)],
        members=("value of what is there", "value of what is not"),
    )


@pytest.mark.clause("service/empty-database")
def test_no_database_is_the_default_one(tck: Case) -> None:
    """A collection created without a database is found in `default`, one created there without naming it."""
    unnamed, named, missing = tck.name(), tck.name(), tck.name()
    tck.ok(calls.create_collection(unnamed, *FIELDS))
    tck.ok(calls.create_collection(named, *FIELDS).but(db_name="default"))
    asked = (
        calls.has_collection(unnamed).but(db_name="default"),
        calls.has_collection(named),
        calls.has_collection(missing).but(db_name="default"),
    )
    tck.expect(
        [True, True, False],
        [tck.ok(call).value for call in asked],
        members=("of no database in default", "of default in no database", "a name of nothing"),
    )


@pytest.mark.clause("service/database-header")
def test_the_database_in_the_metadata(tck: Case) -> None:
    """A request without a database is about the one that the metadata names."""
    name = _created(tck)
    has = calls.has_collection(name)
    tck.answers(
        has.tagged(dbname=tck.foreign_name()),
        effect=lambda answer: (
            same(False, answer.value, what="value") and same(True, tck.ok(has).value, what="value in the database")
        ),
        neighbour=has,
        untouched=lambda: tck.look.collection(name),
    )
