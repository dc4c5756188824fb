"""States: what can become of a check, and what a run as a whole comes to."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum

__all__ = ["Conformance", "Exit", "Gate", "State"]


class State(StrEnum):
    """What became of a check. Only `pass` is a pass."""

    PASS = "pass"  # noqa: S105 - a state, not a password
    FAIL = "fail"
    #: Failed just as the released servers do that the target is held to.
    DEVIATION = "deviation"
    #: Failed, and did not when it was run again alone.
    FLAKY = "flaky"
    #: The target says, in a proper way, that it lacks this.
    UNSUPPORTED = "unsupported"
    #: Looked at, and not decided: a sample too small to tell, a deadline passed.
    INCONCLUSIVE = "inconclusive"
    #: Something it needs failed.
    BLOCKED = "blocked"
    TARGET_CRASH = "target-crash"
    HARNESS_ERROR = "harness-error"
    NOT_RUN = "not-run"

    @property
    def failed(self) -> bool:
        """Whether the state says something against the target."""
        return self in {State.FAIL, State.TARGET_CRASH}

    @property
    def broken(self) -> bool:
        """Whether the promise was broken before our eyes, also where released servers break it just so."""
        return self.failed or self is State.DEVIATION

    @property
    def unverified(self) -> bool:
        """Whether the promise was neither kept nor broken before our eyes."""
        return self is not State.PASS and not self.broken


class Conformance(StrEnum):
    """The conformance verdict. It knows no baseline."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not-conformant"
    UNDETERMINED = "undetermined"


class Gate(StrEnum):
    """The gate verdict: did anything unexpected happen?"""

    PASSED = "passed"
    FAILED = "failed"


class Exit(IntEnum):
    """Exit codes that other people's scripts rely on."""

    OK = 0
    UNEXPECTED = 1
    UNDETERMINED = 2
    TARGET_LOST = 3
    NOTHING_RAN = 4
    OBJECTIVE_MISSED = 5
    USAGE = 64
    OUR_BUG = 70
    INTERRUPTED = 130

    @classmethod
    def first(cls, codes: Iterable["Exit"]) -> "Exit":
        """Choose the code that counts where several hold: an unexpected failure is never masked."""
        return min(codes, key=_PRECEDENCE.index, default=cls.OK)


_PRECEDENCE = (
    Exit.USAGE, Exit.OUR_BUG, Exit.INTERRUPTED, Exit.TARGET_LOST, Exit.UNEXPECTED, Exit.OBJECTIVE_MISSED,
    Exit.UNDETERMINED, Exit.NOTHING_RAN, Exit.OK,
)  # fmt: skip
