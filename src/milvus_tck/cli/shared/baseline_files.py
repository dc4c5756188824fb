"""Baselines that a verb is given: what keeps one from being used is known before anything is started."""

from pathlib import Path

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.option_values import must_be_writable
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.verdict.baseline.baseline import BaselineError, read_baseline
from milvus_tck.verdict.model.states import Exit

__all__ = ["usable_baselines"]


def usable_baselines(baseline: Path | None, kept: Path | None, profile: str | None) -> None:
    """End the verb where a baseline cannot be read, or written, or is for another profile where that is known."""
    if baseline is not None and not baseline.is_file():
        if baseline.is_dir():
            fail(Exit.USAGE, f"{baseline} is a folder, and no baseline", then=f"ls {baseline}/*.toml")
        then = again("--write-baseline", str(baseline), instead_of="--baseline")
        fail(Exit.USAGE, f"there is no baseline {baseline}", then=then)
    if kept is not None:
        must_be_writable(kept, "--write-baseline")
    for path in (baseline, kept):
        if path is not None and path.is_file():
            try:
                read_baseline(path, profile)
            except BaselineError as error:
                then = error.then or f"milvus-tck baseline check {path}"
                fail(Exit.USAGE, "the baseline cannot be used", str(error), then)
