"""The model: what is right to answer, RPC by RPC.

model = Model(profile("2.6"))
call = calls.has_collection("books")
model.apply(call.rpc, call.request).value  # False
"""

import copy
import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.message import Message

from milvus_tck.model.aliases import ALIASES
from milvus_tck.model.alteration import ALTERATIONS
from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, nothing, status_member
from milvus_tck.model.collections import COLLECTIONS
from milvus_tck.model.compaction import COMPACTION
from milvus_tck.model.databases import DATABASES
from milvus_tck.model.deletion import DELETION
from milvus_tck.model.field_changes import FIELD_CHANGES
from milvus_tck.model.group_privileges import PRIVILEGE_GROUPS
from milvus_tck.model.hybrid_search import HYBRID_SEARCH
from milvus_tck.model.indexes import INDEXES
from milvus_tck.model.insertion import INSERTION
from milvus_tck.model.load_state import LOADING
from milvus_tck.model.neighbours import SEARCHES
from milvus_tck.model.node_groups import RESOURCE_GROUPS
from milvus_tck.model.partitions import PARTITIONS
from milvus_tck.model.queries import QUERIES
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.service import SERVICE_RPCS
from milvus_tck.model.state import DEFAULT, ServerState
from milvus_tck.model.statistics import STATISTICS
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.rpcs import rpcs_of
from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.messages import MutationResult

__all__ = ["Model", "modelled"]

_HANDLERS: Handlers = {
    **SERVICE_RPCS,
    **COLLECTIONS,
    **ALTERATIONS,
    **FIELD_CHANGES,
    **ALIASES,
    **DATABASES,
    **INDEXES,
    **LOADING,
    **PARTITIONS,
    **STATISTICS,
    **COMPACTION,
    **INSERTION,
    **DELETION,
    **SEARCHES,
    **HYBRID_SEARCH,
    **QUERIES,
    **PRIVILEGE_GROUPS,
    **RESOURCE_GROUPS,
}


@cache
def modelled(line: Profile) -> frozenset[str]:
    """Return the RPCs that the model answers in a profile."""
    return frozenset(each.name for each in rpcs_of(line)) & _HANDLERS.keys()


class Model:
    """A server as the protocol has it: a state, and the right answers to every operation on it."""

    def __init__(self, profile: Profile, clock: Callable[[], int] | None = None) -> None:
        """Begin with nothing in it.

        `profile` is a line, which means its newest release, or a release. `clock` tells milliseconds since 1970; by
        default it counts the times that it was asked.
        """
        self.profile = profile
        self._state = ServerState(profile, itertools.count(1).__next__ if clock is None else clock)

    def copy(self) -> "Model":
        """Return a model in the same state, which goes its own way from here."""
        return copy.deepcopy(self)

    @property
    def names(self) -> frozenset[str]:
        """The names of all collections and aliases of the default database."""
        found = self._state.databases[DEFAULT]
        return frozenset({*found.collections, *found.aliases})

    def answers(self, rpc: str, request: Message) -> RightAnswers:
        """Return the right answers to an operation; nothing changes.

        Raises `KeyError` for an RPC that the model does not answer (`modelled`), `NotYet` where the answer has to wait
        for the clock, and `OutOfReachError` for a filter that servers take and the model does not evaluate.
        """
        try:
            return _HANDLERS[rpc](self._state, request)
        except RefusalError as refused:
            return RightAnswers((self._refusal(rpc, request, refused),))

    def apply(self, rpc: str, request: Message) -> Message:
        """Do an operation and return the response, as a server does."""
        found = self.answers(rpc, request).canonical
        found.effect(found.response)
        status = status_member(found.response)
        if status is not None:
            status.SetInParent()  # servers send that of a success, too: clients in some languages read it unasked
        return found.response

    def follow(self, rpc: str, request: Message, response: Message) -> str:
        """Go the way of a server that answered an operation; returns why that was wrong, and then changes nothing."""
        return self.answers(rpc, request).commit(response)

    def _refusal(self, rpc: str, request: Message, refused: RefusalError) -> RightAnswer:
        response = message_class(methods()[rpc].output_type.full_name)()
        status_member(response).CopyFrom(self._state.rules.status(refused))
        if isinstance(response, MutationResult):
            response.err_index.extend(range(getattr(request, "num_rows", 0)))
        codes, legacy = self._state.rules.right_numbers(refused.rule)

        def why_wrong(found: Any) -> str:  # noqa: ANN401 - any response
            status = status_member(found)
            if status is None or not (status.code or status.error_code):
                return f"succeeds where {refused.rule} refuses"
            if (codes and status.code not in codes) or (legacy and status.error_code not in legacy):
                return f"code {status.code}, error_code {status.error_code} is none of {sorted(codes or legacy)}"
            return ""

        return RightAnswer(response, why_wrong, nothing, clause=refused.rule)
