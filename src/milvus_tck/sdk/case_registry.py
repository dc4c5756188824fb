"""Cases by clause: each is an operation or a sample, and a function that judges it.

@cases("sdk/lost-answer")
def lost_answer() -> Iterator[SdkCase]:
    for code in ("UNAVAILABLE", "INTERNAL"):
        yield SdkCase(code.lower(), "insert", partial(_lost, code))
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from milvus_tck.sdk.bench import Bench
from milvus_tck.spec.sdk_clauses import SdkClauseTable, sdk_clauses

__all__ = ["CaseSource", "SdkCase", "cases", "registered"]


@dataclass(frozen=True)
class SdkCase:
    """One condition of a clause; `judge` raises `BrokenError`, `OpenError` or `LackingError` unless it holds."""

    name: str
    #: The operation that it is about.
    op: str
    judge: Callable[[Bench], None]


CaseSource = Callable[[], Iterator[SdkCase]]
_SOURCES: dict[str, CaseSource] = {}


def cases(clause: str) -> Callable[[CaseSource], CaseSource]:
    """Register what makes the cases of a clause; raises `KeyError` for one that is not written down."""
    sdk_clauses()[clause]  # a promise that nobody made is not judged

    def register(source: CaseSource) -> CaseSource:
        _SOURCES[clause] = source
        return source

    return register


def registered() -> Iterator[tuple[SdkClauseTable, SdkCase]]:
    """Return every case, by clause in the order of the files."""
    for name, clause in sdk_clauses().items():
        for case in _SOURCES[name]() if "driver" in clause.judged else ():
            yield clause, case
