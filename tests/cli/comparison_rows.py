"""Rows of docs/exit-codes.md about `diff` and `matrix`: what is typed, and what the complaint has to hold."""

__all__ = ["COMPARISONS"]

COMPARISONS = {
    "matrix-nothing": ("matrix", "name targets or results"),
    "matrix-no-result": ("matrix whole results.ndjson", "is no result file"),
    "target-typo-matrix": ("matrix whole ecko", "milvus-tck matrix whole echo"),
    "out-unwritable-matrix": ("matrix whole --out /proc/tck", "/proc/tck"),
    "publish-broken": ("matrix null --publish broken-shelf", "is no result file"),
    "unreachable-matrix": ("matrix whole 127.0.0.1:{port} --out side", "has no column"),
    "matrix-unwritable": ("matrix whole --out taken", "a page could not be written"),
    "select-nothing-matrix": ("matrix null --select rpc=Serch --out side", "has no column"),
    "matrix-written": ("matrix whole kept --out side", ""),
    "diff-no-result": ("diff whole results.ndjson", "is no result file"),
    "diff-missing": ("diff whole none", "cannot be compared"),
    "diff-regression": ("diff kept whole", ""),
    "diff-should-asked": ("diff kept broken-should --fail-on should", ""),
    "diff-same": ("diff whole whole", ""),
    "diff-fix": ("diff whole kept", ""),
    "diff-should": ("diff kept broken-should", ""),
    "diff-unjudged": ("diff blocked whole", ""),
}
