"""The names of bindings as people write them."""

from collections.abc import Iterable

from milvus_tck.spec.bindings import GRPC, binding_rows

__all__ = ["bindings_of"]


def bindings_of(words: Iterable[str]) -> tuple[str, ...]:
    """Read names of bindings, some of them joined by commas; gRPC where there are none, `ValueError` for others."""
    names = tuple(dict.fromkeys(name.strip() for word in words for name in word.split(",") if name.strip())) or (GRPC,)
    unknown = [name for name in names if name not in binding_rows()]
    if unknown:
        message = f"--binding: {', '.join(unknown)} is none of {', '.join(binding_rows())}"
        raise ValueError(message)
    return names
