"""Agreement: whether clauses agree with what a server was seen to answer.

An answer that was written down is judged as if it came now, in every aspect that can be told from it. What a
disagreement means is for people to say: the clause is wrong, the server breaks it, or a file is of another release.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Exchange, Outcome, Via
from milvus_tck.spec.bindings import binding_row
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import Clause, Level
from milvus_tck.spec.deviations import deviation_of
from milvus_tck.spec.observed_answers import CUT, Observed, ObservedAnswer, ObservedServer
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.verdict.model.aspects import AspectResult, judge_refusal
from milvus_tck.verdict.model.check import HOLDS
from milvus_tck.verdict.model.obligations import REASON_TEXT, checks_of
from milvus_tck.verdict.model.states import State
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import ErrorCode, HttpResponse, Status

__all__ = ["Agreement", "AgreementKind", "agreements", "profile_of"]

_MILVUS = "milvus"
_FAILS = "fails"
_REASONS = frozenset({"reason", REASON_TEXT})
_UNIMPLEMENTED = "UNIMPLEMENTED"


class AgreementKind(StrEnum):
    """What became of an answer that was held against a clause."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    #: A promise that the release is known to break in just this way.
    DEVIATES = "deviates"
    #: The clause does not stand in that release.
    ELSEWHERE = "elsewhere"
    #: The answer of a stand-in, or of a server that lacks the RPC and says so.
    PROVES_NOTHING = "proves-nothing"
    #: A newer suite, or an older one, named a clause that there is not.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One answer, held against one clause."""

    compared: AgreementKind
    #: `clause` or `clause.case`, and the binding.
    condition: str
    binding: str
    answer: ObservedAnswer
    #: The aspects that disagree, or deviate, each with its level and what it came to.
    findings: tuple[tuple[str, Level, AspectResult], ...] = ()
    #: What is wrong with the release, of one that is known.
    deviation: str = ""

    @property
    def clause(self) -> str:
        """The clause, without the case."""
        return self.condition.partition(".")[0]

    @property
    def level(self) -> Level | None:
        """The highest level that disagrees; `None` where none does."""
        levels = {level for _, level, _ in self.findings if self.compared is AgreementKind.DISAGREES}
        return next((level for level in Level if level in levels), None)

    @property
    def words(self) -> str:
        """Say what was expected and what came."""
        told = (f"{aspect} ({level.value}): expected {each.expected}" for aspect, level, each in self.findings)
        return f"{'; '.join(told)}; answered {self.answer.words}"

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of it."""
        found = [
            {"aspect": aspect, "level": level.value, "signature": each.signature, "expected": each.expected}
            for aspect, level, each in self.findings
        ]
        named = {"condition": self.condition, "clause": self.clause, "binding": self.binding}
        told = {**named, "result": self.compared.value, "disagrees": found, "answer": self.answer.as_dict()}
        return {**told, "deviation": self.deviation} if self.deviation else told


def profile_of(server: ObservedServer) -> Profile | None:
    """Return the release that a server is held to, else the line that it was asked in; `None` where there is none.

    Only of Milvus itself the release is one of the protocol, too.
    """
    for name in (server.release if server.server == _MILVUS else "", server.profile):
        with suppress(KeyError):
            return profile(name)
    return None


def agreements(
    file: Observed, line: Profile, clauses: Mapping[str, Clause], *, strict: bool = False
) -> list[Agreement]:
    """Hold every answer of a file that speaks of a clause against it, as the profile demands.

    `strict` asks for the exact code of the release, as `milvus-tck check --strict` does.
    """
    return [_agreement(each, word, line, clauses, strict=strict) for each in file.answers for word in each.of]


def _agreement(
    answer: ObservedAnswer, condition: str, line: Profile, clauses: Mapping[str, Clause], *, strict: bool
) -> Agreement:
    name, _, case = condition.partition(".")
    clause = clauses.get(name)
    if clause is None:
        return Agreement(AgreementKind.UNKNOWN, condition, answer.binding, answer)
    if answer.stand_in or _lacking(answer, clause, line):
        return Agreement(AgreementKind.PROVES_NOTHING, condition, answer.binding, answer)
    if not clause.is_owed(line, case):
        return Agreement(AgreementKind.ELSEWHERE, condition, answer.binding, answer)
    levels = {each.aspect: each.level for each in checks_of(clause, line, answer.binding, case, strict=strict)}
    found = _findings(clause, line, answer, case, strict=strict)
    wrong = tuple((aspect, levels[aspect], each) for aspect, each in found.items() if each.state is State.FAIL)
    if not wrong:
        return Agreement(AgreementKind.AGREES, condition, answer.binding, answer)
    names = {aspect: str(CheckId(name, case, aspect, answer.binding)) for aspect, _, _ in wrong}
    known = [deviation_of(names[aspect], each.signature, line) for aspect, _, each in wrong]
    if None in known:
        return Agreement(AgreementKind.DISAGREES, condition, answer.binding, answer, wrong)
    told = " ".join(dict.fromkeys(each.text for each in known if each is not None))
    return Agreement(AgreementKind.DEVIATES, condition, answer.binding, answer, wrong, told)


def _lacking(answer: ObservedAnswer, clause: Clause, line: Profile) -> bool:
    """Tell whether a server lacks the RPC: what it would answer is then not known."""
    wanted = clause.expectation(line).grpc if clause.applies_to(line) else ()
    return answer.grpc == _UNIMPLEMENTED and _UNIMPLEMENTED not in wanted


def _findings(
    clause: Clause, line: Profile, answer: ObservedAnswer, case: str, *, strict: bool
) -> dict[str, AspectResult]:
    if answer.died:
        aspect = HOLDS if clause.expectation(line).ok else _FAILS
        return {aspect: AspectResult(State.FAIL, answer.seen or f"crash:{clause.rpc}", "an answer", answer.words)}
    if clause.expectation(line).ok:
        return {HOLDS: _holds(answer)}
    found = judge_refusal(clause, line, _outcome(answer, clause.rpc), answer.binding, case, strict=strict)
    untold = _untold(answer)
    return {aspect: each for aspect, each in found.items() if aspect not in untold}


def _untold(answer: ObservedAnswer) -> frozenset[str]:
    """Name the aspects that a file tells nothing of: its reasons may be missing, or only begin there."""
    if answer.reason is None:
        return _REASONS
    return frozenset({REASON_TEXT}) if answer.reason.endswith(CUT) else frozenset()


def _holds(answer: ObservedAnswer) -> AspectResult:
    if answer.held:
        return AspectResult(State.PASS)
    if not answer.ok:
        numbers = answer.grpc if answer.code is None else f"{answer.code}/{answer.error_code}"
        return AspectResult(State.FAIL, answer.seen or f"refused:{numbers}", "success", answer.words)
    if answer.held is False:
        return AspectResult(State.FAIL, answer.seen, "what was promised", answer.seen or "something else")
    return AspectResult(State.PASS)


def _outcome(answer: ObservedAnswer, rpc: str) -> Outcome[Message]:
    """Bring an answer into the form in which a call brings it."""
    via = Via(answer.binding, "" if binding_row(answer.binding).routes is None else "HTTP")
    exchange = Exchange(rpc, Status(), _response(answer), answer.grpc, "", 0.0, via=via)
    return Outcome(Call(rpc, Status()), exchange, exchange.response)


def _response(answer: ObservedAnswer) -> Message | None:
    """Return a message with the numbers; `None` where no Status came and nothing succeeded."""
    if answer.documents != 1:
        return HttpResponse(body=b"{}" * answer.documents)
    if answer.code is None and not answer.ok:
        return None
    code, legacy, reason = answer.code or 0, answer.error_code or 0, answer.reason or ""
    if binding_row(answer.binding).one_code:
        told = {"code": code, "data": {}} if answer.ok else {"code": code, "message": reason}
        return HttpResponse(body=json.dumps(told).encode())
    status = Status(code=code, reason=reason, retriable=answer.retriable)
    status.error_code = ErrorCode.ValueType(legacy)
    return status
