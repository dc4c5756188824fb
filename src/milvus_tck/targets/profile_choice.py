"""Profile choice: which line of the protocol a target is held to, by what is known of it."""

from dataclasses import asdict, dataclass

from milvus_tck.spec.profiles import Profile, detect, profile, profiles
from milvus_tck.targets.base import Declared

__all__ = ["Identity", "UnknownProfileError", "choose_profile", "disagreement"]


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
    where neither tells, it does not guess and raises `UnknownProfileError`. Where a line is asked for, a
    target of that line says which release of it. The reason says where GetVersion and Connect disagree, where no
    release was named, and where another one was asked for than the target says it is.
    """
    names = ", ".join(each.name for each in profiles())
    if wanted != "auto":
        try:
            return _asked_for(profile(wanted), identity)
        except KeyError:
            message = f"there is no profile {wanted!r}; there are {names}, and releases of them: 2.6.20"
            raise UnknownProfileError(message) from None
    told = _told(identity)
    if told:
        return _believed(identity, told)
    if declared.profile is not None:
        found = profile(declared.profile)
        return found, f"that is {'the line of ' if found.patch is None else ''}the release that was named"
    said = f"GetVersion says {identity.version!r} and Connect {identity.build!r}"
    doubt = "" if identity.version or identity.build else " (`milvus-tck doctor` tells whether it is a Milvus at all)"
    newest = " (a build of master is nearest to the last of them that has a number, or to next)" * _of_master(identity)
    message = f"{said}, which belongs to no profile{doubt}. Name one with --profile: {names}{newest}"
    raise UnknownProfileError(message)


def disagreement(identity: Identity) -> str:
    """Say where GetVersion and Connect name two releases; empty where they agree, or one of them names none."""
    told = _told(identity)
    if len({found.name for _, _, found in told}) == 1:
        told = [each for each in told if each[2].patch is not None]
    if len({found.release for _, _, found in told}) < 2:  # noqa: PLR2004 - two disagree
        return ""
    return f"{', and '.join(f'{rpc} says {text}' for rpc, text, _ in told)}: one of them is wrong"


def _told(identity: Identity) -> list[tuple[str, str, Profile]]:
    """Return who tells a release, or a line: the RPC, its words, what that is."""
    texts = (("GetVersion", identity.version), ("Connect", identity.build))
    return [(rpc, text, found) for rpc, text in texts if (found := detect(text)) is not None]


def _believed(identity: Identity, told: list[tuple[str, str, Profile]]) -> tuple[Profile, str]:
    """Choose between what GetVersion and Connect tell: the first, but of one line the one that tells the patch."""
    line = told[0][2].name
    rpc, text, found = next((each for each in told if each[2].name == line and each[2].patch is not None), told[0])
    vague = f", which names no release of {line}" if found.patch is None else ""
    return found, disagreement(identity) or f"{rpc} says {text}{vague}"


def _of_master(identity: Identity) -> bool:
    return any(text.startswith("master") for text in (identity.version, identity.build))


def _asked_for(line: Profile, identity: Identity) -> tuple[Profile, str]:
    """Return what was asked for, with the patch that the target names where none was."""
    told = _told(identity)
    own = next((found for _, _, found in told if found.name == line.name and found.patch is not None), None)
    if line.patch is None and own is not None:
        return own, f"it was asked for, and the target says that it is {own.release}"
    other = next((found.release for _, _, found in told if found.release not in {line.release, line.name}), "")
    return line, f"it was asked for, though the target says that it is {other}" if other else "it was asked for"
