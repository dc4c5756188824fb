"""What keeps checks from being judged, followed to its root.

A blocked check needs a clause that does not hold, which may be blocked itself, by another one
or by a call that the target refused in a step on the way, maybe while something was prepared for
many tests. The root is where that ends: a failing check, or a call that gave no success.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.states import State

__all__ = ["Root", "Roots", "request_of", "said"]

_LEVELS = list(Level)
#: Checks that have to share a root before it is worth a word in the verdict.
_MANY = 2
#: How signatures of what stopped a test are written; while something was prepared, that stands before it.
_PREPARED = re.compile(
    r"^(?:prepare:[^:]+:)?"
    r"(?P<kind>refused|unsupported|doubted|neighbour|never|put-off|deadline|transport:\w+):(?P<what>.+)$"
)
#: What is different in each text, though the trouble is the same: our names and every number that is not a code.
_OWN = re.compile(r"tck_\w+|(?<!code )\b\d[\d.]*\b")
_WORDS = {
    "refused": "{} is refused", "unsupported": "{} is lacking", "neighbour": "a valid {} is refused",
    "doubted": "{} tells nothing, or does nothing",
    "never": "something never comes to be {}", "put-off": "{} is put off", "deadline": "{} gets no answer in time",
    "transport": "the transport fails under {}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Root:
    """A call that gave no success, and what could not be judged because of that."""

    #: Such as `LoadPartitions is refused`.
    what: str
    #: The check that shows it.
    example: CheckEvent
    blocked: tuple[CheckEvent, ...]

    @property
    def rpc(self) -> str:
        """The RPC that was called."""
        return said(self.example).partition(":")[0] if ": " in said(self.example) else self.example.rpc

    @property
    def called(self) -> str:
        """The RPC whose calls give no success; empty where it is no call."""
        found = _PREPARED.match(self.example.signature)
        return found["what"] if found and found["kind"] in {"refused", "unsupported", "doubted", "neighbour"} else ""

    @property
    def level(self) -> Level:
        """The most binding level of what it keeps from being judged."""
        return min((Level(each.level) for each in self.blocked), key=_LEVELS.index)


class Roots:
    """The roots of everything in a run that was not judged."""

    def __init__(self, asked: Sequence[CheckEvent], support: Sequence[CheckEvent] = ()) -> None:
        #: The failing check that is the root of a check, by the name of that; and what else is.
        self.failing: dict[str, CheckEvent] = {}
        self._clauses: defaultdict[str, list[CheckEvent]] = defaultdict(list)
        self._requests: dict[str, CheckEvent] = {}
        self._refused: defaultdict[str, list[CheckEvent]] = defaultdict(list)
        for event in (*asked, *support):
            if event.state != State.PASS:
                self._clauses[event.clause].append(event)
            if State(event.state).failed:
                self._requests.setdefault(request_of(event), event)
                if event.signature.startswith("refused:"):
                    self._refused[event.rpc].append(event)
        self.open = self._found(event for event in asked if event.state in {State.BLOCKED, State.INCONCLUSIVE})
        self._of = {event.check: root for root in self.open for event in root.blocked}

    def words(self, check: CheckEvent) -> str:
        """Say what is at the root of a check that was not judged; empty where it tells that itself."""
        failing, found = self.failing.get(check.check), self._of.get(check.check)
        if failing is not None and failing.clause != check.blocked_by:
            return f"{failing.check} fails: {failing.actual}"
        return f"{found.what}: {said(found.example)}" if found is not None and found.example is not check else ""

    def because(self, checks: Sequence[CheckEvent]) -> str:
        """Name the root of most of these checks, with how many they are; empty where each has its own."""
        ends: Counter[str] = Counter()
        for check in checks:
            failing, opened = self.failing.get(check.check), self._of.get(check.check)
            if failing is not None and failing.clause:
                ends[f"{failing.check} fails ({failing.actual or failing.signature})"] += 1
            elif opened is not None:
                ends[f"{opened.what} ({said(opened.example)})"] += 1
        words, number = ends.most_common(1)[0] if ends else ("", 0)
        if number < _MANY or number * 2 < len(checks):
            return ""
        return words if number == len(checks) else f"{words}: that explains {number}"

    def _found(self, checks: Iterable[CheckEvent]) -> list[Root]:
        groups: defaultdict[tuple[str, str], list[tuple[CheckEvent, CheckEvent]]] = defaultdict(list)
        for check in checks:
            root = self._told(self._end(check, frozenset()))
            if State(root.state).failed:
                self.failing[check.check] = root
            elif found := _PREPARED.match(root.signature):
                groups[found["kind"].partition(":")[0] + ":" + found["what"], _same(root)].append((check, root))
        roots = [
            Root(_named(signature), pairs[0][1], tuple(check for check, _ in pairs))
            for (signature, _), pairs in groups.items()
        ]
        return sorted(roots, key=lambda root: (_LEVELS.index(root.level), -len(root.blocked), root.what))

    def _told(self, root: CheckEvent) -> CheckEvent:
        """Return the failing check that says the same of a call that was refused on the way, if there is one."""
        found = _PREPARED.match(root.signature)
        if State(root.state).failed or found is None or found["kind"] != "refused":
            return root
        return next((each for each in self._refused[found["what"]] if _same(each) in _same(root)), root)

    def _end(self, check: CheckEvent, seen: frozenset[str]) -> CheckEvent:
        """Follow what blocks a check to where that ends."""
        if State(check.state).failed:
            return check
        if not check.blocked_by:
            return self._requests.get(request_of(check), check) if check.state == State.BLOCKED else check
        needed = [each for each in self._clauses[check.blocked_by] if each.level == Level.MUST]
        if not needed or check.blocked_by in seen:
            return check
        first = min(needed, key=lambda each: (each.binding != check.binding, not State(each.state).failed))
        return self._end(first, seen | {check.blocked_by})


def request_of(check: CheckEvent) -> str:
    """Name the request that the check judges an aspect of: clause, case and binding."""
    name, _, aspect = check.check.rpartition(":")
    return f"{name}@{aspect.partition('@')[2]}"


def said(check: CheckEvent) -> str:
    """Return what a refused call came to, in the words of the server; what was being prepared is left out."""
    prepared = check.signature.startswith("prepare:")
    return check.actual.partition(": ")[2] if prepared else check.actual


def _same(check: CheckEvent) -> str:
    """Take out of what was said whatever differs from test to test."""
    return _OWN.sub("…", said(check))


def _named(signature: str) -> str:
    kind, _, what = signature.partition(":")
    return _WORDS[kind].format(what)
