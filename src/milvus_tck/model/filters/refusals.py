"""Why a filter is no filter."""

from enum import StrEnum

__all__ = ["Fault", "FilterError", "OutOfReachError"]


class Fault(StrEnum):
    """What kind of fault a filter has; the value is what servers say of it."""

    #: It cannot be read.
    SYNTAX = "cannot parse expression"
    #: It names a field that does not exist.
    FIELD = "field not exist"
    #: Its parts do not go together.
    TYPE = "invalid expression"
    #: It is no condition.
    NOT_BOOLEAN = "predicate is not a boolean expression"
    #: It can be read, and the release cannot carry it out: the refusal comes from where the rows are.
    EXECUTION = "unsupported expr"


class FilterError(ValueError):
    """A release refuses a filter."""

    def __init__(self, reason: str, fault: Fault = Fault.TYPE) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fault = fault


class OutOfReachError(NotImplementedError):
    """A release takes the filter, and the model does not evaluate it: nothing is known of the right rows."""
