"""The result file of a run, begun: what keeps it from being written is told before anything is started."""

import contextlib
import errno
from pathlib import Path
from typing import NoReturn

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.results_folder import is_default
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.reporting.formats import remove_reports
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import FILE, Writer

__all__ = ["FULL_DISK", "fail_without_results", "results_writer", "without_results"]

#: What a disk that is full says; anything else is wrong with the folder that was named.
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}


def results_writer(folder: Path) -> Writer:
    """Begin the result file; reports of an earlier run in the same folder would belie it."""
    try:
        remove_reports(folder)
        return Writer(folder / FILE)
    except OSError as error:
        if error.errno in FULL_DISK:
            fail_without_results(error)
        fail(Exit.USAGE, f"{folder} cannot be written", error.strerror or str(error), again("--out", "FOLDER"))


def fail_without_results(error: OSError) -> NoReturn:
    """End the verb because nothing can be written any more."""
    fail(Exit.UNDETERMINED, "the results cannot be written", str(error), again("--out", "FOLDER"))


def without_results(folder: Path) -> None:
    """Leave nothing of a run that never began: neither its empty file nor a default folder."""
    file = folder / FILE
    with contextlib.suppress(OSError):
        if file.exists() and file.stat().st_size == 0:
            file.unlink()
        if is_default(folder):
            folder.rmdir()
