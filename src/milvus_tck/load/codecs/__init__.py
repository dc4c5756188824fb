"""How requests of a load run are said over a binding, and how its answers are understood.

Operations make requests and look into answers as messages of gRPC. A `Codec` puts them into the words
of a binding: that happens when a request is made, ahead of its time, and for the few answers that are
looked into; what every answer costs is a look at its status.
"""

from milvus_tck.load.codecs.base import PLAIN, Codec, PlainCodec
from milvus_tck.load.codecs.registry import open_codec

__all__ = ["PLAIN", "Codec", "PlainCodec", "open_codec"]
