"""The names of the bindings, for those who do not open one."""

__all__ = ["BINDINGS", "GATEWAY", "GRPC"]

GRPC = "grpc"
#: Every binding that calls can travel over.
BINDINGS = (GRPC, "http-api-v1", "http-design", "http-v1", "http-v2")
#: Bindings that `milvus-tck gateway` speaks for a target that does not.
GATEWAY = frozenset({"http-design", "http-v2"})
