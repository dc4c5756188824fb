"""Generator: all mutants of the model's modules, and the tree of a module with one of them in it.

for path, tree in model_trees().items():
    for mutant in mutants_of(path, tree):
        code = compile(mutated(tree, mutant), path, "exec")
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from milvus_tck.mutants.code.code_mutant import CodeMutant, unparsed
from milvus_tck.mutants.code.code_operators import OPERATORS

__all__ = ["model_trees", "mutants_of", "mutated"]

_MODEL = "milvus_tck.model"
#: Folders below the model that are none of it: the defects that are planted in it.
_BESIDES = ("defects",)
#: Calls that word a refusal for a reader, from so many arguments on.
_WORDING = {"RefusalError": 1, "refusal": 1, "demand": 2, "FilterError": 1, "OutOfReachError": 0, "TypeVar": 0}


@cache
def model_trees() -> Mapping[str, ast.Module]:
    """Return the syntax tree of every module of the model, by its path below the model."""
    root = Path(str(files(_MODEL)))
    paths = sorted(each.relative_to(root) for each in root.rglob("*.py"))
    kept = [each for each in paths if each.name != "__init__.py" and each.parts[0] not in _BESIDES]
    return {each.as_posix(): ast.parse((root / each).read_text(encoding="utf-8")) for each in kept}


def mutants_of(path: str, tree: ast.Module) -> list[CodeMutant]:
    """Return every mutant of a module, in the order of its lines."""
    counts: Counter[tuple[int, str]] = Counter()
    found = []
    for site in _sites(tree):
        for operator, _ in _changes(site.node):
            mutant, changed = operator
            key = (site.line, mutant)
            counts[key] += 1
            after = unparsed(changed)
            shown = CodeMutant(
                path, site.line, site.last, mutant, site.function, unparsed(site.node), after, counts[key]
            )
            found.append(_shortened(shown, site.node))
    return found


def mutated(tree: ast.Module, mutant: CodeMutant) -> ast.Module:
    """Return a copy of a module with a mutant in it; raises `LookupError` where it is none of that module."""
    changed = copy.deepcopy(tree)
    counts: Counter[tuple[int, str]] = Counter()
    for site in _sites(changed):
        for (operator, node), _ in _changes(site.node):
            counts[(site.line, operator)] += 1
            if (site.line, operator, counts[(site.line, operator)]) == (mutant.line, mutant.operator, mutant.number):
                site.put(node)
                return ast.fix_missing_locations(changed)
    raise LookupError(mutant.id)


def _changes(node: ast.AST) -> Iterator[tuple[tuple[str, ast.AST | None], str]]:
    for name, operator in OPERATORS.items():
        for word, changed in operator(node):
            yield (f"{name}:{word}", changed), name


def _shortened(mutant: CodeMutant, node: ast.AST) -> CodeMutant:
    """Tell of a compound statement its head alone."""
    if not isinstance(node, ast.If | ast.While | ast.For | ast.FunctionDef):
        return mutant
    head = f"def {node.name}" if isinstance(node, ast.FunctionDef) else mutant.before.partition(":")[0]
    return replace(mutant, before=head, after=mutant.operator.partition(":")[2])


@dataclass
class _Site:
    """A place in a tree where something can be changed."""

    node: ast.AST
    function: str
    parent: ast.AST
    name: str
    index: int | None
    line: int
    last: int

    def put(self, node: ast.AST | None) -> None:
        """Put another node into its place; nothing is `pass`."""
        wanted = node if node is not None else ast.Pass()
        ast.copy_location(wanted, self.node)
        if self.index is None:
            setattr(self.parent, self.name, wanted)
        else:
            getattr(self.parent, self.name)[self.index] = wanted


@dataclass
class _Walk:
    """Walks over what a module does; words for a reader, types and imports are none of it."""

    sites: list[_Site] = field(default_factory=list)

    def over(self, node: ast.AST, function: str, line: int) -> None:
        """Take in everything below a node."""
        for name, value in ast.iter_fields(node):
            if _left_out(node, name):
                continue
            held = value if isinstance(value, list) else [value]
            if isinstance(node, ast.Call) and name == "args":
                held = held[: _WORDING.get(_called(node), len(held))]
            for place, child in enumerate(held):
                if isinstance(child, ast.AST):
                    self._child(child, function, line, (node, name, place if isinstance(value, list) else None))

    def _child(self, child: ast.AST, function: str, line: int, at: tuple[ast.AST, str, int | None]) -> None:
        if _words(child):
            return
        parent, name, index = at
        first = getattr(child, "lineno", None) or line
        if isinstance(child, ast.comprehension):
            first = child.iter.lineno
        inner = function
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{child.name}" if function else child.name
        own = inner if isinstance(child, ast.FunctionDef) else function
        self.sites.append(_Site(child, own, parent, name, index, first, _last(child, first)))
        self.over(child, inner, first)


def _sites(tree: ast.Module) -> list[_Site]:
    walk = _Walk()
    walk.over(tree, "", 1)
    return sorted(walk.sites, key=lambda site: site.line)


def _last(node: ast.AST, first: int) -> int:
    """Return the last line of a node; of a compound statement that of its head."""
    if isinstance(node, ast.If | ast.While):
        return node.test.end_lineno or first
    if isinstance(node, ast.For):
        return node.iter.end_lineno or first
    return getattr(node, "end_lineno", None) or first


def _left_out(node: ast.AST, name: str) -> bool:
    """Tell whether a member of a node decides on nothing: types, decorators, and how a refusal is worded."""
    if name in {"annotation", "returns", "decorator_list", "bases", "type_comment"}:
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign) and name == "value":
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(each, ast.Name) and each.id in {"__all__", "__slots__"} for each in targets)
    return False


def _called(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    return ast.unparse(node.func).rpartition(".")[2]


def _words(node: ast.AST) -> bool:
    """Tell whether a node is a docstring, an import, or a text with values in it."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Assert)
