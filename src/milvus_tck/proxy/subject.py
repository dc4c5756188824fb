"""Subject: what a request is about, in a few words: `shop/part: 10 rows`, `shop: nq 1, topk 5, filter a > 3`."""

from collections.abc import Iterator

from google.protobuf.message import Message

from milvus_tck.wire import messages as m
from milvus_tck.wire.redaction import scrub

__all__ = ["subject"]

_LONGEST = 60
#: Members that tell which object is meant, from the outside in.
_OBJECTS = ("db_name", "collection_name", "partition_name", "index_name", "alias", "username", "role_name")
#: Numbers and texts that tell how much, or what, with the words for them.
_SIZES = (("num_rows", "rows"), ("nq", "nq"), ("limit", "limit"))
_FILTERS = ("dsl", "expr")
_PAIRS = ("search_params", "query_params")
_IN_PAIRS = ("topk", "limit", "offset")


def subject(request: Message | None) -> str:
    """Say it; empty for a request that cannot be read, or that names nothing."""
    if request is None:
        return ""
    place = "/".join(filter(None, (_text(request, name) for name in _OBJECTS)))
    more = ", ".join(_details(request))
    return scrub(": ".join(filter(None, (place, more))))


def _details(request: Message) -> Iterator[str]:
    for name, word in _SIZES:
        number = getattr(request, name, 0)
        if isinstance(number, int) and number:
            yield f"{number} {word}" if word == "rows" else f"{word} {number}"
    for name in _PAIRS:
        for pair in getattr(request, name, ()):
            if isinstance(pair, m.KeyValuePair) and pair.key in _IN_PAIRS:
                yield f"{pair.key} {pair.value[:_LONGEST]}"
    for name in _FILTERS:
        text = _text(request, name)
        if text:
            yield f"filter {text}"


def _text(request: Message, name: str) -> str:
    value = getattr(request, name, "")
    if not isinstance(value, str):
        return ""
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
