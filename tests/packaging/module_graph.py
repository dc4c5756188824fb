"""The modules that are installed, and which imports which."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.packaging.checkout import FOLDERS, ROOT, files

__all__ = ["edges", "imports", "modules"]


@cache
def modules() -> dict[str, Path]:
    """Every module by the name it is imported under."""
    found = {}
    for outside, inside in FOLDERS.items():
        for path in files():
            if path.startswith(f"{outside}/") and path.endswith(".py"):
                name = f"{inside}/{path.removeprefix(outside + '/')}".removesuffix(".py").removesuffix("/__init__")
                found[name.replace("/", ".")] = ROOT / path
    return found


def imports(tree: ast.AST, *, typing_too: bool) -> Iterator[str]:
    """Every name of ours that a module imports, wherever in it; on request those for the type checker as well."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing_too:
            continue
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)
        yield from imports(node, typing_too=typing_too)


@cache
def edges(*, typing_too: bool = True) -> dict[str, set[str]]:
    """Which module imports which."""
    known = modules()
    found = {}
    for name, path in known.items():
        names = imports(ast.parse(path.read_text(encoding="utf-8")), typing_too=typing_too)
        hit = {each if each in known else each.rpartition(".")[0] for each in names if each.startswith("milvus_tck")}
        found[name] = {each for each in hit if each in known} - {name}
    return found
