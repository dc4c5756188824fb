"""The folder for what a verb leaves."""

import contextlib
import errno
import re
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.runs_folder import RUNS

__all__ = ["become_latest", "drop_unused", "results_folder"]

#: What a default folder is called.
_RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


def results_folder(out: Path | None) -> Path:
    """Make the folder for the results."""
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
    return folder


def become_latest(folder: Path) -> None:
    """Let `latest` name a default folder, from the moment on that there is something in it."""
    if _is_default(folder):
        link = folder.parent / "latest"
        with contextlib.suppress(OSError):
            link.unlink(missing_ok=True)
            link.symlink_to(folder.name)


def drop_unused(folder: Path) -> None:
    """Take a default folder away that nothing was left in: its run never began."""
    if _is_default(folder):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _is_default(folder: Path) -> bool:
    return folder.absolute().parent == Path(RUNS).absolute() and _RUN.fullmatch(folder.name) is not None
