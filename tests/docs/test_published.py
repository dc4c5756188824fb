"""reports/published: made by the tool from runs, never edited, and of use on any machine."""

import gzip
import re
from pathlib import Path

import pytest

from milvus_tck.reporting.matrix_page import matrix_html
from milvus_tck.reporting.published_results import index_markdown, published_name, read_published
from milvus_tck.reporting.run_matrix import RunMatrix
from milvus_tck.verdict.results.result_file import read_results
from tests.packaging.checkout import ROOT

_FOLDER = ROOT / "reports" / "published"
_FILES = sorted(_FOLDER.glob("*.ndjson.gz"))
#: Folders of one machine, and addresses of it.
_MACHINE = re.compile(r"(?<![\w.}*/-])/(home|root|Users|work|workspace|tmp|var)/|127\.0\.0\.1:\d")


def test_there_are_some() -> None:
    """The folder is not empty, and holds nothing that the tool does not make."""
    assert _FILES
    names = {path.name for path in _FOLDER.iterdir()} - {path.name for path in _FILES}
    assert names == {"README.md", "index.html"}


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_a_file_is_a_whole_run_without_its_machine(path: Path) -> None:
    """Below a megabyte, complete, named by what it holds, with the command that makes it, and no path or exchange."""
    results = read_results(path)
    assert path.stat().st_size < 1_000_000
    assert results.complete
    assert path.name == published_name(results)
    assert results.header.command[:3] == ["milvus-tck", "check", results.header.target.name]
    assert not any(check.exchanges for check in results.checks)
    assert _MACHINE.search(gzip.decompress(path.read_bytes()).decode()) is None


def test_the_index_is_that_of_the_files() -> None:
    """Made again it is the same; `milvus-tck matrix --publish reports/published` makes it."""
    published = read_published(_FOLDER)
    sizes = {path.name: path.stat().st_size for path in _FILES}
    page = matrix_html(RunMatrix(published.values()))
    assert (_FOLDER / "README.md").read_text(encoding="utf-8") == index_markdown(published, sizes)
    assert (_FOLDER / "index.html").read_text(encoding="utf-8") == page
    assert len(page.encode()) < 1_000_000
