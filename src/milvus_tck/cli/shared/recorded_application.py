"""A recorded application: a program that uses a server through the proxy, which writes down every call."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.running_server import running
from milvus_tck.cli.terminal.errors import complain, fail
from milvus_tck.proxy.server import Proxy
from milvus_tck.verdict.model.states import Exit

__all__ = ["ADDRESS", "record_application"]

#: The variable that tells an application where its server is.
ADDRESS = "MTCK_URI"


def record_application(words: Sequence[str], server: str, log: Path) -> Exit:
    """Start a server, and let a program use it by the address in `MTCK_URI`.

    Returns `UNDETERMINED` where the program fails: what it would have done then is judged by nobody.
    """
    with running(server, None, None) as target:
        try:
            proxy = Proxy(target.address, record=log, credentials=target.credentials)
        except OSError as error:
            fail(Exit.USAGE, f"{log} cannot be written", error.strerror or str(error), again("--log", "FILE"))
        with proxy:
            uri = {ADDRESS: f"http://{proxy.address}"}
            # What a program prints is none of what this one does.
            done = subprocess.run(list(words), env={**os.environ, **uri}, stdout=sys.stderr, check=False)
    if proxy.trouble is not None:
        complain("not everything could be recorded", str(proxy.trouble))
    elif done.returncode:
        complain("the application failed", f"it ended with {done.returncode}, and its calls up to there are judged")
    return Exit.UNDETERMINED if done.returncode or proxy.trouble is not None else Exit.OK
