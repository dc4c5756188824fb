"""A target of Acme: the server that runs in its laboratory, at the address in `ACME_ADDRESS`."""

import os

from milvus_tck import Declared, RunningEndpoint, Target

__all__ = ["laboratory"]


def laboratory(*, version: str, port: int) -> Target:  # noqa: ARG001 - a server that runs has its port
    """Make the target; `version` is what stands behind the @, `port` where a server that is started has to listen."""
    if version:
        message = f"there is no release {version!r} in the laboratory"
        raise ValueError(message)
    address = os.environ.get("ACME_ADDRESS", "127.0.0.1:19530")
    return RunningEndpoint("acme-lab", address, declared=Declared(profile="2.3"))
