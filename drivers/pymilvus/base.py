"""What the styles of pymilvus have in common: who it is, and what its user sees of an error."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import grpc
import pymilvus
from google.protobuf.message import DecodeError
from pymilvus.exceptions import MilvusException

__all__ = ["KEYS", "describe", "given", "hello", "hits_of", "rows_of"]

KEYS = {"int64": pymilvus.DataType.INT64, "varchar": pymilvus.DataType.VARCHAR}
_REFUSED_HERE = (TypeError, ValueError, AttributeError, KeyError, IndexError)


def hello(style):
    """Say who it is."""
    return {"sdk": f"pymilvus-{style}", "version": pymilvus.__version__, "features": ["call-timeout"]}


def describe(error):
    """Say what a user sees: pymilvus raises MilvusException with a number, or gRPC's own error."""
    if isinstance(error, grpc.RpcError):
        return _of_grpc(error.code(), str(error))
    if isinstance(error, MilvusException):
        # Where gRPC failed it is gRPC's code, or, in releases of 2.5, the method that returns that.
        code = error.code() if callable(error.code) else error.code
        if isinstance(code, grpc.StatusCode):
            return _of_grpc(code, str(error.message))
        kind = "client" if type(error).__name__ in {"ParamError", "DataNotMatchException"} else "server"
        return {"kind": kind, "code": code, "message": str(error.message)}
    if isinstance(error, DecodeError):
        return {"kind": "decode"}
    return {"kind": "client" if isinstance(error, _REFUSED_HERE) else "panic"}


def _of_grpc(code, message):
    kind = "timeout" if code is grpc.StatusCode.DEADLINE_EXCEEDED else "grpc"
    return {"kind": kind, "grpc": code.name, "message": message[:2000]}


def given(**arguments):
    """Leave out what was not asked for."""
    return {key: value for key, value in arguments.items() if value is not None}


def hits_of(found):
    """Write hits as the protocol of drivers has them."""
    return {"hits": [[_hit(each) for each in hits] for hits in found]}


def _hit(each):
    entity = each.get("entity") if isinstance(each, dict) else each.entity
    fields = entity if isinstance(entity, dict) else entity.to_dict().get("entity", {})
    key = each["id"] if isinstance(each, dict) and "id" in each else each.id
    score = each["distance"] if isinstance(each, dict) else each.distance
    return {"id": key, "score": score, "fields": {name: fields.get(name) for name in fields}}


def rows_of(found):
    """Write rows as plain mappings."""
    return {"rows": [dict(row) for row in found]}
