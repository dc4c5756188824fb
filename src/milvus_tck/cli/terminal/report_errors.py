"""What a verb says of reports that could not be written, or that are of a part of a run, and how it ends then."""

from milvus_tck.cli.terminal.errors import complain
from milvus_tck.reporting.formats import WrittenReports
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import Summary

__all__ = ["say_interrupted", "settle"]


def say_interrupted(summary: Summary, results: Results) -> None:
    """Say how much was judged where a run was interrupted."""
    if summary.exit_code is Exit.INTERRUPTED:
        complain("interrupted", f"{len(results.checks)} checks were judged until then; the others are not verified")


def settle(written: WrittenReports, code: Exit) -> Exit:
    """Complain about every report that is missing; return the exit code, which is not OK then."""
    for trouble in written.troubles:
        then = "" if isinstance(trouble.error, OSError) else "report it: this is a bug of milvus-tck"
        complain(f"the {trouble.format} report could not be written", str(trouble), then)
    if code is not Exit.OK or not written.troubles:
        return code
    ours = any(not isinstance(trouble.error, OSError) for trouble in written.troubles)
    return Exit.OUR_BUG if ours else Exit.UNDETERMINED
