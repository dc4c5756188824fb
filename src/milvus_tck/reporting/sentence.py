"""The verdict of a run in one sentence, in the parts that a report sets apart."""

from dataclasses import dataclass
from enum import StrEnum

from milvus_tck.reporting.scope import scope_words
from milvus_tck.reporting.text import one_line
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.verdict.model.states import Conformance, State
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.roots import lacking_of
from milvus_tck.verdict.results.summary import Summary
from milvus_tck.verdict.scheduling.skip_rules import HOSTILE

__all__ = ["VERDICT_WORDS", "Sentence", "Tone", "tone", "unjudged", "verdict_sentence"]

_BECAUSE = 300
#: Each verdict in words.
VERDICT_WORDS = {
    Conformance.CONFORMANT: "conformant",
    Conformance.NOT_CONFORMANT: "NOT conformant",
    Conformance.UNDETERMINED: "undetermined",
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
    whole = f"{header.target.name or '?'} against Milvus {header.profile}{_over(results)}"
    subject = header.target.name if header.profile == SDK else whole
    return Sentence(
        subject,
        VERDICT_WORDS[summary.verdict],
        " ".join([_must(results, summary, because), *_scope(summary), *_limits(results)]),
    )


def _over(results: Results) -> str:
    bindings = sorted({_title(check.binding) for check in results.checks})
    return f" over {' + '.join(bindings)}" if bindings else ""


def _title(binding: str) -> str:
    row = binding_rows().get(binding)  # another version of the suite may have written of one that this one has not
    return row.title if row is not None else binding


def _must(results: Results, summary: Summary, because: str) -> str:
    """Count what failed among what was judged; what was not asked for is told apart."""
    must = summary.counts[Level.MUST]
    left_out = sum(check.level == Level.MUST and check.signature == HOSTILE for check in results.checks)
    aside = f" {left_out} that may kill a server were not asked for (--hostile)." if left_out else ""
    total = sum(must.values()) - left_out
    if not total:
        return f"no must check was judged.{aside}"
    failed = must[State.FAIL] + must[State.TARGET_CRASH]
    judged = failed + must[State.DEVIATION] + must[State.PASS]
    fails = f"{failed} of {judged} judged must checks {'fails' if failed == 1 else 'fail'}"
    said = [fails if judged else f"none of {total} must checks was judged"]
    if must[State.DEVIATION]:
        said.append(f"{must[State.DEVIATION]} {_deviating(results, must[State.DEVIATION])}")
    if must[State.FLAKY]:
        said.append(f"{must[State.FLAKY]} of {total} {'is' if must[State.FLAKY] == 1 else 'are'} flaky")
    left = total - judged - must[State.FLAKY]
    if left:
        why = f", because {one_line(because, _BECAUSE)}" if because else ""
        said.append(f"{left} of {total} could not be judged{why}")
    return "; ".join(said).removesuffix(".") + "." + aside + _lacking(results)


def _deviating(results: Results, number: int) -> str:
    """Say whose releases break just that."""
    header = results.header
    if header.release in {"", header.profile}:
        return f"{'deviates' if number == 1 else 'deviate'} as releases of Milvus {header.profile} do"
    return f"{'deviates' if number == 1 else 'deviate'} as Milvus {header.release} does"


def _lacking(results: Results) -> str:
    """Say how much was left out because the target lacks what it needs, and what that is."""
    must = (each for each in results.checks if each.level == Level.MUST and each.state == State.UNSUPPORTED)
    names = [what for kind, what in map(lacking_of, must) if kind in {"declared", "unsupported", "lacking"}]
    if not names:
        return ""
    need = "needs" if len(names) == 1 else "need"
    who = "SDK or the server lacks" if results.header.profile == SDK else "target says it lacks"
    return f" {len(names)} {need} what the {who}: {', '.join(sorted(set(names)))}."


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
