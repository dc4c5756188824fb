"""Registry: the operators by name: what each does to a message, and which messages it fits.

@operator("double-count", Fits.ANSWER)
def _double_count(context: OperatorContext, arguments: Arguments) -> Reply | None: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from google.protobuf.message import Message

from milvus_tck.mutation.context import Change
from milvus_tck.mutation.history import TIME
from milvus_tck.mutation.http import HTTP_ANSWERS
from milvus_tck.mutation.raw_bytes import BYTES
from milvus_tck.mutation.rows import ROWS
from milvus_tck.mutation.status import REFUSED, STATUS
from milvus_tck.mutation.values import VALUES
from milvus_tck.wire.messages import HttpResponse, SearchResults

__all__ = ["REFUSED", "Fits", "MutationOperator", "operator", "operator_of", "operators"]


class Fits(StrEnum):
    """Which messages an operator can change."""

    #: Requests and answers, at the places that a path leads to.
    VALUES = "values"
    #: Requests and answers, as bytes.
    BYTES = "bytes"
    #: Answers of every RPC.
    ANSWER = "answer"
    #: Answers by what was answered before.
    HISTORY = "history"
    #: Answers of a search.
    HITS = "hits"
    #: Answers of HTTP.
    HTTP = "http"


_TYPES: Mapping[Fits, type[Message]] = {Fits.HITS: SearchResults, Fits.HTTP: HttpResponse}


@dataclass(frozen=True, slots=True)
class MutationOperator:
    """One way of changing a message."""

    name: str
    fits: Fits
    change: Change

    @property
    def on_requests(self) -> bool:
        """Whether it can change requests as well as answers."""
        return self.fits in {Fits.VALUES, Fits.BYTES}

    def takes(self, kind: type[Message]) -> bool:
        """Tell whether it can change messages of a type."""
        return issubclass(kind, _TYPES.get(self.fits, Message))


_OPERATORS: dict[str, MutationOperator] = {}


def operator(name: str, fits: Fits) -> Callable[[Change], Change]:
    """Register an operator under a name; raises `ValueError` for a name that is taken."""

    def register(change: Change) -> Change:
        if name in _OPERATORS:
            message = f"there is an operator {name!r} already"
            raise ValueError(message)
        _OPERATORS[name] = MutationOperator(name, fits, change)
        return change

    return register


def operator_of(name: str) -> MutationOperator:
    """Return an operator; `KeyError` where there is none of that name."""
    return _OPERATORS[name]


def operators(*fits: Fits) -> tuple[str, ...]:
    """Name every operator, or those that fit one of these."""
    return tuple(sorted(each.name for each in _OPERATORS.values() if not fits or each.fits in fits))


for _fits, _changes in (
    (Fits.ANSWER, STATUS), (Fits.VALUES, VALUES), (Fits.HITS, ROWS), (Fits.HISTORY, TIME), (Fits.BYTES, BYTES),
    (Fits.HTTP, HTTP_ANSWERS),
):  # fmt: skip
    for _name, _change in _changes.items():
        operator(_name, _fits)(_change)
