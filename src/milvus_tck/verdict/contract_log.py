"""What the answers of a run said about the wire contract, gathered from every exchange."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from milvus_tck.bindings.contract import PARSES, SHAPES
from milvus_tck.bindings.outcome import Exchange, Violation
from milvus_tck.spec.clause_files import ROOT, clauses
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.judgement import HOLDS, Check, Judgement
from milvus_tck.verdict.owed import frozen
from milvus_tck.verdict.states import State

__all__ = ["ContractLog"]


@dataclass
class ContractLog:
    """Which RPCs answered, and the first violation of each wire clause by each of them."""

    answered: set[str] = field(default_factory=set)
    #: Those of them with an answer that could be read: of the others nothing was looked at but their form.
    read: set[str] = field(default_factory=set)
    broken: dict[tuple[str, str], tuple[Violation, Exchange]] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> None:
        """Take in one exchange."""
        if exchange.grpc_code == "OK" and not exchange.rpc.startswith("/"):
            self.answered.add(exchange.rpc)
            if all(each.clause != PARSES for each in exchange.violations):
                self.read.add(exchange.rpc)
        for violation in exchange.violations:
            self.broken.setdefault((violation.clause, violation.rpc), (violation, exchange))

    def judgements(self, profile: Profile, binding: str, *, believed: bool) -> Iterator[Judgement]:
        """Judge every wire clause for every RPC that answered with something that it is about.

        Unless the target is `believed` (somebody saw that it creates collections), what
        was not broken is blocked: an answer that says nothing keeps every contract.
        """
        wire = [clause for clause in clauses().values() if clause.rpc == "wire" and clause.applies_to(profile)]
        for clause in wire:
            looked = self.answered if clause.id == PARSES else self.read
            for rpc in sorted(looked & SHAPES.get(clause.id, looked)):
                check = frozen(Check(clause, HOLDS, clause.level, binding, rpc), profile)
                yield self._judgement(check, believed=believed)

    def _judgement(self, check: Check, *, believed: bool) -> Judgement:
        found = self.broken.get((check.clause.id, check.case))
        if found is None:
            needed = "" if believed else ROOT
            return Judgement(check, State.PASS if believed else State.BLOCKED, blocked_by=needed)
        violation, exchange = found
        return Judgement(
            check,
            State.FAIL,
            violation.signature,
            check.clause.text,
            violation.detail,
            failed=1,
            exchanges=(exchange,),
            deciding=exchange,
        )
