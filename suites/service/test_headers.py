"""The header of a request: absent, filled, or of another kind of message, it leads to the same answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from milvus_tck.fixtures.marks import rule
from milvus_tck.fixtures.small_collections import SmallCollection
from milvus_tck.suites.names._requests import REQUESTS, STAGES

from milvus_tck.spec.kinds import maker_of
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

#: What a valid call needs, Connect nothing; where that is a load, in a way that the early design has.
_STAGES = {"Connect": "nothing"} | {rpc: "early" if stage == "loaded" else stage for rpc, stage in STAGES.items()}


def _filled(rpc: str) -> m.MsgBase:
    """Fill a header as a client does; some RPCs have no number of their own."""
    kind = m.MsgType.Value(rpc) if rpc in m.MsgType.keys() else m.MsgType.Undefined  # noqa: SIM118 - an enum of protobuf
    return m.MsgBase(msg_type=kind, msgID=77, timestamp=1, sourceID=9)


def _other(rpc: str) -> m.MsgBase:
    """Fill a header with what cannot be so: the kind of another message, and numbers at their limits."""
    kind = m.MsgType.Flush if rpc == "DropCollection" else m.MsgType.DropCollection
    return m.MsgBase(msg_type=kind, msgID=-1, timestamp=(1 << 64) - 1, sourceID=-(1 << 63))


#: How an answer that succeeded reads.
_DONE = "gRPC OK code 0, error_code 0"
_HEADERS: dict[str, Callable[[str], m.MsgBase]] = {"filled": _filled, "other-type": _other}


#: What of an answer stays the same from one call to the next, where that is not all of it.
_STEADY: dict[str, Callable[[Any, SmallCollection], object]] = {
    "Connect": lambda answer, _: answer.identifier > 0,
    "ShowCollections": lambda answer, stage: stage.name in answer.collection_names,
    "Insert": lambda answer, _: (list(answer.IDs.int_id.data), answer.insert_cnt),
    "Flush": lambda answer, _: len(answer.coll_segIDs),
    "Search": lambda answer, _: (list(answer.results.ids.int_id.data), list(answer.results.scores)),
}


def _whole(answer: object, _stage: SmallCollection) -> object:
    return answer


@dataclass(frozen=True)
class _Answer:
    """What became of a call, what was said, and what of the collection is there afterwards."""

    outcome: str
    said: object
    after: object


@rule("base-ignored", stages=_STAGES, cases=_HEADERS)
def test_the_header_makes_no_difference(tck: Case, stage: SmallCollection, rpc: str) -> None:
    """With any header a valid request is answered, and a wrong one refused, as without."""
    plain = _asked(tck, stage, rpc, None)
    if plain[0].outcome != _DONE:
        raise Blocked(f"refused:{rpc}", f"{rpc} without a header: {plain[0].outcome}")
    for case, header in _HEADERS.items():
        given = _asked(tck, stage, rpc, header(rpc))
        tck.judge(plain == given, plain, given, case=case, signature="another-answer")


def _asked(tck: Case, stage: SmallCollection, rpc: str, header: m.MsgBase | None) -> list[_Answer]:
    """Make a valid call, and one about a collection that does not exist, with this header."""
    asked = [_valid(tck, stage, rpc)]
    if _needs_a_collection(rpc):
        asked.append(REQUESTS[rpc].about(tck.foreign_name()))
    return [_answer(tck, call if header is None else call.but(base=header), stage) for call in asked]


def _needs_a_collection(rpc: str) -> bool:
    """Tell whether a request can be about a collection that does not exist."""
    return bool(rpcs()[rpc].names) and maker_of(rpc) is None


def _valid(tck: Case, stage: SmallCollection, rpc: str) -> Call[Any]:
    return calls.connect() if rpc == "Connect" else REQUESTS[rpc].valid(tck, stage)


def _answer(tck: Case, call: Call[Any], stage: SmallCollection) -> _Answer:
    outcome = tck.call(call)
    status = outcome.status
    numbers = "" if status is None else f" code {status.code}, error_code {status.legacy}"
    steady = _STEADY.get(call.rpc, _whole)
    said = steady(outcome.answer, stage) if outcome.ok else None
    return _Answer(f"gRPC {outcome.exchange.grpc_code}{numbers}", said, _left(tck, call))


def _left(tck: Case, call: Call[Any]) -> list[object]:
    """Look what there is of the collection that a call was about: itself, its partitions, how many indexes."""
    name = getattr(call.request, "collection_name", "")
    if not name or not tck.look.collection(name):
        return []
    partitions = tck.call(calls.show_partitions(name)).answer or m.ShowPartitionsResponse()
    indexes = tck.call(calls.describe_index(name)).answer or m.DescribeIndexResponse()
    return [sorted(partitions.partition_names), len(indexes.index_descriptions)]
