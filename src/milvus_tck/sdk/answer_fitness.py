"""Fitness of answers: whether what a server says fits together, before an SDK is blamed that cannot read it.

why_torn(m.ShowCollectionsResponse(collection_names=["a"]))  # "... names 1 collections, and 0 collection_ids"
"""

from google.protobuf.message import Message

from milvus_tck.wire import messages as m

__all__ = ["why_torn"]

#: Lists of which each element stands for that of the first at the same place.
_PARALLEL: dict[str, tuple[str, tuple[str, ...]]] = {
    "ShowCollectionsResponse": ("collection_names", ("collection_ids", "created_timestamps", "created_utc_timestamps")),
    "ShowPartitionsResponse": ("partition_names", ("partitionIDs", "created_timestamps", "created_utc_timestamps")),
}


def why_torn(answer: Message | None) -> str:
    """Say what an answer lacks that the protocol has in it; empty where nothing was found."""
    if answer is None:
        return ""
    name = type(answer).DESCRIPTOR.name
    if isinstance(answer, m.DescribeCollectionResponse) and answer.schema.fields and not answer.collectionID:
        return f"{name} has a schema, and no collectionID"
    if isinstance(answer, m.SearchResults) and any(answer.results.topks) and not answer.results.primary_field_name:
        return f"{name} has hits, and no primary_field_name"
    first, others = _PARALLEL.get(name, ("", ()))
    counts = {each: len(getattr(answer, each)) for each in (first, *others) if each}
    wrong = [f"{count} {each}" for each, count in counts.items() if count != counts[first]]
    return f"{name} has {counts[first]} {first}, and {', '.join(wrong)}" if wrong else ""
