"""`--select`: which checks an expression takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.verdict.model.judgement import Check
from milvus_tck.verdict.session.selection import SelectionError, selector
from tests.verdict.builders import a_clause, checks

_REFUSED = {"code": 700, "legacy": 25}
_CHECKS = [
    *checks(a_clause("insert/valid", "Insert", capability="dynamic-fields")),
    *checks(a_clause("insert/unknown", "Insert", expect=_REFUSED), cases=("one", "two")),
    *checks(a_clause("search/valid", "Search", level="should")),
    *checks(a_clause("create-partition/valid", "CreatePartition")),
]


def _taken(expression: str) -> set[str]:
    takes = selector(expression)
    return {check.id for check in _CHECKS if takes(check)}


def _ids(*parts: str) -> set[str]:
    return {check.id for check in _CHECKS if any(part in check.id for part in parts)}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("", _ids("")),
        ("   ", _ids("")),
        ("clause=insert/valid", _ids("insert/valid")),
        ("insert/valid", _ids("insert/valid")),
        ("insert/*", _ids("insert/")),
        ("*/vali?", _ids("/valid")),
        ("check=insert/unknown.one:code@grpc", {"insert/unknown.one:code@grpc"}),
        ("check=insert/unknown.one:*", _ids("unknown.one")),
        ("rpc=Insert", _ids("insert/")),
        ("rpc=*ert", _ids("insert/")),
        ("level=should", _ids("search/", ":reason@")),
        ("family=family", _ids("")),
        ("family=other", set()),
        ("aspect=code", _ids(":code@")),
        ("aspect=holds", _ids(":holds@")),
        ("binding=grpc", _ids("")),
        ("binding=http-v1", set()),
        ("capability=dynamic-fields", _ids("insert/valid")),
        ("capability=partitions", _ids("create-partition")),
        ("rpc=insert", set()),
        ("rpc=Insert and aspect=code", _ids(":code@")),
        ("rpc=Search or aspect=code", _ids(":code@", "search/")),
        ("not rpc=Insert", _ids("search/", "create-partition")),
        ("not not rpc=Search", _ids("search/")),
        ("rpc=Search or rpc=Insert and aspect=code", _ids("search/", ":code@")),
        ("(rpc=Search or rpc=Insert) and aspect=code", _ids(":code@")),
        ("not (rpc=Search or rpc=Insert)", _ids("create-partition")),
        ("not rpc=Search and not rpc=Insert", _ids("create-partition")),
    ],
)
def test_an_expression_takes_what_it_says(expression: str, wanted: set[str]) -> None:
    """Every key, patterns, words without a key, and joins that bind as usual: not, and, or."""
    assert _taken(expression) == wanted


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("colour=red", "'colour' is none of"),
        ("rpc=Insert and", "missing at the end"),
        ("and rpc=Insert", "missing before 'and'"),
        ("not", "missing at the end"),
        ("(rpc=Insert", "not closed"),
        ("rpc=Insert)", "'\\)' is not expected"),
        ("()", "missing before '\\)'"),
        ("rpc=Insert rpc=Search", "'rpc=Search' is not expected"),
        ("rpc=Insert or or rpc=Search", "missing before 'or'"),
    ],
)
def test_an_expression_that_can_not_be_understood(expression: str, why: str) -> None:
    """What is wrong with it is said, with the word where it goes wrong."""
    with pytest.raises(SelectionError, match=why):
        selector(expression)


_TERMS = st.sampled_from(["rpc=Insert", "aspect=code", "level=should", "search/*", "check=*one*"])
_TREES = st.recursive(
    _TERMS,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=6,
)
_Tree = str | tuple[str, ...]


def _written(tree: _Tree) -> str:
    if isinstance(tree, str):
        return tree
    join, *parts = tree
    shown = [f"({_written(part)})" for part in parts]
    return f"not {shown[0]}" if join == "not" else f" {join} ".join(shown)


def _holds(tree: _Tree, check: Check) -> bool:
    if isinstance(tree, str):
        return check.id in _taken(tree)
    join, *parts = tree
    values = [_holds(part, check) for part in parts]
    return not values[0] if join == "not" else all(values) if join == "and" else any(values)


@given(_TREES)
def test_joins_are_those_of_logic(tree: _Tree) -> None:
    """However deep: an expression takes exactly the checks for which it is true."""
    assert _taken(_written(tree)) == {check.id for check in _CHECKS if _holds(tree, check)}
