"""Load with vectors of every kind, over the wire to a server and back."""

import subprocess
from pathlib import Path

import pytest

from milvus_tck.verdict.model.states import Exit
from tests.load.runs import command, load

_TEXT = """
text = "Search and insert vectors of one kind."
[data]
rows = 1_000
dim = 256
vector = "{vector}"
index = "{index}"
[[phase]]
name = "steady"
seconds = 20
[[phase.op]]
op = "search"
loop = "closed"
users = 2
limit = 60
[[phase.op]]
op = "insert"
loop = "closed"
users = 1
batch = 10
limit = 10
"""


@pytest.mark.parametrize(
    ("vector", "index"),
    [("float16", "FLAT"), ("bfloat16", "FLAT"), ("int8", "HNSW"), ("binary", "BIN_FLAT"), ("sparse", "SPARSE_WAND")],
)
def test_every_kind_is_found_again(tmp_path: Path, vector: str, index: str) -> None:
    """The model finds every planted neighbour, no answer is wrong, and every row that was acknowledged is there."""
    path = tmp_path / "kind.toml"
    path.write_text(_TEXT.format(vector=vector, index=index), encoding="utf-8")
    ended = load("model", tmp_path / "run", "--scenario", str(path))
    search, audit = ended.summary["ops"]["search"], ended.summary["audit"]
    assert (search["good"], search["refused"], search["wrong"], search["recall"]["mean"]) == (60, 0, 0, 1.0), ended.said
    assert audit["found"] == audit["acknowledged"] == 1_100


def test_the_high_level_rest_has_no_words_for_them(tmp_path: Path) -> None:
    """A binding whose rows carry float32 alone is refused before anything is started."""
    typed = command("model", tmp_path, "--op", "search", "--vector", "sparse", "--binding", "http-v1")
    done = subprocess.run(typed, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == Exit.USAGE
    assert "http-v1 has no words for vectors of sparse" in done.stderr
