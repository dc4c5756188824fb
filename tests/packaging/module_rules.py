"""Rules about modules, as functions of their texts: length, names, and whether anybody uses them."""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

__all__ = [
    "CONVENTIONAL",
    "FORBIDDEN",
    "KNOWN_TWICE",
    "NOUNS",
    "long_functions",
    "long_modules",
    "metaphors",
    "participles",
    "twice_named_classes",
    "twice_named_modules",
    "unused",
]

MODULE_LINES = 400
FUNCTION_LINES = 50
#: Names of modules that mean the same in every package.
CONVENTIONAL = frozenset({
    "__init__", "base", "client", "collections", "connection", "columns", "context", "control", "credentials", "errors",
    "files", "html", "http", "identity", "indexes", "kinds", "limits", "names", "options", "page", "partitions",
    "registry", "rules", "server",
    "tables", "text", "transport", "wire",
})  # fmt: skip
#: Nouns that two parts have, each for its own: a binding in its gateway and its codec, a load run beside a check.
#: The list gets shorter, never longer: a name that is no longer twice there has to leave it.
KNOWN_TWICE = frozenset({
    "aliases", "api_v1", "capabilities", "comparison", "databases", "definitions", "design", "findings", "formats",
    "job", "judgement", "matrix", "plain", "recorder", "releases", "rows", "rpcs", "schemas", "scope", "summary",
})  # fmt: skip
#: Words that say nothing to who looks for a module: no participle, preposition or metaphor is a name.
FORBIDDEN = frozenset({
    "aside", "spare", "spared", "ground", "studio", "station", "scene", "speech", "telling", "asking", "asked", "told",
    "looking", "looks", "opened", "opening", "lasting", "passing", "showing", "judging", "described", "written",
    "remains", "aftermath", "ahead", "ways", "beside", "over", "around", "pace", "stage", "company", "part",
    "place", "places", "spoken", "player", "utils", "util", "helpers", "helper", "common", "misc", "stuff", "lib",
})  # fmt: skip

#: Nouns of the field that end like a participle, and families that RPCs belong to.
NOUNS = frozenset({"feed", "finding", "loading", "reading", "recording", "writing"})


def long_modules(sources: Mapping[str, str], limit: int = MODULE_LINES) -> list[str]:
    """Name modules of more lines than the limit."""
    lengths = {path: len(text.splitlines()) for path, text in sources.items()}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > limit]


def _functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first of the body to the last: names of parameters and a docstring are no logic."""
    body = node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
    return (node.end_lineno or node.lineno) - body[0].lineno + 1


def long_functions(sources: Mapping[str, str], limit: int = FUNCTION_LINES) -> list[str]:
    """Name functions whose body has more lines than the limit."""
    found = ((path, node.name, _lines(node)) for path, text in sources.items() for node in _functions(text))
    return [f"{path}: {name} has {length} lines" for path, name, length in found if length > limit]


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def twice_named_modules(paths: Collection[str]) -> dict[str, list[str]]:
    """Return modules that are called like another one, by name; a verb has the name of what it does."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        if "/cli/verbs/" not in path and _stem(path) not in CONVENTIONAL:
            found[_stem(path)].append(path)
    return {name: own for name, own in found.items() if len(own) > 1}


def twice_named_classes(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Return public classes that are called like another one, by name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path, text in sources.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return {name: own for name, own in found.items() if len(own) > 1}


def metaphors(paths: Collection[str], words: Collection[str] = FORBIDDEN) -> list[str]:
    """Name modules that are called by a word that says nothing, alone or joined to another."""
    return [path for path in paths if not words_of(path).isdisjoint(words)]


def participles(paths: Collection[str], nouns: Collection[str] = NOUNS) -> list[str]:
    """Name modules whose whole name ends like a participle and is no noun."""
    ends = {path: _stem(path).strip("_") for path in paths}
    return [
        path for path, name in ends.items() if "_" not in name and name.endswith(("ing", "ed")) and name not in nouns
    ]


def words_of(path: str) -> set[str]:
    """Return the words of a module's name."""
    return set(_stem(path).strip("_").split("_"))


def unused(modules: Collection[str], edges: Mapping[str, Collection[str]], entries: Collection[str]) -> list[str]:
    """Name modules that no other one imports, and that are no entry to the program themselves."""
    used = {other for name, others in edges.items() for other in others if other != name}
    return sorted(set(modules) - used - set(entries))
