"""A collection's name: one that exists nowhere, in another case, badly formed, in another database."""

from collections.abc import Callable
from typing import Any

from milvus_tck.fixtures.marks import rule
from milvus_tck.fixtures.small_collections import SmallCollection
from milvus_tck.suites.names._requests import REQUESTS, STAGES

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

_LONGEST = 255


@rule("collection-unknown", stages=STAGES)
def test_a_name_that_does_not_exist(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """A collection that does not exist is not found."""
    _judge(tck, stage, rpc, tck.name())


@rule("collection-other-case", stages=STAGES)
def test_a_name_in_another_case(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """Names are told apart by case."""
    _judge(tck, stage, rpc, stage.name.swapcase())


@rule("collection-name-255", stages=STAGES)
def test_the_longest_name(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """A name of 255 bytes is well formed, and one that does not exist is not found."""
    _judge(tck, stage, rpc, tck.name().ljust(_LONGEST, "x"))


@rule("collection-name-empty", stages=STAGES)
def test_no_name(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """A collection has to be named."""
    _judge(tck, stage, rpc, "")


_ILL_FORMED: dict[str, Callable[[Case], str]] = {
    "digit-first": lambda tck: tck.name(before="1"),
    "dash": lambda tck: tck.name(after="-x"),
    "dollar": lambda tck: tck.name(after="$x"),
    "unicode": lambda tck: tck.name(after="集合"),
    "256-bytes": lambda tck: tck.name().ljust(_LONGEST + 1, "x"),
}


@rule("collection-name-ill-formed", stages=STAGES, cases=_ILL_FORMED)
def test_an_ill_formed_name(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """A name begins with a letter or underscore, holds ASCII letters, digits and underscores, and fits in 255 bytes."""
    for form, name in _ILL_FORMED.items():
        _judge(tck, stage, rpc, name(tck), case=form)


@rule("database-unknown", stages=STAGES)
def test_a_database_that_does_not_exist(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """A request in a database that does not exist fails and leaves the collection of that name elsewhere alone."""
    request = REQUESTS[rpc]
    elsewhere = request.valid(tck, stage)
    name = _named(elsewhere)
    before = tck.call(calls.describe_collection(name)).answer
    tck.answers(
        elsewhere.but(db_name=tck.foreign_name()),
        effect=lambda answer: (
            _finds_nothing(answer)
            and same(before, tck.call(calls.describe_collection(name)).answer, what="the collection elsewhere")
        ),
        neighbour=request.valid(tck, stage),
        untouched=lambda: tck.call(calls.describe_collection(name)).answer,
    )


def _judge(tck: Case, stage: SmallCollection, rpc: str, name: str, case: str = "") -> None:
    request = REQUESTS[rpc]
    tck.answers(
        request.about(name),
        effect=lambda answer: (
            _finds_nothing(answer)
            and same(
                (False, True),
                (_is_listed(tck, name), _is_listed(tck, stage.name)),
                members=("is listed", "another collection is listed"),
            )
        ),
        neighbour=request.valid(tck, stage),
        untouched=lambda: _is_listed(tck, name),
        case=case,
    )


def _is_listed(tck: Case, name: str) -> bool:
    return tck.look.listing(name)


def _named(call: Call[Any]) -> str:
    """Return the collection that a request names, in whatever way."""
    several: list[str] = list(getattr(call.request, "collection_names", ()))
    name: str = several[0] if several else getattr(call.request, "collection_name", "")
    return name


def _finds_nothing(answer: Any) -> Equality:  # noqa: ANN401 - the answer of any RPC
    """An answer that succeeds says that there is no such collection, as far as it says anything."""
    if isinstance(answer, m.GetLoadStateResponse):
        return same(m.LoadState.LoadStateNotExist, answer.state, what="state")
    return same(False, getattr(answer, "value", False), what="value")
