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
#: Servers, and SDKs with a server each.
_FOLDERS = {"check": _FOLDER, "sdk": _FOLDER / "sdks"}
_FILES = [(verb, path) for verb, folder in _FOLDERS.items() for path in sorted(folder.glob("*.ndjson.gz"))]
#: Folders of one machine, and addresses of it.
_MACHINE = re.compile(r"(?<![\w.}*/-])/(home|root|Users|work|workspace|tmp|var)/|127\.0\.0\.1:\d")


def test_there_are_some() -> None:
    """The folder is not empty, and holds nothing that the tool does not make."""
    assert {verb for verb, _ in _FILES} == set(_FOLDERS)
    names = {path for folder in _FOLDERS.values() for path in folder.iterdir()} - {path for _, path in _FILES}
    pages = {folder / page for folder in _FOLDERS.values() for page in ("README.md", "index.html")}
    assert names == {*pages, _FOLDERS["sdk"]}


@pytest.mark.parametrize(("verb", "path"), _FILES, ids=[path.name for _, path in _FILES])
def test_a_file_is_a_whole_run_without_its_machine(verb: str, path: Path) -> None:
    """Below a megabyte, complete, named by what it holds, with the command that makes it, and no path or exchange."""
    results = read_results(path)
    assert path.stat().st_size < 1_000_000
    assert results.complete
    assert path.name == published_name(results)
    assert results.header.command[:2] == ["milvus-tck", verb]
    assert (results.header.target.name in results.header.command) is (verb == "check")
    assert not any(check.exchanges for check in results.checks)
    assert _MACHINE.search(gzip.decompress(path.read_bytes()).decode()) is None


@pytest.mark.parametrize("folder", list(_FOLDERS.values()), ids=list(_FOLDERS))
def test_the_index_is_that_of_the_files(folder: Path) -> None:
    """Made again it is the same; `milvus-tck matrix --publish FOLDER` makes it."""
    published = read_published(folder)
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.ndjson.gz")}
    page = matrix_html(RunMatrix(published.values()))
    assert (folder / "README.md").read_text(encoding="utf-8") == index_markdown(published, sizes)
    assert (folder / "index.html").read_text(encoding="utf-8") == page
    assert len(page.encode()) < 1_000_000
