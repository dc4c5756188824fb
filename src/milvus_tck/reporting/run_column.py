"""Run column: one result as a column beside others: who was judged, by what, when, and how much of it."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from milvus_tck.reporting.levels import LevelCount, level_tallies
from milvus_tck.reporting.sentence import VERDICT_WORDS, Tone, tone
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import Summary, summarise

__all__ = ["RunColumn", "incomparable"]


@dataclass(frozen=True)
class RunColumn:
    """One result; the same for a server and for whatever else leaves a file of results."""

    results: Results

    @cached_property
    def summary(self) -> Summary:
        """The verdicts, worked out anew from the events."""
        footer = self.results.footer
        return summarise(self.results, None, Level.MUST, lost=footer is not None and footer.lost)

    @property
    def target(self) -> str:
        """Who was judged, as it was named."""
        return self.results.header.target.name or "?"

    @property
    def sdk(self) -> str:
        """Which SDK was judged, and its version; empty where it was a server."""
        said = self.results.header.target.identity
        return f"{said.get('sdk', '')} {said.get('version_of_sdk', '')}".strip() if self.profile == SDK else ""

    @property
    def server(self) -> str:
        """The server that an SDK was judged with."""
        return self.results.header.target.identity.get("server", "")

    @cached_property
    def unsafe(self) -> int:
        """How many checks fail where data is lost, doubled or taken for something else, or an error is hidden."""
        return sum(each.unsafe and State(each.state).broken for each in self.results.checks)

    @property
    def version(self) -> str:
        """What the target says of its version, where its name does not say it."""
        said = self.results.header.target.version
        return "" if said.removeprefix("v") in self.target else said

    @property
    def profile(self) -> str:
        """The line of the protocol that it was held to."""
        return self.results.header.profile

    @property
    def release(self) -> str:
        """The release of that line, where it is known."""
        return self.results.header.release or self.profile

    @property
    def suite(self) -> str:
        """The release of the suite that judged."""
        return self.results.header.suite

    @property
    def date(self) -> str:
        """The day on which it was judged: YYYY-MM-DD."""
        return self.results.header.started[:10]

    @property
    def command(self) -> str:
        """The command that makes it again."""
        return shlex.join(self.results.header.command)

    @property
    def verdict(self) -> str:
        """The conformance verdict, in words."""
        return VERDICT_WORDS[self.summary.verdict]

    @property
    def tone(self) -> Tone:
        """How the verdict is coloured."""
        return tone(self.results, self.summary)

    @cached_property
    def must(self) -> LevelCount | None:
        """What its `must` checks came to; `None` where it has none."""
        return next((each for each in level_tallies(self.summary.counts) if each.level is Level.MUST), None)

    @cached_property
    def scope(self) -> str:
        """How much was judged: checks of checks, RPCs of RPCs, and what was asked for where that is a part."""
        checks = self.results.checks
        judged = sum(not State(check.state).unverified for check in checks)
        rpcs = self.summary.scope
        of = f"; {len(rpcs.judged)} of {rpcs.rpcs} RPCs" if rpcs is not None else ""
        return "; ".join([f"{judged} of {len(checks)} checks{of}", *self._limits()])

    def _limits(self) -> Iterator[str]:
        header = self.results.header
        asked = [f"--{name} {value}" for name, value in header.asked.items() if (name, value) != ("binding", "grpc")]
        if asked:
            yield " ".join(asked)
        elif header.partial:
            yield "a part of the suite"
        if header.strict:
            yield "--strict"
        if header.strict_protocol:
            yield "--strict-protocol"
        if not self.results.complete:
            yield "cut short"


def incomparable(columns: Sequence[RunColumn]) -> list[str]:
    """Say in which respects columns differ, so that numbers of different things are not taken for the same."""
    found = [
        _differ("release of the suite", (each.suite for each in columns)),
        _differ("profile", (each.release for each in columns)),
        _differ("selection and end", (" ".join(each._limits()) or "everything" for each in columns)),  # noqa: SLF001 - our own class
    ]
    return [each for each in found if each]


def _differ(what: str, values: Iterable[str]) -> str:
    different = list(dict.fromkeys(values))
    if len(different) < 2:  # noqa: PLR2004 - one is no difference
        return ""
    return f"Not every column has the same {what}: {', '.join(different)}."
