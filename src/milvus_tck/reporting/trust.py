"""Trust: how far a run may be believed, and what it cost."""

from dataclasses import dataclass

from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.sentence import unjudged
from milvus_tck.reporting.text import duration
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import Footer
from milvus_tck.verdict.results.summary import told_once

__all__ = ["TrustFact", "trust_facts"]


@dataclass(frozen=True, slots=True)
class TrustFact:
    """One thing to know about a run."""

    name: str
    value: str
    #: Whether it is as it should be.
    fine: bool = True
    details: tuple[str, ...] = ()


def trust_facts(run: JudgedRun) -> list[TrustFact]:
    """List what speaks for a run and against it; a killed run cannot tell its cost."""
    errors = [check.check for check in run.results.checks if check.state == State.HARNESS_ERROR]
    facts = [
        _complete(run),
        TrustFact("Harness errors", str(len(errors)), not errors),
        TrustFact("Witness", *_witness(run)),
    ]
    return facts if run.footer is None else [*facts, *_events(run.footer), *_cost(run.footer, len(run.results.checks))]


def _complete(run: JudgedRun) -> TrustFact:
    missing = unjudged(run.results)
    if run.footer is None:
        return TrustFact("Complete", "no: killed", fine=False)
    if missing or not run.results.complete:
        return TrustFact("Complete", f"no: {missing} never judged", fine=False)
    return TrustFact("Complete", "yes")


def _witness(run: JudgedRun) -> tuple[str, bool]:
    """Tell what the lie detector said: an RPC that nobody has must be refused."""
    reliable = run.header.target.reliable
    return ("reliable", True) if reliable else ("unreliable: it accepts an RPC that nobody has", False)


def _events(footer: Footer) -> list[TrustFact]:
    return [
        TrustFact("Incidents", str(len(footer.incidents)), not footer.incidents, tuple(told_once(footer.incidents))),
        TrustFact("Leftovers", str(len(footer.leftovers)), not footer.leftovers, tuple(footer.leftovers)),
    ]


def _cost(footer: Footer, checks: int) -> list[TrustFact]:
    share = f" ({100 * footer.cpu_seconds / footer.seconds:.0f} %)" if footer.seconds else ""
    speed = f"{checks / footer.seconds:.0f} checks/s" if footer.seconds else "unknown"
    return [
        TrustFact("Wall time", duration(footer.seconds)),
        TrustFact("Our own CPU", f"{duration(footer.cpu_seconds)}{share}"),
        TrustFact("Sum of all calls", duration(footer.waited_seconds)),
        TrustFact("Speed", speed),
    ]
