"""The verdict of a run in one sentence, in the parts that a report sets apart."""

from dataclasses import dataclass
from enum import StrEnum

from milvus_tck.reporting.scope import scope_words
from milvus_tck.reporting.text import one_line
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.skip import HOSTILE
from milvus_tck.verdict.states import Conformance, State
from milvus_tck.verdict.summary import Summary

__all__ = ["Sentence", "Tone", "tone", "unjudged", "verdict_sentence"]

_BECAUSE = 300
_WORDS = {
    Conformance.CONFORMANT: "conformant",
    Conformance.NOT_CONFORMANT: "NOT conformant",
    Conformance.UNDETERMINED: "undetermined",
}
_BINDINGS = {
    "grpc": "gRPC",
    "http-api-v1": "HTTP api/v1",
    "http-design": "HTTP (design)",
    "http-v1": "HTTP v1",
    "http-v2": "HTTP v2",
}


class Tone(StrEnum):
    """How a verdict is coloured. Only a conformant target without an open `must` is good."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`SUBJECT: VERDICT — EVIDENCE`."""

    subject: str
    verdict: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.verdict} — {self.evidence}"


def verdict_sentence(results: Results, summary: Summary, because: str = "") -> Sentence:
    """Say the conformance verdict, with what was not verified beside it, and `because` of what that is so."""
    header = results.header
    subject = f"{header.target.get('name', '?')} against Milvus {header.profile}{_over(results)}"
    return Sentence(
        subject,
        _WORDS[summary.verdict],
        " ".join([_must(results, summary, because), *_scope(summary), *_limits(results)]),
    )


def _over(results: Results) -> str:
    bindings = sorted({_BINDINGS.get(check.binding, check.binding) for check in results.checks})
    return f" over {' + '.join(bindings)}" if bindings else ""


def _must(results: Results, summary: Summary, because: str) -> str:
    """Count what failed among what was judged; what was not asked for is told apart."""
    must = summary.counts[Level.MUST]
    left_out = sum(check.level == Level.MUST and check.signature == HOSTILE for check in results.checks)
    aside = f" {left_out} that may kill a server were not asked for (--hostile)." if left_out else ""
    total = sum(must.values()) - left_out
    if not total:
        return f"no must check was judged.{aside}"
    failed = must[State.FAIL] + must[State.TARGET_CRASH]
    judged = failed + must[State.PASS]
    fails = f"{failed} of {judged} judged must checks {'fails' if failed == 1 else 'fail'}"
    said = [fails if judged else f"none of {total} must checks was judged"]
    if must[State.FLAKY]:
        said.append(f"{must[State.FLAKY]} of {total} {'is' if must[State.FLAKY] == 1 else 'are'} flaky")
    left = total - judged - must[State.FLAKY]
    if left:
        why = f", because {one_line(because, _BECAUSE)}" if because else ""
        said.append(f"{left} of {total} could not be judged{why}")
    return "; ".join(said).removesuffix(".") + "." + aside


def _scope(summary: Summary) -> list[str]:
    """Say how much of the profile the verdict is about."""
    return [] if summary.scope is None else [scope_words(summary.scope)]


def _limits(results: Results) -> list[str]:
    """Say what keeps the numbers from being about the whole suite."""
    said = []
    if results.header.partial:
        said.append("Only a part of the suite was asked for.")
    missing = unjudged(results)
    if missing:
        said.append(f"The run was cut short: {missing} of {results.header.planned} planned checks were never judged.")
    elif not results.complete:
        said.append("The run was cut short.")
    return said


def unjudged(results: Results) -> int:
    """Count the planned checks that no event tells of; wire checks are never planned."""
    judged = sum(check.family != "wire" for check in results.checks)
    return max(0, results.header.planned - judged)


def tone(results: Results, summary: Summary) -> Tone:
    """Choose the colour of the verdict; whatever is open keeps it from being good."""
    must = summary.counts[Level.MUST]
    if summary.verdict is Conformance.NOT_CONFORMANT:
        return Tone.BAD
    open_must = any(must[state] for state in State if state.unverified) or not must[State.PASS]
    if summary.verdict is not Conformance.CONFORMANT or open_must or not results.complete:
        return Tone.OPEN
    return Tone.GOOD
