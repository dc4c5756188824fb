"""The result file of a run, begun: what keeps it from being written is told before anything is started."""

import errno
from pathlib import Path
from typing import NoReturn

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.results_folder import become_latest, drop_unused
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.reporting.formats import remove_reports
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from milvus_tck.verdict.results.result_file import FILE, Writer

__all__ = ["FULL_DISK", "fail_without_results", "results_writer"]

#: What a disk that is full says; anything else is wrong with the folder that was named.
FULL_DISK = {errno.ENOSPC, errno.EDQUOT}


class _Writer(Writer):
    """Lets `latest` name its folder from the first event on; a run without one leaves it as it was, and no folder."""

    def write(self, event: Header | CheckEvent | Footer) -> None:
        """Append one event."""
        first = not self.begun
        super().write(event)
        if first:
            become_latest(self.path.parent)

    def close(self) -> None:
        """Close the file."""
        super().close()
        drop_unused(self.path.parent)


def results_writer(folder: Path) -> Writer:
    """Begin the result file; reports of an earlier run in the same folder would belie it."""
    try:
        remove_reports(folder)
        return _Writer(folder / FILE)
    except OSError as error:
        if error.errno in FULL_DISK:
            fail_without_results(error)
        fail(Exit.USAGE, f"{folder} cannot be written", error.strerror or str(error), again("--out", "FOLDER"))


def fail_without_results(error: OSError) -> NoReturn:
    """End the verb because nothing can be written any more."""
    fail(Exit.UNDETERMINED, "the results cannot be written", str(error), again("--out", "FOLDER"))
