"""What the answers of a run said about the wire contract, gathered from every exchange.

Tests run in any order, and which of them breaks a contract first is chance. So a broken
clause is told by all the kinds of violation that were met, in an order of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from milvus_tck.bindings.exchange_values import Exchange, Violation
from milvus_tck.bindings.wire_contract import PARSES, rpcs_looked_at
from milvus_tck.spec.clause_files import ROOT, clauses
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.model.fingerprint import MOST_KINDS, joined, member_of
from milvus_tck.verdict.model.judgement import HOLDS, Check, Judgement
from milvus_tck.verdict.model.obligations import frozen
from milvus_tck.verdict.model.states import State

__all__ = ["WireLog"]


@dataclass
class WireLog:
    """Which RPCs answered, and how each of them broke each wire clause."""

    answered: set[str] = field(default_factory=set)
    #: Those of them with an answer that could be read: of the others nothing was looked at but their form.
    read: set[str] = field(default_factory=set)
    #: By clause and RPC: every kind of violation, by its signature, with the first exchange that showed it.
    broken: dict[tuple[str, str], dict[str, tuple[Violation, Exchange]]] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> None:
        """Take in one exchange."""
        if exchange.grpc_code == "OK" and not exchange.rpc.startswith("/"):
            self.answered.add(exchange.rpc)
            if all(each.clause != PARSES for each in exchange.violations):
                self.read.add(exchange.rpc)
        for violation in exchange.violations:
            self._break(violation, exchange)

    def _break(self, violation: Violation, exchange: Exchange) -> None:
        """Keep the first violation of each kind, and no more kinds of one member than a signature tells."""
        kinds = self.broken.setdefault((violation.clause, violation.rpc), {})
        member = member_of(violation.signature)
        if violation.signature not in kinds and sum(member_of(each) == member for each in kinds) <= MOST_KINDS:
            kinds[violation.signature] = (violation, exchange)

    def judgements(self, profile: Profile, binding: str, *, believed: bool) -> Iterator[Judgement]:
        """Judge every wire clause for every RPC that answered with something that it is about.

        Unless the target is `believed` (somebody saw that it creates collections), what
        was not broken is blocked: an answer that says nothing keeps every contract.
        """
        wire = [clause for clause in clauses().values() if clause.rpc == "wire" and clause.applies_to(profile)]
        for clause in wire:
            looked = self.answered if clause.id == PARSES else self.read
            about = rpcs_looked_at(clause.id)
            for rpc in sorted(looked if about is None else looked & about):
                check = frozen(Check(clause, HOLDS, clause.level, binding, rpc), profile)
                yield self._judgement(check, believed=believed)

    def _judgement(self, check: Check, *, believed: bool) -> Judgement:
        found = self.broken.get((check.clause.id, check.case))
        if found is None:
            needed = "" if believed else ROOT
            return Judgement(check, State.PASS if believed else State.BLOCKED, blocked_by=needed)
        shown = [found[kind] for kind in sorted(found)[:MOST_KINDS]]
        exchanges = tuple(dict.fromkeys(exchange for _, exchange in shown))
        return Judgement(
            check,
            State.FAIL,
            joined(found),
            check.clause.text,
            "; ".join(violation.detail for violation, _ in shown),
            failed=1,
            exchanges=exchanges,
            deciding=exchanges[0],
        )
