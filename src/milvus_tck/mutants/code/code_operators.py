"""Operators on the syntax tree of Python: each says what a node may be changed into.

An operator is a function from a node to its changes, each with a word for it and the node that takes the
place of the first one; `None` stands for a statement that is left out.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from itertools import pairwise

__all__ = ["OPERATORS", "Change"]

#: What is changed into what, and the new node.
Change = tuple[str, ast.AST | None]
_Operator = Callable[[ast.AST], Iterator[Change]]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_TYPES = {"int", "str", "bool", "float", "bytes", "list", "tuple", "dict", "set"}
#: What nobody takes for another argument: every call that has it breaks at once.
_NEVER_MEANT = {"state", "request", "collection", "rules", "self"}
#: Names that mean the neighbour of what was meant.
_NEIGHBOURS = {"min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor"}
#: Members of the state and of requests that are taken for each other.
_MEMBERS = {
    "name": "id",
    "id": "name",
    "collections": "aliases",
    "aliases": "collections",
    "loaded": "released",
    "released": "loaded",
    "partitions": "indexes",
    "indexes": "partitions",
    "flushed": "alive",
    "alive": "flushed",
    "topk": "offset",
    "offset": "topk",
    "radius": "range_filter",
    "range_filter": "radius",
    "total_rows": "indexed_rows",
    "indexed_rows": "total_rows",
    "created": "id",
    "field": "name",
    "kind": "metric",
    "metric": "kind",
    "collection_name": "db_name",
}


def compare(node: ast.AST) -> Iterator[Change]:
    """Change a comparison into its neighbours and its contrary."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                changed = copy.deepcopy(node)
                changed.ops[place] = other()
                yield f"{type(operator).__name__}->{other.__name__}", changed


def condition(node: ast.AST) -> Iterator[Change]:
    """Negate what decides between two ways, unless it is one comparison, which has a contrary of its own."""
    tests: list[tuple[str, int | None]] = []
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        tests = [("test", None)]
    elif isinstance(node, ast.comprehension):
        tests = [("ifs", place) for place in range(len(node.ifs))]
    for name, place in tests:
        held = getattr(node, name)
        test = held if place is None else held[place]
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            continue
        changed = copy.deepcopy(node)
        negated = ast.UnaryOp(ast.Not(), copy.deepcopy(test))
        if place is None:
            setattr(changed, name, negated)
        else:
            getattr(changed, name)[place] = negated
        yield "negated", changed


def boolean(node: ast.AST) -> Iterator[Change]:
    """Change `and` into `or` and back, and leave out each of their parts."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        changed = copy.deepcopy(node)
        changed.op = other
        yield f"{type(node.op).__name__}->{type(other).__name__}", changed
        for place in range(len(node.values)):
            kept = [each for number, each in enumerate(node.values) if number != place]
            rest = kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)
            yield f"without-{place + 1}", copy.deepcopy(rest)


def inversion(node: ast.AST) -> Iterator[Change]:
    """Take away `not`, a sign, or the inversion of bits."""
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield f"without-{type(node.op).__name__}", copy.deepcopy(node.operand)


def number(node: ast.AST) -> Iterator[Change]:
    """Put a number off by one, either way, and a truth value into its contrary."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value}->{not node.value}", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        for step in (1, -1):
            yield ("plus-one" if step > 0 else "minus-one"), ast.Constant(node.value + step)


def arithmetic(node: ast.AST) -> Iterator[Change]:
    """Change an operation on numbers, sets or bits into another one."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC and not _is_type(node):
        other = _ARITHMETIC[type(node.op)]
        changed = copy.deepcopy(node)
        changed.op = other()
        yield f"{type(node.op).__name__}->{other.__name__}", changed


def _is_type(node: ast.AST) -> bool:
    """Tell whether something is a union of types: `int | None`, `Constant | FieldPath`."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr) and (_is_type(node.left) or _is_type(node.right))
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in _TYPES or (name[:1].isupper() and not name.isupper())


