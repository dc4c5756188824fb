"""A finished check: everything that a run told, and what it comes to."""

from collections.abc import Collection
from dataclasses import dataclass

from milvus_tck.verdict.baseline.baseline import Baseline
from milvus_tck.verdict.baseline.comparison import Comparison, compare
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import Summary, summarise
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["FinishedCheck"]


@dataclass(frozen=True)
class FinishedCheck:
    """A run that is over; its target is down."""

    options: CheckOptions
    results: Results
    #: What it was held against; `None` where no baseline was named.
    comparison: Comparison | None
    summary: Summary

    @classmethod
    def of(
        cls, options: CheckOptions, results: Results, baseline: Baseline | None, known: Collection[str]
    ) -> "FinishedCheck":
        """Come to the verdicts; `known` are the checks that the run could have judged."""
        comparison = None
        footer = results.footer
        if baseline is not None:
            whole = results.complete and not results.header.partial
            comparison = compare(baseline, results.checks, known, support=results.support, whole=whole)
        lost = footer is not None and footer.lost
        return cls(options, results, comparison, summarise(results, comparison, options.fail_on, lost=lost))
