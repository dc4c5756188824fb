"""The rules of the house, where a reader would not see that one is broken."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.spec.errors import codes, legacy_codes
from tests.packaging.checkout import ROOT, files

_FILES = [path for path in files() if path.startswith(("suites/", "fixtures/")) and path.endswith(".py")]
#: Names whose value would be an error code: those of `Status`, and of what a clause expects.
_CODES = {"code", "error_code", "legacy", "codes"}
#: Numbers below are counts, shapes and states in any test.
_SMALL = 99


def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def _names(node: ast.AST) -> set[str]:
    """Names and members that an expression is made of."""
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return found | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _numbers(node: ast.AST) -> set[int]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and type(each.value) is int}


def _compared(tree: ast.Module) -> Iterator[ast.AST]:
    """Comparisons, and keyword arguments, in which an error code is given as a number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and _names(node) & _CODES and _numbers(node) - {0}:
            yield node
        if isinstance(node, ast.keyword) and node.arg in _CODES and _numbers(node.value) - {0}:
            yield node


@pytest.mark.parametrize("path", _FILES)
def test_no_test_knows_an_error_code(path: str) -> None:
    """Which code is right stands in the clause, by profile: no test compares a code with a number of its own."""
    known = {each.number for each in codes() if each.number > _SMALL}
    assert known & {100, 700, 1100, 65535}, "the table of codes is not empty"
    assert legacy_codes()
    found = [ast.unparse(node) for node in _compared(_tree(path))]
    assert found == []


@pytest.mark.parametrize("path", _FILES)
def test_no_test_knows_a_field_number(path: str) -> None:
    """Where a member stands in a message is said by the definitions: no test writes a tag by hand."""
    numbers = [
        node for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute) and node.attr == "fields_by_number"
    ]
    assert numbers == []


@pytest.mark.parametrize("path", _FILES)
def test_no_test_waits_without_a_condition(path: str) -> None:
    """What takes its time is asked for until it is there: nothing sleeps."""
    calls = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)]
    assert [ast.unparse(call) for call in calls if "sleep" in ast.unparse(call.func)] == []


@pytest.mark.parametrize("path", [path for path in _FILES if Path(path).name.startswith("test_")])
def test_no_test_asserts_or_skips(path: str) -> None:
    """A test judges through its case: a bare assert would look like our bug, a skip like nothing at all."""
    found = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Assert)]
    skips = [
        node for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute) and node.attr in {"skip", "xfail"}
    ]
    assert [ast.unparse(node) for node in (*found, *skips)] == []


#: What a test may do with its case; the rest is between the engine and itself.
_OF_A_TEST = {
    "accepted", "answered", "answers", "beside", "call", "clause", "expect", "explore", "foreign_name", "holds",
    "judge", "look", "name", "ok", "owes", "pause", "profile", "random", "recall", "refused", "repeat", "revive",
    "rpcs", "shows", "told", "undisturbed", "until",
}  # fmt: skip


def _inside(tree: ast.AST) -> Iterator[str]:
    """Members of a case that are none of a test's business."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "tck" and node.attr not in _OF_A_TEST:
            yield ast.unparse(node)


@pytest.mark.parametrize("path", _FILES)
def test_no_test_looks_inside_its_case(path: str) -> None:
    """The run, its exchanges and judgements are the engine's: any caller may stand behind what a test asks its case."""
    assert list(_inside(_tree(path))) == []


def test_a_look_inside_is_noticed() -> None:
    """Wherever it stands in an expression."""
    source = """
call.but(db_name=f"{tck.run.prefix}nowhere")
del tck.exchanges[0]
tck.ok(call), tck.foreign_name(), tck.look.keys("c")
"""
    assert set(_inside(ast.parse(source))) == {"tck.run", "tck.exchanges"}


def _judgements(tree: ast.AST, verb: str) -> Iterator[ast.Call]:
    """Calls of `tck.expect` or `tck.judge`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"tck.{verb}":
            yield node


def _display(value: ast.expr, function: ast.AST) -> ast.List | ast.Tuple | None:
    """Return the display that a value is, or that its name was given in the same function."""
    if isinstance(value, ast.Name):
        given = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [value.id]
        ]
        return next((each for each in given if isinstance(each, ast.List | ast.Tuple)), None)
    return value if isinstance(value, ast.List | ast.Tuple) else None


def _unnamed(tree: ast.AST) -> Iterator[str]:
    """Judgements over values that a test puts together and does not name."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (*_judgements(function, "expect"), *_judgements(function, "judge")):
            actual = _display(call.args[-1], function)
            named = any(each.arg == "members" for each in call.keywords)
            if not named and actual is not None and (isinstance(actual, ast.Tuple) or len(actual.elts) > 1):
                yield ast.unparse(call)


@pytest.mark.parametrize("path", _FILES)
def test_no_test_compares_what_it_does_not_name(path: str) -> None:
    """Whoever reads "expected [True, 2], got [True, 3]" does not know what is 3: such values have names."""
    assert list(_unnamed(_tree(path))) == []


def test_a_tuple_without_names_is_noticed() -> None:
    """As it stands in the call, or under a name; a value that a server gave needs none."""
    source = """
def test_it(tck):
    told = [answer.a, answer.b]
    tck.expect([1, 2], told)
    tck.expect((1,), (answer.a,))
    tck.expect([1, 2], told, members=("a", "b"))
    tck.expect([1, 2], list(answer.ids))
    tck.judge(False, "in order", [first, second])
"""
    assert list(_unnamed(ast.parse(source))) == [
        "tck.expect([1, 2], told)",
        "tck.expect((1,), (answer.a,))",
        "tck.judge(False, 'in order', [first, second])",
    ]


def _functions(tree: ast.AST) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _bare(value: ast.expr, functions: dict[str, ast.FunctionDef]) -> Iterator[str]:
    """Comparisons and negations that decide an effect, in what it is or in a function of the file that it asks."""
    if isinstance(value, ast.BoolOp):
        for each in value.values:
            yield from _bare(each, functions)
    elif isinstance(value, ast.Compare | ast.UnaryOp) or ast.unparse(value).startswith(("all(", "any(", "bool(")):
        yield ast.unparse(value)
    else:
        name = value.func if isinstance(value, ast.Call) else value
        for each in _returned(functions[name.id]) if isinstance(name, ast.Name) and name.id in functions else ():
            yield from _bare(each, functions)


def _effects(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "effect":
            yield node.value.body if isinstance(node.value, ast.Lambda) else node.value


@pytest.mark.parametrize("path", _FILES)
def test_no_effect_is_a_bare_truth(path: str) -> None:
    """Whoever reads "no-effect" does not know what is wrong: an effect is compared by `same`, which tells."""
    tree = _tree(path)
    assert [bare for effect in _effects(tree) for bare in _bare(effect, _functions(tree))] == []


def test_a_bare_truth_is_noticed() -> None:
    """In a lambda, in a function, and in what a function asks; what `same` compares is none."""
    source = """
def asked(tck):
    return tck.rows == 3
def it(answer):
    return same(1, 2 == 3) and asked(answer)
tck.accepted(call, effect=lambda answer: same(1, answer.a) and answer.b == 2)
tck.answers(call, effect=it)
tck.accepted(call, effect=lambda answer: not answer.c)
tck.accepted(call, effect=lambda answer: all(answer.d))
"""
    tree = ast.parse(source)
    found = [bare for effect in _effects(tree) for bare in _bare(effect, _functions(tree))]
    assert found == ["answer.b == 2", "tck.rows == 3", "not answer.c", "all(answer.d)"]
