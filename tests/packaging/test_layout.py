"""The folders: what `pyproject.toml` names, and what may import what."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

from tests.packaging.checkout import FOLDERS, ROOT, files, project

#: Packages that hold data alone.
_DATA = {"milvus_tck.proto", "milvus_tck.reports"}
#: The parts of the engine, each with those that it may import beside itself.
_LOWER = (
    "extras",
    "spec",
    "wire",
    "bindings",
    "gateway",
    "targets",
    "verdict",
    "planning",
    "proxy",
    "reporting",
    "repro",
    "mutants",
    "load",
)
_TOP = ("cli", "plugin", "pytest11")
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
    starts = {package: _modules().get(package) for package in _packages(files())}
    assert [package for package, path in starts.items() if path is None or not _docstring(path)] == []


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def _modules() -> dict[str, Path]:
    """Every module by the name it is imported under."""
    found = {}
    for outside, inside in FOLDERS.items():
        for path in files():
            if path.startswith(f"{outside}/") and path.endswith(".py"):
                name = f"{inside}/{path.removeprefix(outside + '/')}".removesuffix(".py").removesuffix("/__init__")
                found[name.replace("/", ".")] = ROOT / path
    return found


def _imports(tree: ast.AST, *, typing_too: bool) -> Iterator[str]:
    """Every name of ours that a module imports, wherever in it; on request those for the type checker as well."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing_too:
            continue
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)
        yield from _imports(node, typing_too=typing_too)


def _edges(*, typing_too: bool = True) -> dict[str, set[str]]:
    """Which module imports which."""
    modules = _modules()
    found = {}
    for name, path in modules.items():
        names = _imports(ast.parse(path.read_text(encoding="utf-8")), typing_too=typing_too)
        hit = {each if each in modules else each.rpartition(".")[0] for each in names if each.startswith("milvus_tck")}
        found[name] = {each for each in hit if each in modules} - {name}
    return found


def _part(module: str) -> str:
    """The part of the engine, or the folder beside it, that a module belongs to; empty for the package itself."""
    return module.removeprefix("milvus_tck").strip(".").partition(".")[0]


def _allowed(part: str) -> set[str]:
    engine = set(_LOWER) | set(_TOP) | {""}
    if part in _LOWER:
        return {"", *_LOWER[: _LOWER.index(part) + 1]}
    return {"": {""}, "suites": {*engine, "suites", "fixtures"}, "fixtures": {*engine, "fixtures"},
            "loadtests": {*engine, "loadtests", "fixtures"}}.get(part, engine)  # fmt: skip


def test_imports_run_one_way() -> None:
    """A part of the engine imports what lies below it, and nothing imports the suites but the suites."""
    wrong = [
        f"{module} imports {other}"
        for module, others in _edges().items()
        for other in others
        if _part(other) not in _allowed(_part(module))
    ]
    assert wrong == []


def test_every_part_has_its_place() -> None:
    """Each folder of the engine is one of the parts whose order is fixed."""
    assert {_part(module) for module in _modules()} <= {"", *_LOWER, *_TOP, *_OUTSIDE}


def test_no_import_goes_round() -> None:
    """No module imports, over any number of others, itself."""
    try:
        TopologicalSorter(_edges(typing_too=False)).prepare()
    except CycleError as error:
        pytest.fail(f"imports go round: {' <- '.join(error.args[1])}")


def test_the_walk_sees_every_kind_of_import() -> None:
    """An import inside a function counts, one for the type checker alone counts only where that is asked."""
    tree = ast.parse(
        "import a\nfrom b import c\nif TYPE_CHECKING:\n    from d import e\ndef f():\n    if x:\n        import g.h\n"
    )
    assert list(_imports(tree, typing_too=False)) == ["a", "b.c", "g.h"]
    assert list(_imports(tree, typing_too=True)) == ["a", "b.c", "d.e", "g.h"]
