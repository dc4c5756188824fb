"""What `milvus_tck` offers to others: declared, documented, and cheap to import."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import milvus_tck
from tests.packaging.checkout import ROOT

_PAGE = ROOT / "docs" / "reference" / "api.md"
_EXAMPLE = ROOT / "tests" / "extensions" / "acme" / "acme_tck"


@pytest.mark.parametrize("name", milvus_tck.__all__)
def test_every_name_is_there(name: str) -> None:
    """What is declared can be imported."""
    assert getattr(milvus_tck, name) is not None
    assert name in dir(milvus_tck)


def test_the_page_names_what_is_declared() -> None:
    """Each name has its row in docs/reference/api.md, and no row is of another."""
    rows = re.findall(r"^\| `(\w+)` \|", _PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(milvus_tck.__all__)


def test_what_is_not_declared_is_not_there() -> None:
    """A misspelt name is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'Cases'"):
        milvus_tck.Cases  # noqa: B018 - the look-up is what is tested


def test_importing_it_brings_nothing_along() -> None:
    """`import milvus_tck` is free: neither gRPC nor pytest comes with it."""
    program = "import sys, milvus_tck; print(sorted({'grpc', 'numpy', 'pytest', 'click', 'google'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-S", "-c", _PATHS + program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


_PATHS = f"import sys; sys.path[:0] = {[*map(str, (ROOT / 'src',))]!r}; "


def _imported(path: Path) -> set[str]:
    """What a file imports from us: names of the surface, else the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("milvus_tck"):
            found |= {name.name for name in node.names} if node.module == "milvus_tck" else {node.module}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.startswith("milvus_tck.")}
    return found


def test_the_example_takes_nothing_else() -> None:
    """The extension that is shown to vendors is written with the public surface alone."""
    used = set().union(*map(_imported, sorted(_EXAMPLE.rglob("*.py"))))
    assert used
    assert used - set(milvus_tck.__all__) == set()


def test_another_import_would_be_noticed(tmp_path: Path) -> None:
    """A module of ours that is not public shows up."""
    path = tmp_path / "suite.py"
    path.write_text(
        "from milvus_tck import Case\nfrom milvus_tck.wire import columns\nimport milvus_tck.spec\n", encoding="utf-8"
    )
    assert _imported(path) == {"Case", "milvus_tck.wire", "milvus_tck.spec"}
