"""Sequences of operations that nobody wrote down, judged by the model."""

from milvus_tck.fixtures.explore.sequences import Sequences
from milvus_tck.fixtures.marks import rule

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.fingerprint import joined
from milvus_tck.verdict.model.stops import Unreached


@rule("in-sequences")
def test_an_rpc_in_sequences(tck: Case, sequences: Sequences, rpc: str) -> None:
    """Every answer is one that the model has for right, in any sequence."""
    found = [each for each in sequences.found if each.rpc == rpc]
    if not found and not sequences.judged.get(rpc):
        raise Unreached(f"sequences that come to {rpc}")
    for each in found[:1]:
        tck.shows(each.case)
    tck.judge(
        not found,
        "what the model answers",
        "; ".join(map(str, found)),
        signature=joined(each.found.signature for each in found),
    )
