"""What has to be so after a hostile request."""

from collections.abc import Iterable
from typing import Any

from milvus_tck.fixtures.hostile_collections import KEPT, keys_of
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire.call import Call

__all__ = ["judge_survived"]

#: However gRPC ends a hostile call is its affair, as long as it ends.
_ANY_END = ("UNKNOWN", "INTERNAL", "UNAVAILABLE", "CANCELLED", "RESOURCE_EXHAUSTED")


def judge_survived(
    tck: Case, bystander: SmallCollection, hostile: Iterable[Call[Any]], *, case: str | None = None
) -> None:
    """Make hostile calls, whatever is said to them, and judge that the server serves what was there before."""
    for call in hostile:
        tck.call(call, answers=_ANY_END)
    tck.expect([KEPT], keys_of(tck, bystander.name), case=case)
