"""The files of `milvus-tck mutants`: the matrix, and the checks that were seen to fail."""

import json
from pathlib import Path

from milvus_tck.cli.errors import fail
from milvus_tck.cli.values import must_be_writable
from milvus_tck.mutants.matrix import Matrix
from milvus_tck.mutants.page import matrix_html
from milvus_tck.mutants.seen import kills_toml
from milvus_tck.verdict.states import Exit
from milvus_tck.verdict.whole_file import write_whole

__all__ = ["check_files", "write_files"]


def check_files(out: Path, seen: Path | None, *, partial: bool) -> None:
    """End the verb where its files could not be written: said now, not after minutes of work."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(Exit.USAGE, f"{out} can not be made", error.strerror or str(error), "milvus-tck mutants --out FOLDER")
    must_be_writable(out / "matrix.json", "--out")
    if seen is not None and partial:
        why = "what other mutants make fail would count as never seen to fail"
        fail(Exit.USAGE, f"{seen} is written from all mutants alone", why, f"milvus-tck mutants --write-seen {seen}")
    if seen is not None:
        must_be_writable(seen, "--write-seen")


def write_files(matrix: Matrix, out: Path, seen: Path | None) -> None:
    """Write what a campaign came to."""
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "matrix.json", json.dumps(matrix.as_dict()))
    write_whole(out / "matrix.html", matrix_html(matrix))
    if seen is not None:
        write_whole(seen, kills_toml(matrix))
