"""What becomes of an exception that nobody expected: a short message, and the details in a file beside the user."""

import errno
import os
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from types import TracebackType

from milvus_tck.cli.terminal.errors import complain
from milvus_tck.spec.placeholder import UNFILLED
from milvus_tck.verdict.model.states import Exit

__all__ = ["end_of", "keep_details", "show_no_traceback"]

#: What is wrong with a place or a disk, and not with us.
_PLACES = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.EIO,
    errno.EMFILE, errno.ENFILE, errno.ENAMETOOLONG, errno.ELOOP,
}  # fmt: skip
_WIDTH = 300


def end_of(error: BaseException) -> Exit:
    """Say what ended a verb, without a traceback; returns the exit code."""
    if isinstance(error, OSError) and error.errno in _PLACES:
        place = f"{error.filename} cannot be used" if error.filename else "the output cannot be written"
        complain(place, error.strerror or str(error), "choose another place, or make room")
        return Exit.UNDETERMINED
    from milvus_tck.spec.tables import SpecError  # noqa: PLC0415 - most verbs end well

    if UNFILLED in str(error):
        complain("something is still to be filled in", str(error), "write it, as CONTRIBUTING.md says")
        return Exit.USAGE
    if isinstance(error, SpecError):
        complain("the data of the protocol cannot be used", str(error), "write it as docs/guide-contributors.md says")
        return Exit.USAGE
    _complain(error)
    return Exit.OUR_BUG


def _complain(error: BaseException) -> None:
    said = f"{type(error).__name__}: {error}"[:_WIDTH].replace("\n", " ")
    complain(f"a bug of milvus-tck: {said}", _kept(error), "report it with that file")


def _kept(error: BaseException) -> str:
    path = keep_details("".join(traceback.format_exception(error)))
    if path is not None:
        return f"the details are in {path}"
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return f"it came from {where or 'nowhere'}, and no folder could be found for the details"


def keep_details(text: str) -> Path | None:
    """Write details where this user alone reads them; `None` where no folder takes them."""
    for folder in (None, "."):
        try:
            number, name = tempfile.mkstemp(prefix="milvus-tck-", suffix=".log", dir=folder)
            with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{' '.join(sys.argv[:1])} {sys.version}\n\n{text}")
        except OSError:
            continue
        return Path(name)
    return None


def show_no_traceback() -> None:
    """Let what a thread dies of, and what is found out while objects go, be told in the same way."""
    threading.excepthook = _of_thread
    sys.unraisablehook = _on_the_way_out


def _of_thread(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None and not issubclass(what.exc_type, SystemExit):
        _complain(what.exc_value)


def _on_the_way_out(what: "sys.UnraisableHookArgs") -> None:
    error, trace = what.exc_value, what.exc_traceback
    if error is None or isinstance(error, BrokenPipeError | GeneratorExit):
        return
    keep_details(f"{what.err_msg or ''}\n{_formatted(error, trace)}")


def _formatted(error: BaseException, trace: TracebackType | None) -> str:
    return "".join(traceback.format_exception(type(error), error, trace))
