"""BM25: texts as weights of their words, and how well a question is met by them."""

import re
import zlib
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.vectors import PAIR, sparse_row

__all__ = ["bm25", "weights"]

#: What the words of the standard analyser are.
_WORD = re.compile(r"\w+")
#: Parameters of an index that gives none.
_K1, _B = 1.2, 0.75


def weights(text: str) -> bytes:
    """Return how often each word is in a text: a sparse vector whose indices stand for words."""
    words = Counter(zlib.crc32(word.encode()) & 0x7FFFFFFF for word in _WORD.findall(text.lower()))
    return sparse_row(words)


def bm25(query: bytes, rows: list[bytes]) -> NDArray[np.float64]:
    """Score rows, each as `weights` made it, by a question of the same form; 0 where no word is met."""
    texts = [dict(np.frombuffer(row, dtype=PAIR).tolist()) for row in rows]
    lengths = np.array([sum(text.values()) for text in texts])
    mean = lengths.mean() if texts else 1.0
    found = np.zeros(len(texts))
    for word, weight in np.frombuffer(query, dtype=PAIR).tolist():
        often = np.array([text.get(word, 0.0) for text in texts])
        have = int((often > 0).sum())
        rarity = np.log(1 + (len(texts) - have + 0.5) / (have + 0.5))
        found += weight * rarity * often * (_K1 + 1) / (often + _K1 * (1 - _B + _B * lengths / max(mean, 1e-9)))
    return found
