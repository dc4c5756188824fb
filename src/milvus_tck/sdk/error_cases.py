"""Cases of errors: an answer that says no, and what the user sees of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import grpc

from milvus_tck.proxy.actions import Act, Answer
from milvus_tck.proxy.rules import Rule, Where, refuse, status
from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.case_registry import CaseSource, SdkCase, cases
from milvus_tck.sdk.driver_deed import BrokenError, DriverDeed
from milvus_tck.sdk.operation_samples import DECIDING, sample_of
from milvus_tck.spec.errors import UNEXPECTED, code_named
from milvus_tck.wire import messages as m

__all__ = ["faulted"]

_REASON = "milvus-tck was here: no such luck"
_INVALID, _ABSENT = code_named("ParameterInvalid"), code_named("CollectionNotFound")
_LEGACY = m.ErrorCode
#: A number that nobody knows.
_NOBODY = 424242
#: What is no answer to whether something is there: the code, and the legacy number beside it.
_NO_ANSWERS = {
    "not-ready": (code_named("ServiceNotReady"), _LEGACY.ConnectFailed),
    "unexpected": (code_named("ServiceInternal"), _LEGACY.UnexpectedError),
    "privilege": (code_named("PrivilegeNotPermitted"), _LEGACY.PermissionDenied),
    "legacy": (0, _LEGACY.IndexNotExist),
}


def faulted(bench: Bench, op: str, act: Act, name: str) -> DriverDeed:
    """Do an operation whose deciding RPC meets a fault each time, with the patience of a user; no server is asked."""
    bench.needs(op)
    arguments = sample_of(op, bench)
    with bench.fault(Rule(name, Where(DECIDING[op]), act=act)):
        return bench.do(op, options=bench.patience, **arguments)


def _fails(op: str, act: Act, name: str, bench: Bench) -> None:
    faulted(bench, op, act, name).failed(f"the answer says {name}")


def _each(act: Act, name: str) -> Iterator[SdkCase]:
    for op in DECIDING:
        yield SdkCase(op, op, partial(_fails, op, act, name))


@dataclass(frozen=True)
class _Refusal:
    """A Status that says no."""

    name: str
    code: int
    legacy: int

    @property
    def act(self) -> Act:
        return status(self.code, _REASON, legacy=self.legacy)

    def cases(self) -> Iterator[SdkCase]:
        return _each(self.act, self.name)


def _register(clause: str, refusal: _Refusal) -> CaseSource:
    return cases(clause)(refusal.cases)


_register("sdk/error-both", _Refusal("both-numbers", UNEXPECTED, _LEGACY.UnexpectedError))
_register("sdk/error-legacy-alone", _Refusal("legacy-alone", 0, _LEGACY.UnexpectedError))
_register("sdk/error-new-alone", _Refusal("new-alone", UNEXPECTED, 0))


@cases("sdk/error-unimplemented")
def _unimplemented() -> Iterator[SdkCase]:
    return _each(refuse(grpc.StatusCode.UNIMPLEMENTED, _REASON), "unimplemented")


@cases("sdk/error-unknown-number")
def _unknown_number() -> Iterator[SdkCase]:
    for op in ("insert", "query", "has_collection", "load"):
        yield SdkCase(
            f"{op}-code",
            op,
            partial(_fails, op, status(_NOBODY, _REASON, legacy=_LEGACY.UnexpectedError), "unknown-code"),
        )
        yield SdkCase(f"{op}-legacy", op, partial(_fails, op, status(0, _REASON, legacy=_NOBODY), "unknown-legacy"))


@cases("sdk/error-absence")
def _absence() -> Iterator[SdkCase]:
    yield SdkCase("absent", "has_collection", _absent)
    for name, (code, legacy) in _NO_ANSWERS.items():
        act = status(code, _REASON, legacy=legacy)
        yield SdkCase(name, "has_collection", partial(_fails, "has_collection", act, name))
    act = refuse(grpc.StatusCode.PERMISSION_DENIED, _REASON)
    yield SdkCase("denied", "has_collection", partial(_fails, "has_collection", act, "permission-denied"))


def _absent(bench: Bench) -> None:
    """An answer that it is not there, by the value of HasCollection or the Status of the other: no, and no error."""
    described = status(_ABSENT, "collection not found[collection=x]", legacy=_LEGACY.CollectionNotExists)
    asked = Answer(m.BoolResponse(status=m.Status(), value=False))
    deed = faulted(bench, "has_collection", lambda view: asked if view.rpc == "HasCollection" else described(view),
                   "collection-not-found")  # fmt: skip
    deed.succeeded("it is not there")
    if deed.result["value"] is not False:
        raise BrokenError("true", "false", deed.seen)


def _told(op: str, bench: Bench, *, reason: bool) -> None:
    """Whether number, or reason, reach the user."""
    deed = faulted(bench, op, status(_INVALID, _REASON), "parameter-invalid")
    error = deed.outcome.error
    deed.failed(f"the answer says code {_INVALID}")
    if error is None:
        return
    if reason and _REASON not in error.message:
        raise BrokenError("reason-lost", f"a message with {_REASON!r}", deed.seen)
    if not reason and error.code != _INVALID:
        raise BrokenError(f"code:{error.code}", f"code {_INVALID}", deed.seen)


@cases("sdk/error-number")
def _numbers() -> Iterator[SdkCase]:
    for op in ("create_collection", "load", "insert", "delete", "query", "search"):
        yield SdkCase(op, op, partial(_told, op, reason=False))


@cases("sdk/error-reason")
def _reasons() -> Iterator[SdkCase]:
    for op in ("create_collection", "load", "insert", "delete", "query", "search"):
        yield SdkCase(op, op, partial(_told, op, reason=True))
