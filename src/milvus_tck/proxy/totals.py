"""Totals: what passed, in numbers."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from milvus_tck.proxy.inspection import Seen

__all__ = ["Totals"]


@dataclass
class Totals:
    """Counts calls as they end; every key is in the order of its first appearance."""

    #: Calls by RPC, and within one by code.
    calls: dict[str, Counter[str]] = field(default_factory=dict)
    #: Milliseconds of every call, by RPC.
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    #: How often an RPC broke a clause in one way.
    violations: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: How many calls ended early, and how.
    cut: Counter[str] = field(default_factory=Counter)

    def write(self, seen: Seen) -> None:
        """Take in one call."""
        rpc = seen.call.rpc
        self.calls.setdefault(rpc, Counter())[seen.code] += 1
        self.milliseconds.setdefault(rpc, []).append(seen.call.seconds * 1000)
        self.violations.update((each.clause, rpc, each.signature) for each in seen.violations)
        if seen.call.cut:
            self.cut[seen.call.cut] += 1

    @property
    def total(self) -> int:
        """Calls in all."""
        return sum(codes.total() for codes in self.calls.values())

    def as_dict(self) -> dict[str, Any]:
        """Write it as JSON."""
        by_rpc = {rpc: {"calls": codes.total(), "codes": dict(codes), **self._times(rpc)}
                  for rpc, codes in self.calls.items()}  # fmt: skip
        broken = [{"clause": clause, "rpc": rpc, "signature": signature, "calls": count}
                  for (clause, rpc, signature), count in self.violations.items()]  # fmt: skip
        return {"calls": self.total, "by_rpc": by_rpc, "cut": dict(self.cut), "violations": broken}

    def _times(self, rpc: str) -> dict[str, float]:
        ordered = sorted(self.milliseconds[rpc])
        last = len(ordered) - 1
        return {"p50_ms": round(ordered[last // 2], 3), "p99_ms": round(ordered[round(last * 0.99)], 3)}
