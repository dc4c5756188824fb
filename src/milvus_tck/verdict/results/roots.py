"""What keeps checks from being judged, followed to its root.

A blocked check needs a clause that does not hold, which may be blocked itself, by another one
or by a call that the target refused in a step on the way, maybe while something was prepared for
many tests. The root is where that ends: a failing check, or a call that gave no success.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import ClauseKind, Level
from milvus_tck.spec.witnesses import facts
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["Root", "Roots", "lacking_of", "request_of", "said"]

_LEVELS = list(Level)
#: Checks that have to share a root before it is worth a word in the verdict.
_MANY = 2
#: How signatures of what stopped a test are written; while something was prepared, that stands before it.
_PREPARED = re.compile(
    r"^(?:prepare:[^:]+:)?"
    r"(?P<kind>refused|unsupported|declared|lacking|doubted|neighbour|never|put-off|deadline|transport:\w+):(?P<what>.+)$"
)
#: Signature of what nobody could see: no witness tells that fact in a way that can be believed.
_UNSEEN = re.compile(r"^(?:prepare:[^:]+:)?witness:(?P<fact>.+)$")
#: Signature of what a test did not ask, for a clause that it had judged itself did not hold.
_NEEDS = "needs:"
#: What is different in each text, though the trouble is the same: our names, those of our fields, and every number
#: that is not a code.
_OWN = re.compile(r"tck_\w+|(?<=\bfield )(?P<quote>['\"`])\w+(?P=quote)|(?<!code )\b\d[\d.]*\b", re.IGNORECASE)
#: Signature of a check that asked for an RPC which is not there.
_MISSING = "unimplemented"
_WORDS = {
    "refused": "{} is refused", "unsupported": "{} is lacking", "neighbour": "a valid {} is refused",
    "declared": "{} is declared to be lacking", "lacking": "the SDK has no {}",
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


def _asks(clause: str) -> bool:
    """Tell whether a clause asks for the RPC itself: where it fails, that is why others meet with UNIMPLEMENTED."""
    known = clauses().get(clause)
    return known is not None and known.kind is ClauseKind.IMPLEMENTED


class Roots:
    """The roots of everything in a run that was not judged."""

    def __init__(self, asked: Sequence[CheckEvent], support: Sequence[CheckEvent] = ()) -> None:
        #: The failing check that is the root of a check, by the name of that; and what else is.
        self.failing: dict[str, CheckEvent] = {}
        self._clauses: defaultdict[str, list[CheckEvent]] = defaultdict(list)
        self._requests: dict[str, CheckEvent] = {}
        self._refused: defaultdict[str, list[CheckEvent]] = defaultdict(list)
        self._missing: dict[str, CheckEvent] = {}
        for event in (*asked, *support):
            if event.state != State.PASS:
                self._clauses[event.clause].append(event)
            if State(event.state).broken:
                self._requests.setdefault(request_of(event), event)
                if event.signature.startswith("refused:"):
                    self._refused[event.rpc].append(event)
                if event.signature == _MISSING and _asks(event.clause):
                    self._missing.setdefault(event.rpc, event)
        self.open = self._found(event for event in asked if event.state in {State.BLOCKED, State.INCONCLUSIVE})
        self._of = {event.check: root for root in self.open for event in root.blocked}

    def root(self, check: CheckEvent) -> CheckEvent:
        """Return the event in which what keeps a check from being judged ends, maybe the check itself."""
        return self._told(self._end(check, frozenset()))

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
            root = self.root(check)
            if State(root.state).broken:
                self.failing[check.check] = root
            elif found := _PREPARED.match(root.signature):
                groups[found["kind"].partition(":")[0] + ":" + found["what"], _same(root)].append((check, root))
        roots = [
            Root(_named(signature), pairs[0][1], tuple(check for check, _ in pairs))
            for (signature, _), pairs in groups.items()
        ]
        return sorted(roots, key=lambda root: (_LEVELS.index(root.level), -len(root.blocked), root.what))

    def _told(self, root: CheckEvent) -> CheckEvent:
        """Return the failing check that says the same of a call that gave no success on the way, if there is one.

        What nobody could see has its reason in a witness that breaks its own promise to tell it.
        """
        if unseen := _UNSEEN.match(root.signature):
            promised = facts()[unseen["fact"]].promised_by if unseen["fact"] in facts() else ()
            told = (each for clause in promised for each in self._clauses[clause] if State(each.state).broken)
            return next((each for each in told if each.binding == root.binding), root)
        found = _PREPARED.match(root.signature)
        if State(root.state).broken or found is None or found["kind"] not in {"refused", "unsupported"}:
            return root
        if found["kind"] == "unsupported":
            return self._missing.get(found["what"], root)
        return next((each for each in self._refused[found["what"]] if _same(each) in _same(root)), root)

    def _end(self, check: CheckEvent, seen: frozenset[str]) -> CheckEvent:
        """Follow what blocks a check to where that ends."""
        if State(check.state).broken:
            return check
        needs = check.blocked_by or (check.signature.removeprefix(_NEEDS) if check.signature.startswith(_NEEDS) else "")
        if not needs:
            return self._requests.get(request_of(check), check) if check.state == State.BLOCKED else check
        needed = [each for each in self._clauses[needs] if each.level == Level.MUST]
        if not needed or needs in seen:
            return check
        first = min(needed, key=lambda each: (each.binding != check.binding, not State(each.state).broken))
        return self._end(first, seen | {needs})


def lacking_of(check: CheckEvent) -> tuple[str, str]:
    """Return what stopped a check: `unsupported` and an RPC, `declared` a capability, `lacking` an SDK's operation."""
    found = _PREPARED.match(check.signature)
    return (found["kind"], found["what"]) if found else ("", "")


def request_of(check: CheckEvent) -> str:
    """Name the request that the check judges an aspect of: clause, case and binding."""
    return CheckId.parse(check.check).request


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
