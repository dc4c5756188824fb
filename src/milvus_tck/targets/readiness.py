"""Readiness: does a server serve yet?"""

from google.protobuf.message import DecodeError

from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.wire import messages as m

__all__ = ["ready"]

_SECONDS = 2.0


def ready(address: str, credentials: Credentials | None = None) -> bool:
    """Tell whether a server answers and calls itself healthy.

    A server without `CheckHealth` is ready as soon as it lists collections without an error.
    """
    binding = GrpcBinding(address, credentials or Credentials())
    try:
        return _serves(binding)
    except DecodeError:
        return False  # somebody else answers there
    finally:
        binding.close()


def _serves(binding: GrpcBinding) -> bool:
    health = binding.send("CheckHealth", b"", _SECONDS)
    if health.payload is not None:
        return m.CheckHealthResponse.FromString(health.payload).isHealthy
    shown = binding.send("ShowCollections", b"", _SECONDS)
    if health.code != "UNIMPLEMENTED" or shown.payload is None:
        return False
    status = m.ShowCollectionsResponse.FromString(shown.payload).status
    return status.error_code == 0 and status.code == 0
