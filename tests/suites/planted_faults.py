"""Models with a planted fault: each is one of the reports that explorations are to meet, as a change of right answers.

A fault sees every request and its right answer, with what went before by collection, and returns what a server with
this fault answers.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message

from milvus_tck.model.model import Model
from milvus_tck.spec.profiles import profile
from milvus_tck.wire import messages as m

__all__ = ["FAULTS", "FaultyModel"]


@dataclass
class FaultyModel:
    """Answers as the model does, but for what a fault makes of it."""

    fault: str = ""
    line: str = "2.3"
    #: How often each RPC succeeded, by collection; index and metric by collection.
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    indexes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    #: How often each key was inserted, by collection; aliases by collection, and those of collections that are gone.
    copies: Counter[tuple[str, object]] = field(default_factory=Counter)
    aliases: dict[str, str] = field(default_factory=dict)
    orphans: set[str] = field(default_factory=set)
    #: The value that was written last for an expression that asks for one key.
    values: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._model, self._lock = Model(profile(self.line)), threading.Lock()

    def __call__(self, rpc: str, request: Any) -> Message:  # noqa: ANN401 - of any RPC
        """Answer one request."""
        with self._lock:
            if rpc == "CreateAlias" and request.alias in self.orphans:
                return m.Status(code=1602, error_code=m.ErrorCode.UnexpectedError, reason="taken")
            answer: Message = self._model.apply(rpc, request)
            for name in getattr(request, "collection_names", ()) or [getattr(request, "collection_name", "")]:
                self.done[rpc, name] += 1
            if rpc == "CreateIndex":
                self.indexes[request.collection_name] = {each.key: each.value for each in request.extra_params}
            return FAULTS[self.fault](self, rpc, request, answer) if self.fault else answer

    def answer(self, rpc: str, request: Message) -> Message:
        """Return the right answer to another request than the one that was made."""
        found: Message = self._model.apply(rpc, request)
        return found

    def index(self, request: Any) -> Mapping[str, str]:  # noqa: ANN401 - of any RPC
        """Return the parameters of the index of the collection that is asked."""
        return self.indexes.get(request.collection_name, {})


Fault = Callable[[FaultyModel, str, Any, Any], Message]


def _options(request: Any) -> dict[str, str]:  # noqa: ANN401 - a search
    return {each.key: each.value for each in request.search_params}


def _cut(answer: m.SearchResults, keep: int) -> m.SearchResults:
    """Keep so many hits of a search for one vector."""
    if len(answer.results.topks) != 1 or answer.results.topks[0] <= keep:
        return answer
    results = answer.results
    results.topks[:] = [keep]
    del results.scores[keep:]
    kind = results.ids.WhichOneof("id_field")
    if kind:
        del getattr(results.ids, kind).data[keep:]
    del results.fields_data[:]
    return answer


def _copies_take_places(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    """Rows that were inserted three times take the places of others."""
    name = getattr(request, "collection_name", "")
    if rpc == "Insert":
        keys = next((each.scalars for each in request.fields_data if each.field_name == "id"), None)
        for key in () if keys is None else [*keys.long_data.data, *keys.string_data.data]:
            model.copies[name, key] += 1
    copied = any(number > 2 for (each, _), number in model.copies.items() if each == name)
    return _cut(answer, 2) if rpc == "Search" and copied else answer


def _range_of_ivf(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    ranged = rpc == "Search" and "radius" in json.loads(_options(request).get("params", "{}"))
    return _cut(answer, 1) if ranged and model.index(request).get("index_type") == "IVF_FLAT" else answer


def _no_text(_: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    return _cut(answer, 0) if rpc == "Search" and "text ==" in request.dsl else answer


def _unmerged(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "Search" and model.done["Flush", request.collection_name] >= 2 and len(answer.results.scores) > 1:
        scores = answer.results.scores
        scores[0], scores[1] = scores[1], scores[0]
    return answer  # type: ignore[no-any-return]


def _no_columns(_: FaultyModel, rpc: str, __: Any, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "Search" and not sum(answer.results.topks):
        del answer.results.fields_data[:]
    return answer  # type: ignore[no-any-return]


def _other_cosines(_: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "Search" and request.dsl and _options(request).get("metric_type") == "COSINE":
        answer.results.scores[:] = [each / 2 for each in answer.results.scores]
    return answer  # type: ignore[no-any-return]


def _unrounded_in_a_range(_: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    """Scores of a range search are off by a thousandth, as if round_decimal had not been read."""
    options = _options(request) if rpc == "Search" else {}
    if "radius" in options.get("params", "") and options.get("round_decimal") == "2":
        answer.results.scores[:] = [each + 0.001 for each in answer.results.scores]
    return answer  # type: ignore[no-any-return]


def _pages_overlap(_: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "Query" and any(each.key == "offset" and each.value != "0" for each in request.query_params):
        for each in answer.fields_data:
            del getattr(each.scalars, each.scalars.WhichOneof("data")).data[:1]
    return answer  # type: ignore[no-any-return]


def _limit_before_partition(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    """A query with a limit takes no note of the partition."""
    if rpc == "Query" and request.partition_names and any(each.key == "limit" for each in request.query_params):
        wide = m.QueryRequest()
        wide.CopyFrom(request)
        del wide.partition_names[:]
        return model.answer(rpc, wide)
    return answer  # type: ignore[no-any-return]


def _counts_upserts_twice(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "Query" and list(request.output_fields) == ["count(*)"] and model.done["Upsert", request.collection_name]:
        answer.fields_data[0].scalars.long_data.data[0] += 1
    return answer  # type: ignore[no-any-return]


def _counts_matches_of_upserts_twice(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    return _counts_upserts_twice(model, rpc, request, answer) if rpc == "Query" and request.expr else answer


def _alias_stays(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    """The alias of a collection that was dropped stays taken."""
    done = not getattr(answer, "code", 0) and not getattr(answer, "error_code", 0)
    if rpc == "DropCollection" and done:
        model.orphans |= {alias for alias, name in model.aliases.items() if name == request.collection_name}
    if rpc == "CreateAlias" and done:
        model.aliases[request.alias] = request.collection_name
    if rpc == "DropAlias" and done:
        model.aliases.pop(request.alias, None)
    return answer  # type: ignore[no-any-return]


# -- faults of histories: what one client did is not what another one sees ------------------


def _loses_rows(_: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "Query" and "id ==" in request.expr:
        for each in answer.fields_data:
            del each.scalars.long_data.data[:]
    return answer  # type: ignore[no-any-return]


def _shows(value: int, answer: Any) -> Message:  # noqa: ANN401
    for each in answer.fields_data:
        if each.field_name == "number":
            each.scalars.long_data.data[:] = [value]
    return answer  # type: ignore[no-any-return]


def _invents_values(_: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    return _shows(-1, answer) if rpc == "Query" and "id ==" in request.expr else answer


def _forgets_deletions(model: FaultyModel, rpc: str, request: Any, answer: Any) -> Message:  # noqa: ANN401
    """A row that was deleted is seen with the value that it had."""
    known = model.values
    if rpc == "Upsert":
        columns = {each.field_name: list(each.scalars.long_data.data) for each in request.fields_data}
        if "number" in columns:
            known[f"id == {columns['id'][0]}"] = columns["number"][0]
    if rpc == "Query" and request.expr in known:
        return _shows(known[request.expr], answer)
    return answer  # type: ignore[no-any-return]


def _creates_twice(_: FaultyModel, rpc: str, __: Any, answer: Any) -> Message:  # noqa: ANN401
    return m.Status() if rpc == "CreateCollection" else answer


FAULTS: Mapping[str, Fault] = {
    "copies-take-places": _copies_take_places,
    "range-of-ivf": _range_of_ivf,
    "no-text": _no_text,
    "unmerged": _unmerged,
    "no-columns": _no_columns,
    "other-cosines": _other_cosines,
    "pages-overlap": _pages_overlap,
    "unrounded-in-a-range": _unrounded_in_a_range,
    "limit-before-partition": _limit_before_partition,
    "counts-upserts-twice": _counts_upserts_twice,
    "counts-matches-of-upserts-twice": _counts_matches_of_upserts_twice,
    "alias-stays": _alias_stays,
    "loses-rows": _loses_rows,
    "invents-values": _invents_values,
    "forgets-deletions": _forgets_deletions,
    "creates-twice": _creates_twice,
}
