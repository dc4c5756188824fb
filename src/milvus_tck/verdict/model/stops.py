"""Why a test stopped before it judged everything it set out to judge.

    Stop
    ├── Blocked        something the test needs did not work
    │   ├── Refused    it was a call, and the target refused it
    │   ├── Unseen     it was a look at something that no RPC of the target tells in a way that can be believed
    │   ├── Silent     it was a call by which nothing can be learnt: the target lacks an RPC that every server
    │   │              owes, or tells it wrong
    │   └── Never      it was something that takes its time, and did not come
    ├── Unsayable      the binding has no words for a request
    ├── Unreached      an exploration did not come to it in its time
    ├── Unsupported    the target lacks the RPC and says so
    ├── Undecided      no answer in time, or a sample that cannot tell
    │   └── Faulted    the transport failed: no answer of the target came
    └── TargetDied     the target is gone; the test runs again once it is back

A stop carries the state that the remaining checks of the test get. Anything else that
a test raises is a bug of ours and becomes `harness-error`.
"""

from milvus_tck.spec.capabilities import is_optional
from milvus_tck.verdict.model.states import State

__all__ = [
    "FAULT",
    "Blocked",
    "CallRefused",
    "Faulted",
    "Never",
    "Silent",
    "Stop",
    "TargetDied",
    "Undecided",
    "Unreached",
    "Unsayable",
    "Unseen",
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


class CallRefused(Blocked):
    """A call that has to succeed was refused; `answer` are the numbers that came back.

    `looks` says that the call would only have read what there is.
    """

    def __init__(self, rpc: str, answer: str, message: str, *, looks: bool = True) -> None:
        super().__init__(f"refused:{rpc}", message)
        self.rpc = rpc
        self.finding = f"refused:{answer}"
        #: Whether a Status refused it, rather than gRPC.
        self.in_band = "/" in answer
        self.looks = looks


class Silent(Blocked):
    """A call that is not the point of the test tells nothing, whatever is asked."""


class Unseen(Blocked):
    """No RPC tells a fact in a way that can be believed: nobody can look, whatever was done before."""

    def __init__(self, fact: str, why: str) -> None:
        super().__init__(f"witness:{fact}", why)


class Never(Blocked):
    """What an RPC tells did not come to be as it has to be in the end."""

    def __init__(self, rpc: str, what: str, within: float) -> None:
        super().__init__(f"never:{what}", f"{rpc}: not {what} within {within:g} s")
        self.rpc = rpc
        self.finding = self.signature


class Unsupported(Stop):
    """The target says properly that it lacks an RPC; `preparing` names the thing that it was needed for."""

    state = State.UNSUPPORTED

    def __init__(self, rpc: str, message: str, preparing: str = "") -> None:
        super().__init__(f"prepare:{preparing}:unsupported:{rpc}" if preparing else f"unsupported:{rpc}", message)
        self.rpc = rpc

    def of(self, rpc: str) -> bool:
        """Tell whether a promise of an RPC is lacking with it: its own, and any that needs what may be lacking.

        What every server owes is in the way of the promises of others, where it is lacking.
        """
        return rpc == self.rpc or is_optional(self.rpc)


class Unsayable(Stop):
    """The binding has no words for a request of the test: nothing was asked."""

    state = State.NOT_RUN

    def __init__(self, rpc: str, why: str) -> None:
        super().__init__(f"unsayable:{rpc}", f"{rpc}: {why}")


class Unreached(Stop):
    """An exploration did not come to it in the time that it had: nothing was asked."""

    state = State.NOT_RUN

    def __init__(self, what: str) -> None:
        super().__init__("unreached", f"{what}: not reached in the time of explorations (--explore SECONDS gives more)")


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
