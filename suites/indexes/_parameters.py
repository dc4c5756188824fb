"""Build parameters of indexes: within their ranges, at the ends of them, and beyond."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from milvus_tck.suites.indexes._requests import HNSW, Attempt, Attempts, Options, on_binary, on_float

from milvus_tck.spec.profiles import Profile, ProfileRange

__all__ = ["AT_THE_ENDS", "BEYOND", "PARAMETERS", "Bound"]

_NLIST = {"smallest": 1, "largest": 65536}
_NOT_NLIST = {"0": 0, "minus-1": -1, "65537": 65537}
_IVF = Options("IVF_FLAT", "L2", {"nlist": 16})
_SQ8 = Options("IVF_SQ8", "L2", {"nlist": 16})
_PQ = Options("IVF_PQ", "L2", {"nlist": 16, "m": 4})
_SCANN = Options("SCANN", "L2", {"nlist": 16})
_BIN_IVF = Options("BIN_IVF_FLAT", "HAMMING", {"nlist": 16})


def _beside(attempt: Attempt, valid: Options, params: Mapping[str, object] | None = None) -> Attempt:
    """Ask for the same with another neighbour, and other parameters if some are given."""
    options = attempt.options if params is None else replace(attempt.options, params=params)
    return replace(attempt, options=options, valid=valid)


def _nlists(values: Mapping[str, int]) -> dict[str, Attempts]:
    """Try values of nlist on every type that has it."""
    tries: dict[str, Callable[[int], Attempt]] = {
        "ivf-flat": lambda nlist: on_float("IVF_FLAT", valid=_IVF, nlist=nlist),
        "ivf-sq8": lambda nlist: on_float("IVF_SQ8", valid=_SQ8, nlist=nlist),
        "ivf-pq": lambda nlist: on_float("IVF_PQ", valid=_PQ, nlist=nlist, m=4),
        "bin-ivf-flat": lambda nlist: _beside(on_binary("BIN_IVF_FLAT", nlist=nlist), _BIN_IVF),
        "scann": lambda nlist: on_float("SCANN", valid=_SCANN, nlist=nlist),
    }
    return {name: {case: attempt(nlist) for case, nlist in values.items()} for name, attempt in tries.items()}


def _pq(**params: object) -> Attempt:
    return _beside(on_float("IVF_PQ"), _PQ, params={"nlist": 16, **params})


#: Parameters whose range is the same in every profile that the clause is about.
PARAMETERS: Mapping[str, Attempts] = {
    **{f"create-index/{name}-nlist-in-range": tries for name, tries in _nlists(_NLIST).items()},
    **{f"create-index/{name}-nlist-out-of-range": tries for name, tries in _nlists(_NOT_NLIST).items()},
    "create-index/ivf-pq-m-out-of-range": {"0": _pq(m=0), "not-dividing": _pq(m=3), "word": _pq(m="x")},
    "create-index/ivf-pq-m-missing": {"": _pq()},
    "create-index/ivf-pq-nbits-in-range": {"smallest": _pq(m=4, nbits=1), "largest": _pq(m=4, nbits=24)},
    "create-index/ivf-pq-nbits-out-of-range": {"0": _pq(m=4, nbits=0), "25": _pq(m=4, nbits=25)},
    "create-index/ivf-sq8-nbits": {
        case: on_float("IVF_SQ8", valid=_SQ8, nlist=16, nbits=nbits) for case, nbits in {"4": 4, "16": 16}.items()
    },
    "create-index/ivf-flat-nlist-missing": {"": on_float("IVF_FLAT", valid=_IVF)},
    "create-index/ivf-sq8-nlist-missing": {"": on_float("IVF_SQ8", valid=_SQ8)},
    "create-index/bin-ivf-flat-nlist-missing": {"": _beside(on_binary("BIN_IVF_FLAT"), _BIN_IVF)},
    "create-index/hnsw-param-missing": {
        "m": on_float("HNSW", valid=HNSW, efConstruction=64),
        "ef-construction": on_float("HNSW", valid=HNSW, M=8),
    },
    "create-index/param-not-a-number": {
        "word": on_float("IVF_FLAT", valid=_IVF, nlist="x"),
        "fraction": on_float("IVF_FLAT", valid=_IVF, nlist=1.5),
        "null": on_float("IVF_FLAT", valid=_IVF, nlist=None),
    },
    "create-index/param-large-number": {"": on_float("HNSW", valid=HNSW, M=16, efConstruction=2147483647)},
    "create-index/param-as-text": {"": on_float("IVF_FLAT", valid=_IVF, nlist="16")},
    "create-index/param-unknown": {"": on_float("IVF_FLAT", valid=_IVF, nlist=16, nosuch=1)},
    "create-index/autoindex-further-params": {"": on_float("AUTOINDEX", valid=Options("AUTOINDEX", "L2"), nlist=16)},
}  # fmt: skip


@dataclass(frozen=True)
class Bound:
    """An end of the range of a parameter of HNSW, or the first value beyond it."""

    parameter: str
    #: 0 for the smallest value, 1 for the largest.
    end: int
    #: Steps beyond that end.
    beyond: int = 0

    def attempt(self, line: Profile) -> Attempt:
        """Ask for an index with that value in a profile.

        The number is written as text: servers in Go read a large JSON number as a floating-point one.
        """
        ends = next(ends for text, ends in _RANGES[self.parameter].items() if line in ProfileRange(text))
        value = ends[self.end] + (self.beyond if self.end else -self.beyond)
        return on_float("HNSW", valid=HNSW, **{**(HNSW.params or {}), self.parameter: str(value)})


#: Smallest and largest value by profile.
_RANGES = {
    "M": {"2.2": (4, 64), "2.3..2.4": (1, 2048), "2.5..": (2, 2048)},
    "efConstruction": {"2.2": (8, 512), "2.3..": (1, 2147483647)},
}

#: Values at the ends of a range.
AT_THE_ENDS: Mapping[str, Mapping[str, Bound]] = {
    "create-index/hnsw-m-in-range": {"smallest": Bound("M", 0), "largest": Bound("M", 1)},
    "create-index/hnsw-ef-construction-in-range": {
        "smallest": Bound("efConstruction", 0),
        "largest": Bound("efConstruction", 1),
    },
}

#: Values one step beyond.
BEYOND: Mapping[str, Mapping[str, Bound]] = {
    "create-index/hnsw-m-out-of-range": {"below": Bound("M", 0, 1), "above": Bound("M", 1, 1)},
    "create-index/hnsw-ef-construction-out-of-range": {
        "below": Bound("efConstruction", 0, 1),
        "above": Bound("efConstruction", 1, 1),
    },
}
