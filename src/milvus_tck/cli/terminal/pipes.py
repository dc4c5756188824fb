"""Standard output whose reader may leave: a verb goes on to its end, and ends with the exit code that it came to.

`check --json | head` has to fail where the check fails. Click would end with 1 whatever it came to, and a verb that
was stopped by its reader knows no verdict.
"""

import io
import os
import sys

__all__ = ["let_readers_leave"]


class _Output(io.TextIOWrapper):
    """Text that goes nowhere from the moment on that nobody reads it."""

    def write(self, text: str, /) -> int:
        """Write text, or drop it."""
        try:
            return super().write(text)
        except BrokenPipeError:
            self._leave()
        return len(text)

    def flush(self) -> None:
        """Write out what is kept, or drop it."""
        try:
            super().flush()
        except BrokenPipeError:
            self._leave()

    def _leave(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def let_readers_leave() -> None:
    """Let the standard output of this process go on where its reader leaves; one that was replaced is left alone."""
    output = sys.stdout
    if output is not None and output is sys.__stdout__ and isinstance(output, io.TextIOWrapper):
        encoding, errors, lines = output.encoding, output.errors, output.line_buffering
        sys.stdout = _Output(output.detach(), encoding=encoding, errors=errors, line_buffering=lines)