def statement(node: ast.AST) -> Iterator[Change]:
    """Leave a statement out: a call for its effect, a change of what is held, a refusal, a jump."""
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    held = isinstance(node, ast.Assign) and any(
        isinstance(each, ast.Attribute | ast.Subscript) for each in node.targets
    )
    if called or held or isinstance(node, ast.AugAssign | ast.Delete | ast.Raise | ast.Continue | ast.Break):
        yield "removed", None


def early(node: ast.AST) -> Iterator[Change]:
    """Return at once: nothing is done, or an answer of the right type comes whatever was asked."""
    if not isinstance(node, ast.FunctionDef):
        return
    wanted = "" if node.returns is None else ast.unparse(node.returns)
    texts = {"None": ("None",), "bool": ("True", "False"), "str": ("''",), "int": ("0",)}
    for text in texts.get(wanted, ("[]",) if wanted.startswith("list[") else ()):
        changed = copy.deepcopy(node)
        changed.body = [ast.Return(ast.parse(text, mode="eval").body)]
        yield f"return-{text}", changed


def arguments(node: ast.AST) -> Iterator[Change]:
    """Swap two arguments that stand beside each other."""
    if isinstance(node, ast.Call):
        for place, (first, second) in enumerate(pairwise(node.args)):
            if _alike(first, second):
                changed = copy.deepcopy(node)
                changed.args[place : place + 2] = [copy.deepcopy(second), copy.deepcopy(first)]
                yield f"swapped-{place + 1}", changed


def _alike(first: ast.expr, second: ast.expr) -> bool:
    """Tell whether two arguments may be taken for each other: none is a thing that all calls have first."""
    words = {ast.unparse(each) for each in (first, second)}
    plain = isinstance(first, ast.Name | ast.Attribute | ast.Constant) and not words & _NEVER_MEANT
    return plain and type(first) is type(second) and len(words) == len((first, second))


def neighbour(node: ast.AST) -> Iterator[Change]:
    """Take the neighbour of a function, or another member than the one that is meant."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _NEIGHBOURS:
        yield f"{node.id}->{_NEIGHBOURS[node.id]}", ast.Name(_NEIGHBOURS[node.id], ast.Load())
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        other = {**_NEIGHBOURS, **_MEMBERS}.get(node.attr)
        if other is not None:
            yield f"{node.attr}->{other}", ast.Attribute(copy.deepcopy(node.value), other, ast.Load())


def iteration(node: ast.AST) -> Iterator[Change]:
    """Leave out the first thing that a loop is about."""
    if isinstance(node, ast.For | ast.comprehension):
        changed = copy.deepcopy(node)
        everything = ast.Call(ast.Name("tuple", ast.Load()), [changed.iter], [])
        changed.iter = ast.Subscript(everything, ast.Slice(ast.Constant(1), None, None), ast.Load())
        yield "without-first", changed


def otherwise(node: ast.AST) -> Iterator[Change]:
    """Take one of two ways, whatever the condition says."""
    if isinstance(node, ast.IfExp):
        yield "always", copy.deepcopy(node.body)
        yield "never", copy.deepcopy(node.orelse)


def slicing(node: ast.AST) -> Iterator[Change]:
    """Take a bound of a slice away."""
    if isinstance(node, ast.Slice):
        for name in ("lower", "upper"):
            if getattr(node, name) is not None:
                changed = copy.deepcopy(node)
                setattr(changed, name, None)
                yield f"without-{name}", changed


#: Every operator by its name.
OPERATORS: dict[str, _Operator] = {
    "compare": compare,
    "condition": condition,
    "boolean": boolean,
    "inversion": inversion,
    "number": number,
    "arithmetic": arithmetic,
    "statement": statement,
    "early": early,
    "arguments": arguments,
    "neighbour": neighbour,
    "iteration": iteration,
    "otherwise": otherwise,
    "slice": slicing,
}
