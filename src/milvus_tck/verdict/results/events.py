"""The event stream of a run: one header, one event per check, one footer.

Everything that a run tells anybody is in these events; every report format is made
from them and from nothing else.
"""

from dataclasses import dataclass, field
from typing import Any

from milvus_tck.spec.capabilities import CapabilityViews
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.kills import kills_of
from milvus_tck.verdict.model.differences import Difference, contrast
from milvus_tck.verdict.model.judgement import Judgement, members_of
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.exchange_json import exchange_json
from milvus_tck.wire.message_redaction import secrets_in
from milvus_tck.wire.redaction import scrub

__all__ = ["SCHEMA", "CheckEvent", "Footer", "Header", "JudgedTarget", "check_event"]

#: Version of the event format; raised when a reader of the old one would misread.
SCHEMA = 1
#: How often a test runs and fails that passes at once.
_USUAL = (("runs", 1), ("failed", 0), ("faults", 0), ("support", False))


@dataclass(frozen=True)
class JudgedTarget:
    """Who was judged, as the run found it."""

    name: str = ""
    version: str = ""
    address: str = ""
    #: What it says of itself, by name.
    identity: dict[str, str] = field(default_factory=dict)
    #: Whether it refuses an RPC that nobody has; what others say is worth nothing.
    reliable: bool = True


@dataclass(frozen=True)
class Header:
    """How the run began."""

    suite: str
    profile: str
    profile_reason: str
    target: JudgedTarget
    run: str
    seed: int
    command: list[str]
    environment: dict[str, str]
    started: str
    #: Checks that are to come, wire clauses left out.
    planned: int = 0
    strict: bool = False
    #: Whether only a part of the suite was asked for.
    partial: bool = False
    #: Lowest level whose failures fail the gate.
    fail_on: str = Level.MUST.value
    #: The release of the profile that it is held to, such as `2.6.20`; the line where the patch is not known.
    release: str = ""
    #: Whether what released servers break fails the target as well.
    strict_protocol: bool = False
    #: What was asked for, by option: `binding` always, the others where they were given; empty in older files.
    asked: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    def as_dict(self) -> dict[str, Any]:
        """Return the event."""
        return {"event": "header", **vars(self), "target": dict(vars(self.target))}


@dataclass(frozen=True)
class CheckEvent:
    """What became of one check."""

    check: str
    clause: str
    level: str
    rpc: str
    family: str
    binding: str
    state: str
    signature: str
    expected: str
    actual: str
    seconds: float
    text: str
    test: str
    blocked_by: str = ""
    #: The level that the check has from the next release of the suite on, where it is too new to be scored.
    becomes: str = ""
    #: Whether nobody asked for it: it was run because checks that were asked for need it.
    support: bool = False
    #: How often its test ran for a judgement, and in how many of these runs it failed.
    runs: int = 1
    failed: int = 0
    #: How many further runs a fault of transport ended.
    faults: int = 0
    #: Prepared things that the test read, by name.
    shared: list[str] = field(default_factory=list)
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    #: Where expected and actual differ; empty where the texts say it all.
    differences: list[Difference] = field(default_factory=list)
    #: Which of `exchanges` decided it, counted from 0; `None` where none of them did.
    deciding: int | None = None
    #: What released servers break just so, as a sentence, of a deviation.
    deviation: str = ""
    #: Who says that the clause is true, of a failure; in the forms of spec/clause_witnesses.py.
    witness: list[str] = field(default_factory=list)
    #: By how many mutants the check was made to fail, by binding, of a failure; empty where it never was.
    #: `None` where that is not told.
    mutants: dict[str, int] | None = None
    #: What the RPC of the clause answered, as `Answered` writes it: of the first aspect of each condition.
    answered: dict[str, Any] | None = None
    #: The extension whose promise it is; empty where it is the protocol's.
    origin: str = ""
    #: Whether data was lost, doubled or taken for something else, or an error hidden, where it fails: of an SDK.
    unsafe: bool = False

    @property
    def decisive(self) -> dict[str, Any] | None:
        """The exchange that decided it; files of earlier versions do not tell which one that is."""
        return None if self.deciding is None else next(iter(self.exchanges[self.deciding : self.deciding + 1]), None)

    @property
    def members(self) -> list[Difference]:
        """Members that are not as expected; none where the texts of the whole say it better."""
        return members_of(_aspect(self.check), self.differences)

    @property
    def contrast(self) -> str:
        """Say in a line what was expected and what came, member by member."""
        return contrast(self.expected, self.actual, self.members)

    @property
    def decides(self) -> bool:
        """Whether it says anything for or against a target, now or from the next release of the suite on."""
        return self.level != Level.OBSERVED or bool(self.becomes)

    def as_dict(self) -> dict[str, Any]:
        """Return the event; what is empty or goes without saying is left out of a pass."""
        full = {"event": "check", **vars(self), "differences": [each.as_dict() for each in self.differences]}
        if self.answered is None:
            del full["answered"]
        if not self.unsafe:
            del full["unsafe"]
        if self.state != State.PASS:
            return full
        said = {key: value for key, value in full.items() if value not in ("", [], None)}
        return {key: value for key, value in said.items() if (key, value) not in _USUAL} | {"signature": ""}


