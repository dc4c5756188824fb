"""The request and the answer of each RPC, as plain values."""

from google.protobuf.message import Message

from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.json_form import plain
from milvus_tck.wire.json_form.forms import FORMS
from milvus_tck.wire.json_form.text import Plain

__all__ = ["read_request", "read_response", "write_request", "write_response"]


def write_request(rpc: str, request: Message) -> Plain:
    """Write a request; raises `Inexpressible` where the body has no words for it."""
    form = FORMS.get(rpc)
    return form.write(request) if form else plain.write(request, answer=False)


def read_request(rpc: str, body: Plain) -> Message:
    """Read a request; members that it does not have are left out, as servers do. Raises `Malformed`."""
    request = message_class(method(rpc).input_type.full_name)()
    form = FORMS.get(rpc)
    if form:
        form.read(request, body)
    else:
        plain.read_into(request, body, answer=False)
    return request


def write_response(rpc: str, answer: Message) -> Plain:  # noqa: ARG001 - all answers are written alike
    """Write an answer; raises `Inexpressible` for a number that JSON does not have."""
    return plain.write(answer, answer=True)


def read_response(rpc: str, body: Plain) -> Message:
    """Read an answer; members that it does not have are left out, as with protobuf. Raises `Malformed`."""
    answer = message_class(method(rpc).output_type.full_name)()
    plain.read_into(answer, body, answer=True)
    return answer
