"""A refusal that still takes effect: what is looked up afterwards is not what it was.

After the first refusal by the mutant's RPC, every look that would show the effect shows
one. Which looks those are depends on the RPC: a partition that was created although the
request was refused shows where partitions are listed, not where rows are counted.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply, status_of
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.mutants.defects.answer_defect import Defect
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


#: What tells over HTTP which things there are: the end of its path, and the member of a request that names one of them.
_LISTS = {
    "/databases/list": "dbName",
    "/collections/list": "collectionName",
    "/partitions/list": "partitionName",
    "/aliases/list": "aliasName",
}
_ROWS = "/entities/query"


def _shown(asked: bytes, payload: bytes, refused: Sequence[Mapping[str, object]]) -> bytes:
    """Show over HTTP what was refused there: a name in a list, or a row for each request that was refused."""
    path = m.HttpRequest.FromString(asked).path
    answer = m.HttpResponse.FromString(payload)
    body = load_any(answer.body)
    data = body.get("data") if isinstance(body, dict) else None
    member = next((name for end, name in _LISTS.items() if path.endswith(end)), "")
    names = [str(each[member]) for each in refused if each.get(member)]
    if not isinstance(data, list) or not (names or path.endswith(_ROWS)):
        return payload
    for name in names:
        _turned(data, name)
    if path.endswith(_ROWS):
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
    change = _CHANGES.get(kind)
    if change is None:
        return payload
    for request in refused:
        change(response, request)
    return response.SerializeToString(deterministic=True)


def _negated(answer: m.BoolResponse, _: Message) -> None:
    answer.value = not answer.value


def _listed(answer: m.ShowCollectionsResponse, refused: Message) -> None:
    names = getattr(refused, "collection_names", None) or [getattr(refused, "collection_name", "")]
    for name in names:
        _turned(answer.collection_names, name)


def _partition(answer: m.ShowPartitionsResponse, refused: Message) -> None:
    names = getattr(refused, "partition_names", None) or [getattr(refused, "partition_name", "") or "other"]
    for name in names:
        _turned(answer.partition_names, name)


def _turned(names: Any, name: str) -> None:  # noqa: ANN401 - a repeated text
    """Take a name out of a list that holds it, or put it in."""
    if name in names:
        names.remove(name)
    else:
        names.append(name)


def _described(answer: m.DescribeCollectionResponse, _: Message) -> None:
    if answer.status.code or answer.status.error_code:
        answer.status.Clear()
    answer.schema.fields.add(name="added", fieldID=999)


def _counted(answer: Any, _: Message) -> None:  # noqa: ANN401 - statistics of a collection or of a partition
    for pair in answer.stats:
        if pair.key == "row_count":
            pair.value = str(int(pair.value) + 1)


def _loaded(answer: m.GetLoadStateResponse, _: Message) -> None:
    loaded = answer.state == m.LoadState.LoadStateLoaded
    answer.state = m.LoadState.LoadStateNotLoad if loaded else m.LoadState.LoadStateLoaded


def _progress(answer: m.GetLoadingProgressResponse, _: Message) -> None:
    if answer.status.code or answer.status.error_code:
        answer.status.Clear()
        answer.progress = 100
    else:
        answer.progress = 0 if answer.progress else 100


def _indexed(answer: m.DescribeIndexResponse, _: Message) -> None:
    if answer.status.code or answer.status.error_code:
        answer.status.Clear()
    name = f"added{len(answer.index_descriptions)}"
    answer.index_descriptions.add(index_name=name, field_name=name, state=m.IndexState.Finished)


def _index_state(answer: m.GetIndexStateResponse, _: Message) -> None:
    finished = answer.state == m.IndexState.Finished
    answer.state = m.IndexState.InProgress if finished else m.IndexState.Finished


def _found(answer: m.SearchResults, _: Message) -> None:
    """A row has come to be found: the best one of every query is another."""
    ids = answer.results.ids
    if ids.int_id.data:
        ids.int_id.data[0] -= 1
    if ids.str_id.data:
        ids.str_id.data[0] += "x"
    if not answer.results.scores and not (answer.status.code or answer.status.error_code):
        answer.results.num_queries = answer.results.num_queries or 1
        answer.results.top_k = 1
        del answer.results.topks[:]
        answer.results.topks.append(1)
        answer.results.scores.append(0.0)
        answer.results.ids.int_id.data.append(1)


_CHANGES: dict[type[Message], Callable[[Any, Message], None]] = {
    m.BoolResponse: _negated,
    m.ShowCollectionsResponse: _listed,
    m.ShowPartitionsResponse: _partition,
    m.DescribeCollectionResponse: _described,
    m.GetCollectionStatisticsResponse: _counted,
    m.GetPartitionStatisticsResponse: _counted,
    m.GetLoadStateResponse: _loaded,
    m.GetLoadingProgressResponse: _progress,
    m.DescribeIndexResponse: _indexed,
    m.GetIndexStateResponse: _index_state,
    m.SearchResults: _found,
}
