"""Index: the tests of the suites without pytest: what it collected once, kept for as long as nothing changes.

Marks are made by code (a test's cases come from tables and fixtures), so pytest alone knows them for
sure. What it found is kept under a digest of every file that may have a say in it; another digest, and
it is asked again. A released wheel brings the index along, made by `make wheel`.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

from milvus_tck.extensions import extensions
from milvus_tck.planning.choice import SuiteTest
from milvus_tck.spec.data import data_dir
from milvus_tck.targets.toolchain import cache_folder
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["INDEX", "digest", "dump", "load", "suite_tests"]

#: The index that a wheel brings along, in the folder of the suites.
INDEX = "index.json"
#: What a digest covers: everything that the marks of a test may be computed from.
_FOLDERS = ("suites", "fixtures", "proto")
#: Folders that a wheel has inside the package and a checkout beside it.
_BESIDE = (*_FOLDERS, "loadtests", "reports")
_KINDS = (".py", ".toml", ".binpb")
#: Indices that are kept: several checkouts may take turns.
_KEPT = 8


def suite_tests(collect: Callable[[], Iterable[SuiteTest]]) -> tuple[SuiteTest, ...]:
    """Return every test of the suites, in the order of collection; `collect` asks pytest where nobody knows."""
    key = digest()
    for path in (data_dir("suites") / INDEX, *_kept(key)):
        found = load(path, key)
        if found is not None:
            return found
    tests = tuple(collect())
    for path in _kept(key):
        with suppress(OSError):  # a full disk costs time, nothing else
            write_whole(path, dump(tests, key))
            _forget(path)
    return tests


def _kept(key: str) -> Iterator[Path]:
    with suppress(OSError):
        yield cache_folder("index") / f"{key[:32]}.json"


def _forget(newest: Path) -> None:
    """Remove what was not made lately."""
    made = sorted(newest.parent.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in made[_KEPT:]:
        path.unlink(missing_ok=True)


def digest() -> str:
    """Sum up every file of the suites and of what they are made from, by name and content."""
    total = hashlib.blake2b(digest_size=32)
    for name, path in sorted(_files()):
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a thousand of them, at each start
            content = file.readall()
        total.update(f"{name} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _files() -> Iterator[tuple[str, str]]:
    """Every file, by its path, under the name that it has wherever the package is installed."""
    engine = Path(__file__).parents[1]
    inside = {str(data_dir(name)) for name in _BESIDE}
    others = ((f"{each.origin}:{root.name}", root) for each in extensions() for root in each.folders)
    for top, root in ((name, data_dir(name)) for name in _FOLDERS):
        yield from _below(top, str(root), frozenset())
    yield from _below("engine", str(engine), inside)
    for top, root in others:
        yield from _below(top, str(root), frozenset())


def _below(name: str, folder: str, without: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    """Every file below a folder, except in the folders `without`; none where there is no folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        for each in entries:
            if each.is_dir(follow_symlinks=False):
                if each.path not in without:
                    yield from _below(f"{name}/{each.name}", each.path, without)
            elif each.name.endswith(_KINDS):
                yield f"{name}/{each.name}", each.path


def dump(tests: Sequence[SuiteTest], key: str) -> str:
    """Write an index."""
    rows = [[test.node, [list(mark) for mark in test.marks], test.origin] for test in tests]
    return json.dumps({"digest": key, "tests": rows}, separators=(",", ":"))


def load(path: Path, key: str) -> tuple[SuiteTest, ...] | None:
    """Read an index; `None` where there is none, or none of these files."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["digest"] != key:
            return None
        rows = found["tests"]
        return tuple(SuiteTest(node, tuple((name, case) for name, case in marks), own) for node, marks, own in rows)
    except (OSError, ValueError, KeyError, TypeError):
        return None
