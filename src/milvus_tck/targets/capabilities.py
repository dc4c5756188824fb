"""Capabilities: what a target can do: declared by its owner, probed before a run, observed during it.

The three are kept apart and shown apart; where they contradict each other, that is a
finding. A nonsense RPC is the lie detector: a target that "succeeds" at it succeeds at
anything, and what it says is worth nothing.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from milvus_tck.bindings.faults import send_again
from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.capabilities import Capability, CapabilityViews, capabilities
from milvus_tck.spec.rpcs import Probe, Rpc, rpcs
from milvus_tck.targets.base import Declared
from milvus_tck.wire.named_request import named_request

__all__ = ["Probes", "capability_rows", "probe"]

_SECONDS = 10.0
#: Probes in flight: a target that hangs costs its deadline once, not once for every RPC.
_AT_ONCE = 32
_NONSENSE = "ReticulateSplines"


@dataclass(frozen=True, slots=True)
class Probes:
    """What the probes found."""

    #: RPCs that answered UNIMPLEMENTED.
    lacking: frozenset[str] = frozenset()
    #: RPCs that gave no usable answer at all, or that may not be asked.
    unclear: frozenset[str] = frozenset()
    #: Whether the nonsense RPC was refused, as it has to be.
    reliable: bool = True
    nonsense: str = field(default="", compare=False)


def probe(binding: Binding, missing: str, seconds: float = _SECONDS) -> Probes:
    """Ask RPCs of every capability whether they are there, as far as each may be asked; nothing is changed.

    `missing` is a name that nothing has. What may not be asked is unclear.
    """
    rows = [rpcs()[rpc] for each in capabilities() for rpc in each.rpcs]
    asked = {row.name: _harmless(row, missing) for row in rows if row.probe is not Probe.NEVER} | {_NONSENSE: b""}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        codes = pool.map(lambda rpc: send_again(binding, rpc, asked[rpc], min(seconds, _SECONDS)).code, asked)
        found = dict(zip(asked, codes, strict=True))
    nonsense = found.pop(_NONSENSE)
    lacking = frozenset(rpc for rpc, code in found.items() if code == "UNIMPLEMENTED")
    unclear = frozenset(row.name for row in rows if found.get(row.name) not in {"OK", "UNIMPLEMENTED"})
    return Probes(lacking, unclear, nonsense == "UNIMPLEMENTED", nonsense)


def _harmless(row: Rpc, missing: str) -> bytes:
    """Build the request that an RPC is probed with, by what `proto/rpcs.toml` allows."""
    names = row.names if row.probe is Probe.MISSING_NAME else ()
    return named_request(row.name, names, missing).SerializeToString()


def capability_rows(
    declared: Declared, probes: Probes, lacking: Iterable[str], seen: Iterable[str]
) -> list[CapabilityViews]:
    """Put the three views side by side; `lacking` and `seen` are RPCs as the run met them."""
    return [_row(each, declared, probes, frozenset(lacking), frozenset(seen)) for each in capabilities()]


def _row(
    each: Capability, declared: Declared, probes: Probes, lacking: frozenset[str], seen: frozenset[str]
) -> CapabilityViews:
    said = "has" if each.id in declared.has else "lacks" if each.id in declared.lacks else "nothing"
    probed = _view(each, probes.lacking, frozenset(each.rpcs) - probes.unclear)
    observed = _view(each, lacking, seen)
    views = {view for view in (probed, observed) if view in {"has", "lacks"}}
    contradiction = (said != "nothing" and bool(views - {said})) or len(views) > 1
    return CapabilityViews(each.id, each.core, said, probed, observed, contradiction)


def _view(each: Capability, lacking: frozenset[str], looked_at: frozenset[str]) -> str:
    rpcs = frozenset(each.rpcs)
    if not rpcs & (looked_at | lacking):
        return "unclear"
    missing = rpcs & lacking
    if not missing:
        return "has"
    return "lacks" if missing == rpcs else "partly"
