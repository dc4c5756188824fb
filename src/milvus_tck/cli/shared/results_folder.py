"""The folder for what a verb leaves."""

import contextlib
import errno
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.runs_folder import RUNS

__all__ = ["results_folder"]


def results_folder(out: Path | None) -> Path:
    """Make the folder for the results; the default one gets a link `latest`."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = out or Path(RUNS) / f"{stamp}-{secrets.token_hex(2)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return folder  # whoever writes there says what is missing then
        fail(Exit.USAGE, f"{folder} cannot be made", error.strerror or str(error), again("--out", "FOLDER"))
    if out is None:
        link = folder.parent / "latest"
        with contextlib.suppress(OSError):
            link.unlink(missing_ok=True)
            link.symlink_to(folder.name)
    return folder
