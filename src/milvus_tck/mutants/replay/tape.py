"""What a good server said to every test: a tape for each test and for each shared preparation.

A tape holds what was asked (by a digest of its bytes) and what was answered, in order.
Tapes of several sessions make one recording: a test that was changed since is recorded
again, alone, and the others keep the tape that they have.
"""

import gzip
import pickle
import zlib
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Binding, Metadata

__all__ = ["Key", "ServerTapes", "States", "Step", "Take", "Tape", "TapeBinding", "key_of", "load", "save"]

#: RPC and digest of what was sent.
Key = tuple[str, bytes]
#: What every check of a test came to: a state and its signature.
States = dict[str, tuple[str, str]]
#: Raised whenever the layout of a saved recording changes.
_LAYOUT = 4
_DIGEST = 12


def key_of(rpc: str, payload: bytes, metadata: Metadata) -> Key:
    """Return what a request is recognised by."""
    digest = blake2b(payload, digest_size=_DIGEST)
    digest.update(repr(metadata).encode())
    return rpc, digest.digest()


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange."""

    key: Key
    reply: Reply


@dataclass(frozen=True, slots=True)
class Tape:
    """Everything that was said in one case, in order."""

    steps: list[Step] = field(default_factory=list)
    #: Which run of its test it is: names depend on that.
    attempt: int = 1

    @property
    def rpcs(self) -> frozenset[str]:
        """RPCs that were called."""
        return frozenset(step.key[0] for step in self.steps)


@dataclass
class Take:
    """One session of recording."""

    run: str
    seed: int
    #: Tapes by test.
    tests: dict[str, Tape] = field(default_factory=dict)
    #: Tapes by the name of what was prepared.
    preparations: dict[str, Tape] = field(default_factory=dict)
    #: What each test came to on the server.
    states: dict[str, States] = field(default_factory=dict)
    #: What each test came to on its own tape: the same, unless the server died of it.
    replayed: dict[str, States] = field(default_factory=dict)


@dataclass
class ServerTapes:
    """Everything that is known of one server."""

    target: str
    version: str
    profile: str
    takes: list[Take] = field(default_factory=list)

    def take_of(self, test: str) -> Take | None:
        """Return the session in which a test was recorded last."""
        return next((take for take in reversed(self.takes) if test in take.states), None)


@dataclass
class TapeBinding:
    """A binding that keeps what passes through it."""

    inner: Binding
    tape: Tape

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send through, and keep what was said."""
        reply = self.inner.send(rpc, payload, deadline, metadata)
        self.tape.steps.append(Step(key_of(rpc, payload, metadata), reply))
        return reply

    def close(self) -> None:
        """Leave the connection to whoever made it."""


def save(recording: ServerTapes, path: Path) -> None:
    """Write a recording to our own cache; a reader never sees half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with gzip.open(part, "wb", compresslevel=3) as file:
        pickle.dump((_LAYOUT, recording), file)
    part.replace(path)


def load(path: Path) -> ServerTapes | None:
    """Read a recording of ours; `None` where there is none that can be used."""
    try:
        with gzip.open(path, "rb") as file:
            whole = file.read()  # to its end, where it says whether it is whole
        layout, recording = pickle.loads(whole)  # noqa: S301 - written by `save` for the same user
    except (OSError, EOFError, zlib.error, pickle.UnpicklingError, AttributeError, ImportError, ValueError):
        return None
    return recording if layout == _LAYOUT and isinstance(recording, ServerTapes) else None
