"""The messages of the protocol as the JSON of `/api/v1`, in both directions.

    body = dump(write_request("HasCollection", message))          # a client asks
    message = read_request("HasCollection", load(body))           # a server understands
    body = dump(write_response("HasCollection", answer))          # a server answers
    answer = read_response("HasCollection", load(body))           # a client understands

The form is what Go's encoding/json makes of the generated structs: members under the names of the
.proto files, enums as numbers, 64-bit integers as JSON numbers, bytes in base64, zero values left
out, a oneof of an answer as `"IdField": {"IntId": {…}}`. Four requests have a body of their own, see
`forms`. What this form has no words for raises `Inexpressible`, what is no such body `Malformed`.
"""

from milvus_tck.wire.json_form.errors import Inexpressible, Malformed
from milvus_tck.wire.json_form.rpcs import read_request, read_response, write_request, write_response
from milvus_tck.wire.json_form.text import JSON, PROTOBUF, YAML, dump, load

__all__ = [
    "JSON", "PROTOBUF", "YAML", "Inexpressible", "Malformed", "dump", "load", "read_request", "read_response",
    "write_request", "write_response",
]  # fmt: skip
