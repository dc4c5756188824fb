"""Who is it? What a target says about itself, before and after a run."""

from dataclasses import asdict, dataclass

from google.protobuf.message import DecodeError

from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.profiles import Profile, detect, profile, profiles
from milvus_tck.targets.base import Declared, TargetError
from milvus_tck.wire import messages as m

__all__ = ["Identity", "UnknownProfileError", "choose_profile", "identify"]

_SECONDS = 10.0


class UnknownProfileError(Exception):
    """Nothing tells which profile a target should be held to."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What GetVersion and Connect told; empty texts where they told nothing."""

    version: str = ""
    build: str = ""
    commit: str = ""
    built: str = ""
    deployment: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return what is known, for the result file."""
        return {key: value for key, value in asdict(self).items() if value}


def identify(binding: Binding, seconds: float = _SECONDS) -> Identity:
    """Ask a target who it is; raises `TargetError` if it can not be reached, or does not answer in time."""
    seconds = min(seconds, _SECONDS)
    version = binding.send("GetVersion", b"", seconds)
    if version.code in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}:
        what = "the target can not be reached" if version.code == "UNAVAILABLE" else "the target does not answer"
        raise TargetError(what, version.details or version.code, "milvus-tck doctor")
    if version.code in {"UNAUTHENTICATED", "PERMISSION_DENIED"}:
        why = version.details or version.code
        raise TargetError("the target does not let us in", why, "milvus-tck check TARGET --token USER:PASSWORD")
    hello = m.ConnectRequest(client_info=m.ClientInfo(sdk_type="milvus-tck")).SerializeToString()
    connect = binding.send("Connect", hello, seconds)
    text, info = "", m.ServerInfo()
    if version.payload is not None:
        text = _parsed(m.GetVersionResponse, version.payload).version
    if connect.payload is not None:
        info = _parsed(m.ConnectResponse, connect.payload).server_info
    return Identity(text, info.build_tags, info.git_commit, info.build_time, info.deploy_mode)


def _parsed(kind, payload: bytes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - one of two messages
    try:
        return kind.FromString(payload)
    except DecodeError:  # an answer that is garbage tells nothing
        return kind()


def choose_profile(wanted: str, identity: Identity, declared: Declared) -> tuple[Profile, str]:
    """Choose the profile for a run, with the reason in words.

    `auto` believes what the target says of itself, then what was declared about it;
    where neither tells, it does not guess and raises `UnknownProfileError`.
    """
    names = ", ".join(each.name for each in profiles())
    if wanted != "auto":
        try:
            return profile(wanted), "it was asked for"
        except KeyError:
            message = f"there is no profile {wanted!r}; there are {names}"
            raise UnknownProfileError(message) from None
    for source, text in (("GetVersion", identity.version), ("Connect", identity.build)):
        found = detect(text)
        if found is not None:
            return found, f"{source} says {text}"
    if declared.profile is not None:
        return profile(declared.profile), "that is the line of the release that was named"
    told = f"GetVersion says {identity.version!r} and Connect {identity.build!r}"
    message = f"{told}, which belongs to no profile. Name one with --profile: {names}"
    raise UnknownProfileError(message)
