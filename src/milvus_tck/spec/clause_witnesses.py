"""Who says that a clause is true: documents, places in upstream's source, servers that were seen to keep it.

A witness is written in one of these forms:

- `milvus@2.3.5`: a server and its release;
- `upstream:internal/proxy/util.go#validateName:42-48 @2.6.18, 2.6.20=91f1ca617e`: a file of Milvus, the function
  and the lines where they are known, and the releases in which it was read, each with its commit where that is known;
- a word, such as `documentation`: what kind of document.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from milvus_tck.spec.data import SpecError

__all__ = ["DOCUMENTS", "Witness", "WitnessKind", "parse_witness", "witness_words"]

#: The words that name a document, and what they stand for.
DOCUMENTS = {
    "proto3": "the rules of proto3",
    "proto-comment": "a comment in the .proto files",
    "documentation": "the documentation",
    "upstream-source": "upstream's source (the place is not written down)",
    "design-2.0": "the design document of 2.0",
}
#: Of no use beside a place in the source that is known.
_VAGUE = "upstream-source"
_SERVERS = ("milvus", "lite")
_RELEASE = r"\d+(?:\.\d+)+(?:-[a-z]+)?"
_SERVER = re.compile(rf"(?P<name>{'|'.join(_SERVERS)})@(?P<release>{_RELEASE})")
_UPSTREAM = re.compile(
    r"upstream:(?P<file>[\w./-]+\.\w+)(?:#(?P<function>[\w.]+))?(?::(?P<lines>\d+(?:-\d+)?))?"
    rf" @(?P<releases>{_RELEASE}(?:=[0-9a-f]{{7,40}})?(?:, {_RELEASE}(?:=[0-9a-f]{{7,40}})?)*)"
)


class WitnessKind(StrEnum):
    """What sort of witness it is."""

    DOCUMENT = "document"
    UPSTREAM = "upstream"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness of a clause."""

    kind: WitnessKind
    #: The word for a document, a file of upstream's, or the name of a server.
    name: str
    #: In which function of the file; empty where that is not known.
    function: str = ""
    #: In which lines of the file, such as `42` or `42-48`; empty where that is not known.
    lines: str = ""
    #: Releases that were read or seen; `2.6.20=91f1ca617e` where the commit is known.
    releases: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write it as `parse_witness` reads it."""
        if self.kind is WitnessKind.DOCUMENT:
            return self.name
        if self.kind is WitnessKind.SERVER:
            return f"{self.name}@{self.releases[0]}"
        function, lines = f"#{self.function}" * bool(self.function), f":{self.lines}" * bool(self.lines)
        return f"upstream:{self.name}{function}{lines} @{', '.join(self.releases)}"

    @property
    def words(self) -> str:
        """Say it to a reader."""
        if self.kind is WitnessKind.DOCUMENT:
            return DOCUMENTS[self.name]
        if self.kind is WitnessKind.SERVER:
            return str(self)
        lines = f"{'lines' if '-' in self.lines else 'line'} {self.lines}" if self.lines else ""
        releases = ", ".join(each.replace("=", ", commit ") for each in self.releases)
        return " ".join(filter(None, ("upstream", self.name, self.function, lines, f"({releases})")))


@cache
def parse_witness(text: str) -> Witness:
    """Read a witness; raises `SpecError`, with the forms there are, where it is in none of them."""
    if text in DOCUMENTS:
        return Witness(WitnessKind.DOCUMENT, text)
    if found := _SERVER.fullmatch(text):
        return Witness(WitnessKind.SERVER, found["name"], releases=(found["release"],))
    if found := _UPSTREAM.fullmatch(text):
        releases = tuple(found["releases"].split(", "))
        return Witness(WitnessKind.UPSTREAM, found["file"], found["function"] or "", found["lines"] or "", releases)
    raise SpecError(
        f"witness {text!r} is none of: {', '.join(DOCUMENTS)}, SERVER@RELEASE (SERVER: {', '.join(_SERVERS)}), "
        "upstream:FILE[#FUNCTION][:LINE[-LINE]] @RELEASE[=COMMIT][, …]"
    )


def witness_words(texts: Iterable[str]) -> str:
    """Say in a line who the witnesses are: the source first, then documents, then servers.

    What a newer version wrote in a form of its own is said as it is written.
    """
    known: dict[WitnessKind, list[Witness]] = {kind: [] for kind in WitnessKind}
    strange = []
    for text in texts:
        try:
            found = parse_witness(text)
        except SpecError:
            strange.append(text)
        else:
            known[found.kind].append(found)
    places = [each.words for each in known[WitnessKind.UPSTREAM]]
    told = [each.words for each in known[WitnessKind.DOCUMENT] if not (places and each.name == _VAGUE)]
    seen = ", ".join(each.words for each in known[WitnessKind.SERVER])
    return "; ".join([*places, *told, *([f"seen on {seen}"] if seen else []), *strange])
