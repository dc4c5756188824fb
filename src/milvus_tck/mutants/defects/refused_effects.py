"""A refusal that still takes effect: what is looked up afterwards is not what it was.

After the first refusal by the mutant's RPC, every look that would show the effect shows
one. Which looks those are depends on the RPC: a partition that was created although the
request was refused shows where partitions are listed, not where rows are counted.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply, status_of
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.mutants.defects.answer_defect import Defect
from milvus_tck.mutants.defects.refusal_traces import CHANGES, turned
from milvus_tck.spec.kinds import kinds
from milvus_tck.spec.routes import route_tables
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import HTTP, message_class, method
from milvus_tck.wire.json_form.text import load_any

__all__ = ["RefusedEffect", "effects"]


def effects(mutant: Mutant) -> frozenset[str]:
    """Return the RPCs that show what a refused request did all the same; a mutant may say "collections" itself.

    An RPC of which no effect is written down only reads, and may have upset anything.
    """
    maker = "CreateCollection" if mutant.arguments.value == "collections" else mutant.rpc
    known = rpcs().get(maker)
    return frozenset(known.seen_by if known is not None and known.seen_by else _anything())


@cache
def _anything() -> frozenset[str]:
    return frozenset(look for each in rpcs().values() for look in each.seen_by)


@dataclass
class RefusedEffect(Defect):
    """Shows an effect of what was refused."""

    #: Requests that were refused; each had its effect.
    _refused: list[Message] = field(default_factory=list)
    #: The same, as what was said in their bodies over HTTP.
    _bodies: list[Mapping[str, object]] = field(default_factory=list)

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send; after a refusal, change what looks see."""
        reply = self.inner.send(rpc, payload, deadline, metadata)
        with self._lock:
            if self._is_own(rpc) and _is_refusal(rpc, reply):
                self._refused.append(_request(rpc, payload))
                self._bodies.append(_body(payload) if rpc == HTTP else {})
                return reply
            over_http = rpc == HTTP == self.mutant.rpc
            if not self._refused or reply.payload is None or not (over_http or rpc in effects(self.mutant)):
                return reply
            with self.operating():
                changed = (
                    _shown(payload, reply.payload, self._bodies)
                    if over_http
                    else _effect(rpc, reply.payload, self._refused)
                )
        self.applied = self.applied or changed != reply.payload
        return Reply(changed, "OK")

    def _is_own(self, rpc: str) -> bool:
        return self.mutant.rpc in {rpc, "*"}


def _request(rpc: str, payload: bytes) -> Message:
    if rpc == HTTP:
        name = _body(payload).get("collectionName")
        return m.HasCollectionRequest(collection_name=name if isinstance(name, str) else "")
    kind = m.HasCollectionRequest if rpc.startswith("/") else message_class(method(rpc).input_type.full_name)
    try:
        return kind.FromString(payload)
    except (DecodeError, ValueError):
        return kind()


def _body(payload: bytes) -> Mapping[str, object]:
    """Read what a request says over HTTP; nothing where that is no object."""
    body = load_any(m.HttpRequest.FromString(payload).body)
    return body if isinstance(body, dict) else {}


#: The RPC whose route brings rows, and what chooses these.
_ROWS, _FILTER = "Query", "filter"
#: The method of what names none.
_METHOD = "POST"
#: Partitions go with their collection, so that they have no row in kinds.toml.
_PARTITIONS = ("ShowPartitions", "partitionName")


@cache
def _members() -> Mapping[str, tuple[str, ...]]:
    """Return the members of a body that name a thing, by the RPC that lists all things of its kind."""
    return dict([(each.list.rpc, each.made[0].http) for each in kinds().values()] + [(_PARTITIONS[0], _PARTITIONS[1:])])


def _shown(asked: bytes, payload: bytes, refused: Sequence[Mapping[str, object]]) -> bytes:
    """Show over HTTP what was refused there: a name in a list, or a row for each request that was refused."""
    request = m.HttpRequest.FromString(asked)
    found = [table.match(request.method or _METHOD, request.path) for table in route_tables().values()]
    route = next((each[0] for each in found if each is not None), None)
    if route is None:
        return payload
    rows = route.rpc == _ROWS and _FILTER in {each.name for each in route.fields}
    answer = m.HttpResponse.FromString(payload)
    body = load_any(answer.body)
    data = body.get("data") if isinstance(body, dict) else None
    members = _members().get(route.rpc, ())
    names = [str(each[member]) for each in refused for member in members if each.get(member)]
    if not isinstance(data, list) or not (names or rows):
        return payload
    for name in names:
        turned(data, name)
    if rows:
        data.extend({"id": -number} for number, _ in enumerate(refused, start=1))
    answer.body = json.dumps(body).encode()
    return answer.SerializeToString(deterministic=True)


def _is_refusal(rpc: str, reply: Reply) -> bool:
    if reply.payload is None:
        return True
    if rpc.startswith("/"):
        return False
    status = status_of(message_class(method(rpc).output_type.full_name).FromString(reply.payload))
    return status is not None and not status.ok


def _effect(rpc: str, payload: bytes, refused: list[Message]) -> bytes:
    kind = message_class(method(rpc).output_type.full_name)
    response = kind.FromString(payload)
    change = CHANGES.get(kind)
    if change is None:
        return payload
    for request in refused:
        change(response, request)
    return response.SerializeToString(deterministic=True)
