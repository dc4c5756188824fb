"""What operators change in code: each of them on a snippet."""

import ast

import pytest

from milvus_tck.mutants.code.generator import mutants_of, mutated

_SNIPPETS = {
    "x = a < b": {"compare:Lt->LtE": "x = a <= b", "compare:Lt->GtE": "x = a >= b"},
    "x = a == b": {"compare:Eq->NotEq": "x = a != b"},
    "x = a in b": {"compare:In->NotIn": "x = a not in b"},
    "if a:\n    c.d()": {"condition:negated": "if not a:\n    c.d()", "statement:removed": "if a:\n    pass"},
    "x = a and b": {"boolean:And->Or": "x = a or b", "boolean:without-1": "x = b", "boolean:without-2": "x = a"},
    "x = not a": {"inversion:without-Not": "x = a"},
    "x = 7": {"number:plus-one": "x = 8", "number:minus-one": "x = 6"},
    "x = True": {"number:True->False": "x = False"},
    "x = a + b": {"arithmetic:Add->Sub": "x = a - b"},
    "raise Wrong": {"statement:removed": "pass"},
    "a.b = c": {"statement:removed": "pass"},
    "def f() -> bool:\n    return g()": {
        "early:return-True": "def f() -> bool:\n    return True",
        "early:return-False": "def f() -> bool:\n    return False",
    },
    "f(a, b)": {"arguments:swapped-1": "f(b, a)", "statement:removed": "pass"},
    "x = min(a)": {"neighbour:min->max": "x = max(a)"},
    "x = found.name": {"neighbour:name->id": "x = found.id"},
    "for a in b:\n    c": {"iteration:without-first": "for a in tuple(b)[1:]:\n    c"},
    "x = a if b else c": {
        "condition:negated": "x = a if not b else c",
        "otherwise:always": "x = a",
        "otherwise:never": "x = c",
    },
    "x = a[b:c]": {"slice:without-lower": "x = a[:c]", "slice:without-upper": "x = a[b:]"},
}


@pytest.mark.parametrize("text", _SNIPPETS)
def test_a_snippet(text: str) -> None:
    """Every change that is listed is made, and no other one."""
    tree = ast.parse(text)
    found = {each.operator: ast.unparse(mutated(tree, each)) for each in mutants_of("a.py", tree)}
    assert found == _SNIPPETS[text]
    assert ast.unparse(tree) == text


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring with a number: 7."""',
        "import a.b",
        "__all__ = ['a']",
        "x = f'{a} and {b}'",
        "def f(a: int | None) -> str | None: ...",
    ],
)
def test_what_decides_on_nothing_is_left_as_it_is(text: str) -> None:
    """Docstrings, imports, types and texts for a reader are not changed."""
    assert mutants_of("a.py", ast.parse(text)) == []


def test_how_a_refusal_is_worded_is_not_changed() -> None:
    """Of a refusal the rule may be changed, and not what is said beside it."""
    tree = ast.parse("raise RefusalError(rule, str(count + 1))")
    assert [each.operator for each in mutants_of("a.py", tree)] == ["statement:removed"]


def test_names_are_one_each_and_the_same_each_time() -> None:
    """Two changes on one line have two names, and a second look gives the same."""
    tree = ast.parse("def f(a, b):\n    return a < 1 and b < 1")
    names = [each.id for each in mutants_of("a.py", tree)]
    assert len(set(names)) == len(names)
    assert "model/a.py:2:compare:Lt->LtE" in names
    assert "model/a.py:2:compare:Lt->LtE#2" in names
    assert names == [each.id for each in mutants_of("a.py", tree)]


def test_a_mutant_of_another_module_is_refused() -> None:
    """A mutant that a tree does not have is no change of it."""
    (mutant,) = mutants_of("a.py", ast.parse("x = True"))
    with pytest.raises(LookupError, match=r"model/a\.py:1"):
        mutated(ast.parse("x = y"), mutant)
