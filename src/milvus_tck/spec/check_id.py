"""The id of a check, `clause[.case]:aspect@binding`: one judgement, or a pattern of several.

Only the last part may hold `:` and `@` itself, so a check that is made through a client library has room for it
there: `insert/valid:holds@sdk:pymilvus@2.5`.
"""

import re
from dataclasses import dataclass, replace
from typing import Self

__all__ = ["CheckId"]

_FORM = re.compile(r"(?P<clause>[^.:@]*)(\.(?P<case>[^:@]*))?(:(?P<aspect>[^@]*))?(@(?P<binding>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CheckId:
    """The parts of a check's id; what is left open, as in a pattern or in what a clause needs, is empty.

    str(CheckId.parse("insert/valid.empty:holds@grpc").over("http-v2"))
    """

    clause: str
    #: Which of several samples of the clause's condition.
    case: str = ""
    #: What is judged of the answer.
    aspect: str = ""
    #: What the calls travel over.
    binding: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take an id, or a pattern of ids, apart; every text is one, `format` gives it back."""
        found = _FORM.fullmatch(text)
        return cls(text) if found is None else cls(**{key: value or "" for key, value in found.groupdict().items()})

    def __str__(self) -> str:
        return self.format()

    def format(self) -> str:
        """Write it: `clause[.case]:aspect@binding`, without the parts that are empty."""
        aspect = f":{self.aspect}" if self.aspect else ""
        binding = f"@{self.binding}" if self.binding else ""
        return f"{self.condition}{aspect}{binding}"

    @property
    def condition(self) -> str:
        """What is asked: the clause, with the case where there are several."""
        return f"{self.clause}.{self.case}" if self.case else self.clause

    @property
    def name(self) -> str:
        """The check whatever it travels over: `clause[.case]:aspect`."""
        return replace(self, binding="").format()

    @property
    def request(self) -> str:
        """The request that it judges an aspect of: `clause[.case]@binding`."""
        return replace(self, aspect="").format()

    @property
    def uncased(self) -> str:
        """The check without its case: `clause:aspect@binding`."""
        return replace(self, case="").format()

    def over(self, binding: str) -> Self:
        """Return the same check over another binding."""
        return replace(self, binding=binding)
