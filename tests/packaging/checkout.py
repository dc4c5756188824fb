"""The files of the repository, as git knows them."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["FOLDERS", "ROOT", "files", "project"]

ROOT = Path(__file__).parents[2]
#: Where each top-level folder goes in the installed package.
FOLDERS = {
    "src/milvus_tck": "milvus_tck",
    "proto": "milvus_tck/proto",
    "suites": "milvus_tck/suites",
    "fixtures": "milvus_tck/fixtures",
    "loadtests": "milvus_tck/loadtests",
    "reports": "milvus_tck/reports",
}


@cache
def files() -> tuple[str, ...]:
    """Every file that is in the repository, or would be with the next commit; paths from its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(path for path in set(listed.split("\0")) if path and (ROOT / path).is_file()))


@cache
def project() -> dict[str, Any]:
    """What `pyproject.toml` says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
