"""From the name of a binding to its codec."""

from milvus_tck.load.codecs.api_v1 import ApiV1Codec
from milvus_tck.load.codecs.base import PLAIN, Codec
from milvus_tck.load.codecs.http import Wrapping
from milvus_tck.load.codecs.v1 import V1Codec
from milvus_tck.load.codecs.v2 import V2Codec
from milvus_tck.spec.bindings import GRPC

__all__ = ["CODECS", "open_codec"]

_HTTP = {"http-api-v1": ApiV1Codec, "http-v1": V1Codec, "http-v2": V2Codec}
#: Bindings that load can travel over.
CODECS = (GRPC, *_HTTP)


def open_codec(binding: str, url: str = "", authorization: str = "") -> Codec:
    """Return how requests are said over a binding; `url` is where its server listens."""
    return PLAIN if binding == GRPC else _HTTP[binding](Wrapping(url, authorization))
