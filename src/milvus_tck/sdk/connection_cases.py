"""Cases of connections: how a client introduces itself, and who its calls are from."""

import base64
from collections.abc import Iterator
from functools import partial
from typing import Any

import grpc

from milvus_tck.proxy.actions import Act
from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.rules import Rule, Where, refuse, status
from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.case_registry import SdkCase, cases
from milvus_tck.sdk.driver_deed import BrokenError, DriverDeed, OpenError
from milvus_tck.sdk.operation_samples import sample_of
from milvus_tck.spec.errors import UNEXPECTED
from milvus_tck.wire import messages as m

__all__: list[str] = []

_TOKENS = ("root:Milvus", "ada:secret7")
_REFUSALS: dict[str, Act] = {
    "both-numbers": status(UNEXPECTED, "not today", legacy=m.ErrorCode.UnexpectedError),
    "legacy-alone": status(0, "not today", legacy=m.ErrorCode.UnexpectedError),
    "new-alone": status(UNEXPECTED, "not today", legacy=0),
    "unauthenticated": refuse(grpc.StatusCode.UNAUTHENTICATED, "who are you?"),
}


@cases("sdk/connect-first")
def _first() -> Iterator[SdkCase]:
    yield SdkCase("", "connect", _introduced)


def _introduced(bench: Bench) -> None:
    bench.needs_grpc("it has no Connect")
    bench.fresh()
    client = bench.connect()
    made = [*bench.deeds[-1].calls, *bench.do("list_collections", client=client).calls]
    bench.do("close", client=client)
    if not made:
        raise OpenError("no call was made")
    if made[0].call.rpc != "Connect":
        raise BrokenError(f"first:{made[0].call.rpc}", "Connect first", f"{made[0].call.rpc} first")
    info: Any = getattr(made[0].request, "client_info", None)
    if info is None or not info.sdk_type or not info.sdk_version:
        raise BrokenError("nameless", "client_info with sdk_type and sdk_version", str(info))


@cases("sdk/connect-refused")
def _refused() -> Iterator[SdkCase]:
    for name, act in _REFUSALS.items():
        yield SdkCase(name, "connect", partial(_refusal, name, act))


def _refusal(name: str, act: Act, bench: Bench) -> None:
    """An SDK may connect later, when it is first used: one of the two fails."""
    bench.needs_grpc("it has no Connect")
    bench.fresh()
    client = f"refused-{name}"
    with bench.fault(Rule(name, Where(("Connect",)), act=act), connected=False):
        deed = bench.do("connect", client=client, uri=bench.uri)
        if deed.outcome.kind == "ok":
            deed = bench.do("list_collections", client=client)
    deed.failed("Connect is refused")


@cases("sdk/credentials")
def _credentials() -> Iterator[SdkCase]:
    yield SdkCase("two-clients", "connect", _two_users)


def _two_users(bench: Bench) -> None:
    clients = [bench.connect(token=token) for token in _TOKENS]
    for client, token in (*zip(clients, _TOKENS, strict=True), (clients[0], _TOKENS[0])):
        deed = bench.do("describe_collection", client=client, **sample_of("describe_collection", bench))
        wanted = base64.b64encode(token.encode()).decode()
        for call in _calls(deed):
            sent = [value for key, value in call.call.metadata if key == "authorization"]
            if sent != [wanted]:
                what = "none" if not sent else "another's"
                raise BrokenError(f"credentials:{what}", "the credentials of its client", f"{call.call.rpc}: {what}")
    for client in clients:
        bench.do("close", client=client)


@cases("sdk/database")
def _databases() -> Iterator[SdkCase]:
    yield SdkCase("two-clients", "connect", _two_databases)


def _two_databases(bench: Bench) -> None:
    """Two clients of one address, each with a database of its own; the first is asked again at the end."""
    names = ["default", bench.access.database()]
    clients = [bench.connect(database=name) for name in names]
    for client, name in (*zip(clients, names, strict=True), (clients[0], names[0])):
        deed = bench.do("list_collections", client=client)
        for call in _calls(deed):
            named = _database(call)
            if named not in ({name, ""} if name == "default" else {name}):
                raise BrokenError(f"database:{named or 'none'}", f"the database {name}", f"{call.call.rpc}: {named!r}")
    for client in clients:
        bench.do("close", client=client)


def _database(call: Seen) -> str:
    """Return the database that a call names, in its request or beside it."""
    own: str = getattr(call.request, "db_name", "")
    beside = [value for key, value in call.call.metadata if key == "dbname"]
    return own or (str(beside[0]) if beside else "")


def _calls(deed: DriverDeed) -> list[Seen]:
    """Return the calls of an operation; those to other services a client makes by itself, at a time of its own."""
    found = [call for call in deed.calls if "/" not in call.call.rpc]
    if not found:
        raise OpenError(f"{deed.op} made no call: {deed.seen}")
    return found
