"""Which line of the protocol a target is held to, by what is known of it."""

from dataclasses import asdict, dataclass

from milvus_tck.spec.profiles import Profile, detect, profile, profiles
from milvus_tck.targets.base import Declared

__all__ = ["Identity", "UnknownProfileError", "choose_profile"]


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
    doubt = "" if identity.version or identity.build else " (`milvus-tck doctor` tells whether it is a Milvus at all)"
    message = f"{told}, which belongs to no profile{doubt}. Name one with --profile: {names}"
    raise UnknownProfileError(message)
