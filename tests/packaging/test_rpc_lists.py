"""Facts about RPCs stand in `proto/rpcs.toml`: no module says them again as a list of names."""

import ast
from collections.abc import Iterator

import pytest

from milvus_tck.spec.rpcs import rpcs
from tests.packaging.checkout import ROOT, files

#: Names that may stand together without being a list of RPCs that have something in common.
_FEW = 2
#: Tables by RPC that say how something is done, not what an RPC is, each with why that is no fact of rpcs.toml.
_TABLES = {
    "fixtures/explore/left_behind.py": "by which calls it is seen what a request did",
    "fixtures/explore/request_subjects.py": "right requests to each RPC, and how they are taken back",
    "src/milvus_tck/gateway/openapi/bodies.py": "schemas of the bodies of three RPCs",
    "src/milvus_tck/load/codecs/v1.py": "how each request is written in the first high-level REST",
    "src/milvus_tck/load/codecs/v2.py": "how each request is written in the second one",
    "src/milvus_tck/load/plan/scenario_tables.py": "the words of scenarios, each with the RPC that it begins with",
    "src/milvus_tck/sdk/operation_samples.py": "the words of drivers, each with the RPC whose answer decides it",
    "src/milvus_tck/targets/echo.py": "what a server without memory keeps of a write",
    "src/milvus_tck/verdict/witnesses/statements.py": "how an answer is read as a fact of witnesses.toml",
    "src/milvus_tck/wire/json_form/forms.py": "how bodies are written that are not their message",
    "suites/http_v1/test_authorization.py": "what each route of the first high-level REST takes, with its privilege",
    "suites/names/_requests.py": "a valid request to each RPC",
    "suites/service/test_headers.py": "what of an answer to each RPC can be compared",
}
#: The type of the tables in which the model says which function answers an RPC: the code itself, by its name.
_HANDLERS = "Handlers"


def lists(source: str) -> Iterator[set[str]]:
    """Yield the names of RPCs that stand together in a literal, of each outermost one in a module."""
    yield from _below(ast.parse(source))


def _below(tree: ast.AST) -> Iterator[set[str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            continue
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == _HANDLERS:
            continue
        if isinstance(node, ast.Dict | ast.Set | ast.List | ast.Tuple):
            texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
            yield {text for text in texts if isinstance(text, str) and text in rpcs()}
        else:
            yield from _below(node)


@pytest.fixture(scope="module")
def listing() -> set[str]:
    """Name the modules that hold a list of RPCs."""
    modules = [path for path in files() if path.startswith(("src/", "suites/", "fixtures/")) and path.endswith(".py")]
    return {
        path for path in modules if any(len(names) > _FEW for names in lists((ROOT / path).read_text(encoding="utf-8")))
    }


def test_no_module_lists_rpcs(listing: set[str]) -> None:
    """Whoever needs the RPCs that have something in common asks the table; what is done for each may be a table."""
    assert sorted(listing - _TABLES.keys()) == []


def test_every_exception_is_one(listing: set[str]) -> None:
    """An exception that nobody needs any more is taken off the list."""
    assert sorted(_TABLES.keys() - listing) == []


def test_a_list_is_noticed() -> None:
    """Names are found in literals of every kind, however deep, but not among exports or handlers of the model."""
    outside = '__all__ = ["Insert", "Search", "Flush"]\nH: Handlers = {"Insert": a, "Search": b, "Flush": c}\n'
    source = 'A = {"Insert": ("Search", {"Flush"})}\nB = f(["Query"])\n'
    assert list(lists(outside + source)) == [{"Insert", "Search", "Flush"}, {"Query"}]
