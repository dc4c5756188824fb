"""The files of `milvus-tck mutants`: the matrix, and the checks that were seen to fail."""

import json
import tomllib
from pathlib import Path

from milvus_tck.cli.shared.option_values import must_be_writable
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.mutants.campaign.kill_record import kills_toml
from milvus_tck.mutants.campaign.matrix import Matrix
from milvus_tck.mutants.campaign.page import matrix_html
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.kills import KillTables
from milvus_tck.spec.tables import TableFile
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["check_files", "check_out", "write_files"]


def check_out(out: Path, name: str) -> None:
    """Make the folder of results; ends the verb where that, or a file of this name in it, cannot be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(Exit.USAGE, f"{out} cannot be made", error.strerror or str(error), "milvus-tck mutants --out FOLDER")
    must_be_writable(out / name, "--out")


def check_files(out: Path, seen: Path | None, added: Path | None, *, partial: bool) -> None:
    """End the verb where its files could not be written: said now, not after minutes of work."""
    if seen is not None and added is not None:
        then = f"milvus-tck mutants --write-seen {seen}"
        fail(Exit.USAGE, "--write-seen and --add-seen are two runs", "the one writes what the other adds to", then)
    check_out(out, "matrix.json")
    if seen is not None and partial:
        why = "what other mutants make fail would count as never seen to fail"
        fail(Exit.USAGE, f"{seen} is written from all mutants alone", why, f"milvus-tck mutants --write-seen {seen}")
    if seen is not None:
        must_be_writable(seen, "--write-seen")
    if added is not None:
        _kills_in(added)
        must_be_writable(added, "--add-seen")


def _kills_in(path: Path) -> KillTables:
    try:
        return TableFile(str(path), tomllib.loads(path.read_text(encoding="utf-8"))).value(KillTables)
    except (OSError, ValueError, SpecError) as error:
        fail(Exit.USAGE, f"{path} cannot be added to", str(error), f"milvus-tck mutants --write-seen {path}")


def write_files(matrix: Matrix, out: Path, seen: Path | None, added: Path | None) -> None:
    """Write what a campaign came to."""
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "matrix.json", json.dumps(matrix.as_dict()))
    write_whole(out / "matrix.html", matrix_html(matrix))
    if seen is not None:
        write_whole(seen, kills_toml(matrix))
    if added is not None:
        write_whole(added, kills_toml(matrix, _kills_in(added)))
