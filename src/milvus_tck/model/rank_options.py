"""Rank options: how the hits of several searches are put in one order, and which of them come back."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milvus_tck.model.rules import RefusalError
from milvus_tck.model.search_options import decimals_of, whole
from milvus_tck.model.state import ServerState
from milvus_tck.wire.messages import KeyValuePair

__all__ = ["RankOptions", "read_rank_options"]

_RPC = "hybrid-search"
_DEFAULT_K = 60.0
#: What `k` has to be below.
_K_BOUND = 16384


@dataclass(frozen=True)
class RankOptions:
    """How hits are ranked: by their places where there are no weights, else by their scores."""

    limit: int
    offset: int
    #: Decimals that scores are rounded to; -1: none.
    decimals: int
    k: float
    #: The weight of each search.
    weights: tuple[float, ...]
    #: Whether scores are brought between 0 and 1 before they are weighed.
    normed: bool

    def share(self, search: int, rank: int, score: float, metric: str) -> float:
        """Return what a hit of a search adds to its row, given its rank from 1 on and its score."""
        if not self.weights:
            return 1 / (self.k + rank)
        return self.weights[search] * (_normed(metric, score) if self.normed else score)


def _normed(metric: str, score: float) -> float:
    if metric == "COSINE":
        return (1 + score) / 2
    if metric == "IP":
        return 0.5 + math.atan(score) / math.pi
    if metric == "BM25":
        return 2 * math.atan(score) / math.pi
    return 1 - 2 * math.atan(score) / math.pi


def read_rank_options(state: ServerState, pairs: Sequence[KeyValuePair], searches: int) -> RankOptions:
    """Read how the hits of so many searches are ranked; raises `RefusalError` where that is wrong."""
    given: dict[str, str] = {}
    for pair in pairs:
        given.setdefault(pair.key, pair.value)
    limit, offset = _window(state, given)
    decimals = decimals_of(state, given)
    strategy = given.get("strategy")
    params = _params(given) if strategy is not None else {}
    k = _DEFAULT_K
    weights: tuple[float, ...] = ()
    if strategy == "rrf":
        k = _k(params)
    elif strategy == "weighted":
        weights = _weights(params, searches)
    elif strategy is not None:
        raise RefusalError(f"{_RPC}/strategy-unknown", f"unsupported rank type {strategy}")
    return RankOptions(limit, offset, decimals, k, weights, params.get("norm_score", True))


def _window(state: ServerState, given: Mapping[str, str]) -> tuple[int, int]:
    if "limit" not in given:
        raise RefusalError(f"{_RPC}/limit-missing", "limit not found in rank_params")
    limit, offset = whole(given["limit"]), whole(given.get("offset") or "0")
    most = state.bound("window")
    if limit is None or offset is None or not 1 <= limit <= most or not 0 <= offset <= most - limit:
        raise RefusalError(f"{_RPC}/limit-out-of-range", f"limit [{given['limit']}] is invalid")
    return limit, offset


def _params(given: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(given.get("params", ""))
    except ValueError as error:
        raise RefusalError(f"{_RPC}/params-unreadable", str(error)) from None
    return found if isinstance(found, dict) else {}


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _k(params: Mapping[str, Any]) -> float:
    found = _number(params.get("k"))
    if found is None or not 0 < found < _K_BOUND:
        raise RefusalError(f"{_RPC}/k-out-of-range", f"The rank params k should be in range (0, {_K_BOUND})")
    return found


def _weights(params: Mapping[str, Any], searches: int) -> tuple[float, ...]:
    given = params.get("weights")
    found = [_number(each) for each in given] if isinstance(given, list) else [None]
    weights = [each for each in found if each is not None and 0 <= each <= 1]
    if len(weights) != len(found):
        raise RefusalError(f"{_RPC}/weight-out-of-range", "rank param weight should be in range [0, 1]")
    if len(weights) != searches:
        detail = f"the length of weights param mismatch with ann search requests: {len(weights)}, {searches}"
        raise RefusalError(f"{_RPC}/weights-other-number", detail)
    return tuple(weights)
