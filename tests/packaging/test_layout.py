"""The folders: what `pyproject.toml` names, and what may import what."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

from tests.packaging.checkout import FOLDERS, ROOT, files, project
from tests.packaging.module_graph import edges, imports, modules

#: Packages that hold data alone.
_DATA = {"milvus_tck.proto", "milvus_tck.reports"}
#: The parts of the engine, each with those that it may import beside itself.
_LOWER = (
    "extras",
    "extensions",
    "spec",
    "wire",
    "model",
    "bindings",
    "gateway",
    "targets",
    "verdict",
    "planning",
    "plugin",
    "mutation",
    "proxy",
    "reporting",
    "listing",
    "repro",
    "sdk",
    "mutants",
    "load",
    "doctor",
    "release",
    "scaffold",
)
_TOP = ("cli", "pytest11")
_OUTSIDE = ("suites", "fixtures", "loadtests")


def _packages(paths: tuple[str, ...]) -> set[str]:
    """Every package that holds a module, by the name it is installed under."""
    found = set()
    for outside, inside in FOLDERS.items():
        for path in paths:
            if path.startswith(f"{outside}/") and path.endswith(".py"):
                folder = PurePosixPath(inside) / PurePosixPath(path).parent.relative_to(outside)
                found.add(str(folder).replace("/", "."))
    return found


def _listed() -> set[str]:
    return set(project()["tool"]["setuptools"]["packages"])


def test_every_package_is_named() -> None:
    """The build is told every folder with modules in it: one that is forgotten would be missing from the wheel."""
    assert _listed() == _packages(files()) | _DATA


def test_a_forgotten_folder_is_noticed() -> None:
    """A new folder, in the engine or among the suites, is a package that nobody named."""
    added = ("suites/brand_new/test_it.py", "src/milvus_tck/verdict/inner/part.py", "docs/conf.py")
    assert _packages(added) - _listed() == {"milvus_tck.suites.brand_new", "milvus_tck.verdict.inner"}


def test_every_package_has_its_folder() -> None:
    """A package that is named has a folder, and each top-level folder moves to where the engine looks for it."""
    moved = project()["tool"]["setuptools"]["package-dir"]
    assert moved == {inside.replace("/", "."): outside for outside, inside in FOLDERS.items()}
    for name in _listed():
        top = next(each for each in sorted(moved, key=len, reverse=True) if f"{name}.".startswith(f"{each}."))
        assert (ROOT / moved[top] / name.removeprefix(top).replace(".", "/").strip("/")).is_dir(), name


def test_every_package_says_what_it_is_for() -> None:
    """Each folder of modules has an `__init__.py`, which begins with a docstring."""
    starts = {package: modules().get(package) for package in _packages(files())}
    assert [package for package, path in starts.items() if path is None or not _docstring(path)] == []


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def _part(module: str) -> str:
    """The part of the engine, or the folder beside it, that a module belongs to; empty for the package itself."""
    return module.removeprefix("milvus_tck").strip(".").partition(".")[0]


def _allowed(part: str) -> set[str]:
    engine = set(_LOWER) | set(_TOP) | {""}
    if part in _LOWER:
        return {"", *_LOWER[: _LOWER.index(part) + 1]}
    # The package itself names its public surface, for the type checker alone.
    return {"": engine, "suites": {*engine, "suites", "fixtures"}, "fixtures": {*engine, "fixtures"},
            "loadtests": {*engine, "loadtests", "fixtures"}}.get(part, engine)  # fmt: skip


def test_imports_run_one_way() -> None:
    """A part of the engine imports what lies below it, and nothing imports the suites but the suites."""
    wrong = [
        f"{module} imports {other}"
        for module, others in edges().items()
        for other in others
        if _part(other) not in _allowed(_part(module))
    ]
    assert wrong == []


def test_every_part_has_its_place() -> None:
    """Each folder of the engine is one of the parts whose order is fixed."""
    assert {_part(module) for module in modules()} <= {"", *_LOWER, *_TOP, *_OUTSIDE}


def test_no_import_goes_round() -> None:
    """No module imports, over any number of others, itself."""
    try:
        TopologicalSorter(edges(typing_too=False)).prepare()
    except CycleError as error:
        pytest.fail(f"imports go round: {' <- '.join(error.args[1])}")


def test_the_walk_sees_every_kind_of_import() -> None:
    """An import inside a function counts, one for the type checker alone counts only where that is asked."""
    tree = ast.parse(
        "import a\nfrom b import c\nif TYPE_CHECKING:\n    from d import e\ndef f():\n    if x:\n        import g.h\n"
    )
    assert list(imports(tree, typing_too=False)) == ["a", "b.c", "g.h"]
    assert list(imports(tree, typing_too=True)) == ["a", "b.c", "d.e", "g.h"]
