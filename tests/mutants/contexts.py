"""Contexts and mutants as the tests of operators need them."""

from typing import Any

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.mutants.catalogue.mutant import Concerns, Mutant, MutantScope
from milvus_tck.mutation.context import Arguments, Memory, OperatorContext
from milvus_tck.mutation.registry import operator_of
from milvus_tck.wire.descriptors import message_class, method

__all__ = ["Script", "a_context", "a_mutant", "operated"]


def a_context(rpc: str, response: Message, request: Message | None = None) -> OperatorContext:
    """Make the context of an exchange; its response is a copy."""
    asked = request if request is not None else message_class(method(rpc).input_type.full_name)()
    sent = response.SerializeToString()
    return OperatorContext(
        rpc, asked.SerializeToString(), asked, Reply(sent, "OK"), type(response).FromString(sent), Memory()
    )


def operated(operator: str, rpc: str, response: Message, path: str = "", value: Any = None) -> Any:  # noqa: ANN401
    """Run an operator on an answer, and return what the client gets: a message, or a reply of its own."""
    context = a_context(rpc, response)
    own = operator_of(operator).change(context, Arguments(path, value))
    return context.message if own is None else own


def a_mutant(operator: str, rpc: str = "HasCollection", **changed: Any) -> Mutant:  # noqa: ANN401
    """Make a mutant of HasCollection, or of another RPC."""
    values: dict[str, Any] = {
        "clause": "has-collection/existing",
        "sentence": "It is wrong.",
        "concerns": Concerns.SUCCESS,
        "scope": MutantScope.RPC,
        **changed,
    }
    arguments = Arguments(values.pop("path", ""), values.pop("value", None))
    return Mutant(id="it", rpc=rpc, operator=operator, arguments=arguments, **values)


class Script:
    """A binding that answers one message after the other; the last one for ever."""

    name = "grpc"

    def __init__(self, *answers: Message | Reply) -> None:
        self._answers = list(answers)
        self.sent: list[tuple[str, bytes]] = []

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:  # noqa: ARG002
        """Return the next answer."""
        self.sent.append((rpc, payload))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer if isinstance(answer, Reply) else Reply(answer.SerializeToString(), "OK")

    def close(self) -> None:
        """Nothing is open."""
