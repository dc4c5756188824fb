"""Identity: what a target says about itself, before and after a run."""

import shlex

from google.protobuf.message import DecodeError

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.faults import send_again
from milvus_tck.bindings.grpc import Binding, GrpcBinding
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.profile_choice import Identity, UnknownProfileError, choose_profile
from milvus_tck.wire import messages as m

__all__ = ["NO_MILVUS", "Identity", "UnknownProfileError", "choose_profile", "identify", "is_no_milvus"]

_SECONDS = 10.0


def identify(binding: Binding, seconds: float = _SECONDS) -> Identity:
    """Ask a target who it is; raises `TargetError` if it cannot be reached, is silent, or is no Milvus."""
    seconds = min(seconds, _SECONDS)
    version = send_again(binding, "GetVersion", b"", seconds)
    if version.code in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}:
        what = "the target cannot be reached" if version.code == "UNAVAILABLE" else "the target does not answer"
        raise TargetError(what, version.details or version.code, f"milvus-tck doctor {_where(binding)}")
    if version.code in {"UNAUTHENTICATED", "PERMISSION_DENIED"}:
        why = version.details or version.code
        raise TargetError("the target does not let us in", why, "milvus-tck check TARGET --token USER:PASSWORD")
    hello = m.ConnectRequest(client_info=m.ClientInfo(sdk_type="milvus-tck")).SerializeToString()
    connect = send_again(binding, "Connect", hello, seconds)
    if is_no_milvus(version, connect):
        raise TargetError(*NO_MILVUS, f"milvus-tck doctor {_where(binding)}")
    text, info = "", m.ServerInfo()
    if version.payload is not None:
        text = _parsed(m.GetVersionResponse, version.payload).version
    if connect.payload is not None:
        info = _parsed(m.ConnectResponse, connect.payload).server_info
    return Identity(text, info.build_tags, info.git_commit, info.build_time, info.deploy_mode)


#: What is said of another server that speaks gRPC: what it is, and how that is known.
NO_MILVUS = ("this is no Milvus", "GetVersion and Connect are UNIMPLEMENTED")


def is_no_milvus(version: Reply, connect: Reply) -> bool:
    """Tell it by the answers to GetVersion and Connect: every Milvus has at least one of them."""
    return {version.code, connect.code} == {"UNIMPLEMENTED"}


def _where(binding: Binding) -> str:
    """Name an endpoint as it was typed, for somebody who looks closer."""
    if not isinstance(binding, GrpcBinding):
        return "HOST:PORT"
    given = binding.credentials
    options = {"ca": given.ca, "cert": given.certificate, "key": given.key}
    files = [f"--tls-{name} {shlex.quote(str(path))}" for name, path in options.items() if path is not None]
    return " ".join((binding.address, *(["--tls"] if given.tls and given.ca is None else []), *files))


def _parsed(kind, payload: bytes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - one of two messages
    try:
        return kind.FromString(payload)
    except DecodeError:  # an answer that is garbage tells nothing
        return kind()
