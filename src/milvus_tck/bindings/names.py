"""The names of the bindings, for those who do not open one."""

from collections.abc import Iterable

__all__ = ["BINDINGS", "GATEWAY", "GRPC", "bindings_of"]

GRPC = "grpc"
#: Every binding that calls can travel over.
BINDINGS = (GRPC, "http-api-v1", "http-design", "http-v1", "http-v2")
#: Bindings that `milvus-tck gateway` speaks for a target that does not.
GATEWAY = frozenset({"http-design", "http-v2"})


def bindings_of(words: Iterable[str]) -> tuple[str, ...]:
    """Read names of bindings, some of them joined by commas; gRPC where there are none, `ValueError` for others."""
    names = tuple(dict.fromkeys(name.strip() for word in words for name in word.split(",") if name.strip())) or (GRPC,)
    unknown = [name for name in names if name not in BINDINGS]
    if unknown:
        message = f"--binding: {', '.join(unknown)} is none of {', '.join(BINDINGS)}"
        raise ValueError(message)
    return names