@dataclass(frozen=True)
class Footer:
    """How the run ended."""

    complete: bool
    totals: dict[str, dict[str, int]]
    #: What the target said of itself at the end; empty where it could not be asked.
    identity: dict[str, str]
    #: Objects that could not be removed.
    leftovers: list[str]
    #: What happened to the target meanwhile.
    incidents: list[str]
    seconds: float
    #: CPU seconds of the harness, and seconds its calls waited for the target (over all threads).
    cpu_seconds: float
    waited_seconds: float
    #: What is declared, probed and observed of each capability.
    capabilities: list[CapabilityViews] = field(default_factory=list)
    #: Exchanges that made the shared things which failing checks read.
    preparations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: What decided the passes of checks that fail over another binding, by check.
    counterparts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Whether the target was gone at the end, or another one than at the start.
    lost: bool = False
    #: How many calls the run made.
    calls: int = 0
    #: Calls that a fault of transport ended, by its name; deadlines left out.
    faults: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the event."""
        return {"event": "footer", **vars(self), "capabilities": [each.as_dict() for each in self.capabilities]}


def check_event(judgement: Judgement, test: str, text: str, shared: list[str], *, support: bool = False) -> CheckEvent:
    """Turn a judgement into an event; `text` is the sentence of the clause in the run's profile."""
    check = judgement.check
    proven = judgement.state is not State.PASS
    secrets = {secret for each in judgement.exchanges for secret in secrets_in(each.request)}
    return CheckEvent(
        check=check.id,
        clause=check.clause.id,
        level=check.level,
        rpc=check.clause.rpc if check.clause.rpc != "wire" else check.case,
        family=check.clause.family,
        binding=check.binding,
        state=judgement.state,
        signature=judgement.signature,
        expected=scrub(judgement.expected, secrets),
        actual=scrub(judgement.actual, secrets),
        seconds=round(judgement.seconds, 4),
        text=text,
        test=test,
        blocked_by=judgement.blocked_by,
        becomes=check.becomes or "",
        runs=judgement.runs,
        failed=judgement.failed,
        faults=judgement.faults,
        support=support,
        shared=shared if proven else [],
        exchanges=[exchange_json(each) for each in judgement.exchanges] if proven else [],
        differences=list(judgement.differences),
        deciding=_place(judgement) if proven else None,
        deviation=judgement.deviation,
        witness=[str(each) for each in check.clause.witness] if _failed(judgement) else [],
        mutants=kills_of(check.id) if _failed(judgement) and not check.clause.origin else None,
        answered=None if judgement.answered is None else judgement.answered.as_dict(),
        origin=check.clause.origin,
    )


def _failed(judgement: Judgement) -> bool:
    """Tell whether a reader will ask who says so: it fails, or did once."""
    return judgement.state.broken or judgement.state is State.FLAKY


def _place(judgement: Judgement) -> int | None:
    """Find the exchange that decided a judgement among those that prove it."""
    found = (number for number, each in enumerate(judgement.exchanges) if each is judgement.deciding)
    return next(found, None)


def _aspect(check: str) -> str:
    """Name the aspect of a check, by its id."""
    return CheckId.parse(check).aspect
