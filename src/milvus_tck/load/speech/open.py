"""From the name of a binding to its speech."""

from milvus_tck.load.speech.api_v1 import ApiV1Speech
from milvus_tck.load.speech.http import Wrapping
from milvus_tck.load.speech.speech import PLAIN, Speech
from milvus_tck.load.speech.v1 import V1Speech
from milvus_tck.load.speech.v2 import V2Speech

__all__ = ["SPEECHES", "open_speech"]

_HTTP = {"http-api-v1": ApiV1Speech, "http-v1": V1Speech, "http-v2": V2Speech}
#: Bindings that load can travel over.
SPEECHES = ("grpc", *_HTTP)


def open_speech(binding: str, url: str = "", authorization: str = "") -> Speech:
    """Return how requests are said over a binding; `url` is where its server listens."""
    return PLAIN if binding == "grpc" else _HTTP[binding](Wrapping(url, authorization))
