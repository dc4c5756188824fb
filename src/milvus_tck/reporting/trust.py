"""How far a run may be believed, and what it cost."""

from dataclasses import dataclass

from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.reporting.sentence import unjudged
from milvus_tck.reporting.text import duration
from milvus_tck.verdict.events import Footer
from milvus_tck.verdict.states import State

__all__ = ["Fact", "trust_facts"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know about a run."""

    name: str
    value: str
    #: Whether it is as it should be.
    fine: bool = True
    details: tuple[str, ...] = ()


def trust_facts(run: JudgedRun) -> list[Fact]:
    """List what speaks for a run and against it; a killed run can not tell its cost."""
    errors = [check.check for check in run.results.checks if check.state == State.HARNESS_ERROR]
    facts = [
        _complete(run),
        Fact("Harness errors", str(len(errors)), not errors),
        Fact("Witness", *_witness(run)),
    ]
    return facts if run.footer is None else [*facts, *_events(run.footer), *_cost(run.footer, len(run.results.checks))]


def _complete(run: JudgedRun) -> Fact:
    missing = unjudged(run.results)
    if run.footer is None:
        return Fact("Complete", "no: killed", fine=False)
    if missing or not run.results.complete:
        return Fact("Complete", f"no: {missing} never judged", fine=False)
    return Fact("Complete", "yes")


def _witness(run: JudgedRun) -> tuple[str, bool]:
    """Tell what the lie detector said: an RPC that nobody has must be refused."""
    reliable = run.header.target.get("reliable", True)
    return ("reliable", True) if reliable else ("unreliable: it accepts an RPC that nobody has", False)


def _events(footer: Footer) -> list[Fact]:
    return [
        Fact("Incidents", str(len(footer.incidents)), not footer.incidents, tuple(footer.incidents)),
        Fact("Leftovers", str(len(footer.leftovers)), not footer.leftovers, tuple(footer.leftovers)),
    ]


def _cost(footer: Footer, checks: int) -> list[Fact]:
    share = f" ({100 * footer.cpu_seconds / footer.seconds:.0f} %)" if footer.seconds else ""
    speed = f"{checks / footer.seconds:.0f} checks/s" if footer.seconds else "unknown"
    return [
        Fact("Wall time", duration(footer.seconds)),
        Fact("Our own CPU", f"{duration(footer.cpu_seconds)}{share}"),
        Fact("Sum of all calls", duration(footer.waited_seconds)),
        Fact("Speed", speed),
    ]
