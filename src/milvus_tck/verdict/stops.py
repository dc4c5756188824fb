"""Why a test stopped before it judged everything it set out to judge.

    Stop
    ├── Blocked        something the test needs did not work
    │   ├── Refused    it was a call, and the target refused it
    │   ├── Silent     it was a call by which nothing can be learnt: the target lacks it, or tells it wrong
    │   └── Never      it was something that takes its time, and did not come
    ├── Unsayable      the binding has no words for a request
    ├── Unsupported    the target lacks the RPC and says so
    ├── Undecided      no answer in time, or a sample that can not tell
    │   └── Faulted    the transport failed: no answer of the target came
    └── TargetDied     the target is gone; the test runs again once it is back

A stop carries the state that the remaining checks of the test get. Anything else that
a test raises is a bug of ours and becomes `harness-error`.
"""

from milvus_tck.verdict.states import State

__all__ = [
    "FAULT",
    "Blocked",
    "Faulted",
    "Never",
    "Refused",
    "Silent",
    "Stop",
    "TargetDied",
    "Undecided",
    "Unsayable",
    "Unsupported",
]

#: How the signature of what a fault of transport left open begins.
FAULT = "transport:"


class Stop(Exception):  # noqa: N818 - not an error: a test may stop in good order
    """A test ends early; `signature` is stable, the message is for people."""

    state = State.INCONCLUSIVE

    def __init__(self, signature: str, message: str) -> None:
        super().__init__(message)
        self.signature = signature


class Blocked(Stop):
    """A step that is not the point of the test did not work."""

    state = State.BLOCKED


class Refused(Blocked):
    """A call that has to succeed was refused; `answer` are the numbers that came back."""

    def __init__(self, rpc: str, answer: str, message: str) -> None:
        super().__init__(f"refused:{rpc}", message)
        self.rpc = rpc
        self.finding = f"refused:{answer}"
        #: Whether a Status refused it, rather than gRPC.
        self.in_band = "/" in answer


class Silent(Blocked):
    """A call that is not the point of the test tells nothing, whatever is asked."""


class Never(Blocked):
    """What an RPC tells did not come to be as it has to be in the end."""

    def __init__(self, rpc: str, what: str, within: float) -> None:
        super().__init__(f"never:{what}", f"{rpc}: not {what} within {within:g} s")
        self.rpc = rpc
        self.finding = self.signature


class Unsupported(Stop):
    """The target says properly that it lacks what is asked."""

    state = State.UNSUPPORTED

    def of(self, rpc: str) -> bool:
        """Tell whether it is that RPC that is lacking."""
        return self.signature == f"unsupported:{rpc}"


class Unsayable(Stop):
    """The binding has no words for a request of the test: nothing was asked."""

    state = State.NOT_RUN

    def __init__(self, rpc: str, why: str) -> None:
        super().__init__(f"unsayable:{rpc}", f"{rpc}: {why}")


class Undecided(Stop):
    """Neither kept nor broken before our eyes."""

    state = State.INCONCLUSIVE


class Faulted(Undecided):
    """The transport ended a call: that is no answer of the target, so the test says nothing and runs again."""

    def __init__(self, rpc: str, fault: str, message: str) -> None:
        super().__init__(f"{FAULT}{fault}:{rpc}", message)


class TargetDied(Stop):
    """The target went away while the test ran."""

    state = State.TARGET_CRASH
