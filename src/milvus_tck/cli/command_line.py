"""The command as it was typed, and the folder for what it leaves."""

import contextlib
import errno
import secrets
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from milvus_tck.cli.errors import fail
from milvus_tck.verdict.states import Exit
from milvus_tck.wire.redaction import command_words

__all__ = ["command_line", "results_folder"]


def command_line() -> tuple[str, ...]:
    """Return the command as it was typed, with secrets taken out."""
    return ("milvus-tck", *command_words(sys.argv[1:]))


def results_folder(out: Path | None, verb: str) -> Path:
    """Make the folder for the results; the default one gets a link `latest`."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = out or Path("tck-out") / f"{stamp}-{secrets.token_hex(2)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return folder  # whoever writes there says what is missing then
        fail(Exit.USAGE, f"{folder} can not be made", error.strerror or str(error), f"milvus-tck {verb} --out FOLDER")
    if out is None:
        link = folder.parent / "latest"
        with contextlib.suppress(OSError):
            link.unlink(missing_ok=True)
            link.symlink_to(folder.name)
    return folder
