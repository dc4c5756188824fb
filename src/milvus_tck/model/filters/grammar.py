"""Reading a filter: text in, nodes out.

The grammar is one for all releases, but for `exists` and `not in`; which words are keywords depends on the release.
`not` binds like a sign: `not a == 1` is `(not a) == 1`, which no release takes.
"""

from functools import cache
from typing import cast

from lark import Lark, Token
from lark.exceptions import UnexpectedInput, UnexpectedToken

from milvus_tck.model.filters.keywords import keyword
from milvus_tck.model.filters.nodes import NodeBuilder
from milvus_tck.model.filters.refusals import Fault, FilterError, OutOfReachError
from milvus_tck.model.filters.releases import FilterRules
from milvus_tck.model.filters.syntax import Node

__all__ = ["parse"]

#: From loose to tight. Lists of plain integers or texts, which are long at times, are one word each.
_GRAMMAR = r"""
?start: either
?either: both (_OR both)* -> either
?both: bits (_AND bits)* -> both
?bits: exclusive | bits BAR exclusive -> infix
?exclusive: common | exclusive CARET common -> infix
?common: equality | common AMPERSAND equality -> infix
?equality: relation | equality EQUALITY relation -> infix
?relation: member | relation RELATION member -> relation
?member: shift | member _IN shift -> within | member _NOT_IN shift -> without
?shift: sum | shift SHIFT sum -> infix
?sum: product | sum SIGN product -> infix
?product: unary | product FACTOR unary -> infix
?unary: power | prefixed
?power: like | power POWER (like | prefixed) -> infix
?like: tight | like (LIKE | MATCH) tight -> like
?prefixed: (SIGN | TILDE | NOT) unary -> prefix
?primary: INTEGER -> integer
    | FLOAT -> floating
    | BOOLEAN -> boolean
    | TEXT -> text
    | RAW_TEXT -> raw_text
    | PREFIXED_TEXT -> prefixed_text
    | name
    | "{" NAME "}" -> parameter
    | "(" either ")" -> group
    | "[" "]" -> listing
    | INTEGERS -> integers
    | TEXTS -> texts
    | "[" either ("," either)* ","? "]" -> listing
    | FUNCTION "(" argument ("," argument)* ")" -> function
    | NAME "(" [either ("," either)* ","?] ")" -> call
    | name _IS_NULL -> null
    | name _IS_NOT_NULL -> not_null
?name: NAME -> name | PATH -> path
?argument: either | NAME "=" INTEGER -> option

NAME: /\$meta|[A-Za-z_][A-Za-z0-9_]*/
PATH.5: /(\$meta|[A-Za-z_][A-Za-z0-9_]*)(\[([rR]?("([^"\\\r\n]|\\.)*"|'([^'\\\r\n]|\\.)*')|[1-9][0-9]*|0)\])+/
TEXT.4: /"([^"\\\r\n]|\\[^\r\n])*"|'([^'\\\r\n]|\\[^\r\n])*'/
RAW_TEXT.5: /[rR]("([^"\\\r\n]|\\[^\r\n])*"|'([^'\\\r\n]|\\[^\r\n])*')/
PREFIXED_TEXT.5: /(u8|u|U|L)("([^"\\\r\n]|\\[^\r\n])*"|'([^'\\\r\n]|\\[^\r\n])*')/
FLOAT.4: HEXADECIMAL | DECIMAL
HEXADECIMAL: /0[xX]([0-9a-fA-F]*\.[0-9a-fA-F]+|[0-9a-fA-F]+\.?)[pP][+-]?[0-9]+/
DECIMAL: /([0-9]*\.[0-9]+|[0-9]+\.)([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+/
INTEGER.3: /0[xX][0-9a-fA-F]+|0[bB][01]+|[1-9][0-9]*|0[0-7]*/
INTEGERS.7: /\[\s*-?(0|[1-9][0-9]*)(\s*,\s*-?(0|[1-9][0-9]*))+\s*\]/
TEXTS.7: /\[\s*"[^"\\\r\n]*"(\s*,\s*"[^"\\\r\n]*")+\s*\]/
_IS_NULL.6: /is null|IS NULL/
_IS_NOT_NULL.6: /is not null|IS NOT NULL/
_OR.3: "||"
_AND.3: "&&"
EQUALITY.3: /==|!=/
MATCH.3: /=~|!~/
SHIFT.3: /<<|>>/
POWER.3: "**"
RELATION.2: /<=|>=|<|>/
NOT: "!"
BAR: "|"
CARET: "^"
AMPERSAND: "&"
TILDE: "~"
SIGN: /[+-]/
FACTOR: /[*\/%]/
%declare _IN LIKE EXISTS BOOLEAN FUNCTION RESERVED
%ignore /[ \t\r\n]+/
"""

#: `exists` takes all that follows it, and `not in` is one word of six letters, in whatever stands behind it.
_LOOSE = r"""
?tight: primary
%extend prefixed: EXISTS either -> exists
_NOT_IN.6: "not in"
"""
_TIGHT = r"""
?tight: primary | EXISTS tight -> exists
"""


@cache
def _reader(rules: FilterRules) -> Lark:
    grammar = _GRAMMAR + (_TIGHT if rules.tight_exists else _LOOSE)
    if rules.tight_exists:
        grammar = grammar.replace("_NOT_IN shift", "NOT _IN shift")

    def word(token: Token) -> Token:
        found = keyword(token.value, rules)
        return token if found is None else Token(found, token.value)

    return Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        maybe_placeholders=False,
        transformer=NodeBuilder(rules),
        lexer_callbacks={"NAME": word},
    )


def parse(text: str, rules: FilterRules) -> Node:
    """Read a filter that is not empty; raises `FilterError` where a release cannot read it."""
    try:
        return cast("Node", _reader(rules).parse(text))  # the builder makes nodes of what lark calls a tree
    except UnexpectedToken as error:
        if error.token.type == "RESERVED":
            raise OutOfReachError(f"{error.token}: the model has no such values") from None
        raise FilterError(f"unexpected {str(error.token)!r}", Fault.SYNTAX) from None
    except UnexpectedInput as error:
        raise FilterError(f"cannot be read from column {error.column}", Fault.SYNTAX) from None
