"""A model as a service: bytes of a request in, bytes of a response out, whatever they travel over.

service = ModelService.of(Model(profile("3.0")))
service.answer("HasCollection", payload, (), lambda: True)
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from google.protobuf.message import DecodeError

from milvus_tck.model.answers import NotYet
from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.filters.refusals import OutOfReachError
from milvus_tck.model.model import Model, modelled
from milvus_tck.model.state import LOGICAL_BITS
from milvus_tck.spec.profiles import Profile
from milvus_tck.wire.descriptors import message_class, methods

__all__ = ["ModelService", "NoAnswerError", "milliseconds"]

#: Seconds between two looks at the clock, for an answer that has to wait.
_LOOK_EVERY = 0.01
#: The metadata that names the database of a request which names none.
_DATABASE = "dbname"


class NoAnswerError(Exception):
    """There is no response: a code of gRPC by its name, and why."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


def milliseconds() -> int:
    """Tell the time of a server: milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass
class ModelService:
    """The RPCs of one model, each by its name."""

    model: Model
    #: The RPCs that it answers.
    rpcs: frozenset[str]
    #: What the model raises where an answer is to come, and where it has none: a copy of the model has its own.
    waits: type[Exception] = NotYet
    beyond: type[Exception] = OutOfReachError
    #: One operation at a time: the model is a function of their order.
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, line: Profile, copy: ModelCopy | None = None) -> Self:
        """Serve a new model of a profile; one of a copy of the model's code, where there is one."""
        if copy is None:
            return cls(Model(line, milliseconds), modelled(line))
        found: frozenset[str] = copy["model"].modelled(line)
        beyond = copy["filters.refusals"].OutOfReachError
        return cls(copy.model(line, milliseconds), found, copy["answers"].NotYet, beyond)

    def answer(
        self, rpc: str, payload: bytes, metadata: Iterable[tuple[str, str | bytes]], awaited: Callable[[], bool]
    ) -> bytes:
        """Answer a request; `awaited` tells whether somebody still waits for what is to come later.

        Raises `NoAnswerError`, and whatever the model raises that is a fault of its code.
        """
        if rpc not in self.rpcs:
            raise NoAnswerError("UNIMPLEMENTED", "Method not found!")
        try:
            request = message_class(methods()[rpc].input_type.full_name).FromString(payload)
        except DecodeError as error:
            raise NoAnswerError("INTERNAL", f"the request cannot be read: {error}") from None
        _name_database(request, metadata)
        while True:
            try:
                with self._lock:
                    return self.model.apply(rpc, request).SerializeToString()
            except self.beyond as error:
                raise NoAnswerError("UNIMPLEMENTED", f"the model cannot tell: {error}") from None
            except self.waits as pending:
                if not awaited():
                    raise NoAnswerError("DEADLINE_EXCEEDED", "Deadline Exceeded") from None
                due: int = getattr(pending, "timestamp", 0)
                time.sleep(max(0.0, min((due >> LOGICAL_BITS) / 1000 - time.time(), _LOOK_EVERY)))


def _name_database(request: Any, metadata: Iterable[tuple[str, str | bytes]]) -> None:  # noqa: ANN401 - any request
    """Give a request the database that its metadata names, where it names none itself."""
    if getattr(request, "db_name", None) == "":
        named = dict(metadata).get(_DATABASE, "")
        request.db_name = named if isinstance(named, str) else named.decode()
