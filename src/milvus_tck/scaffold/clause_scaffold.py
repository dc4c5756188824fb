"""The three files of a new clause: the promise, its test, and a mutant; each fails until it is filled in."""

import re
from dataclasses import dataclass
from pathlib import Path

from milvus_tck.spec.clause_files import clauses, kebab
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.keys import nearest
from milvus_tck.spec.placeholder import UNFILLED
from milvus_tck.spec.rpcs import rpcs

__all__ = ["ClauseScaffold", "Place", "ScaffoldError", "checkout", "extension", "named"]

_ID = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")

_CLAUSE = """
[[clause]]
id = "{id}"
rpc = "{rpc}"
level = "must"
text = "{unfilled}: the promise, as one sentence about what {rpc} does."
# A refusal: expect = {{ code = [1100] }}, or any-error = true where only failing matters. Nothing here: it succeeds.
# Only in some releases: profiles = "2.3..".  What has to hold before it can be judged: needs = ["…"].
witness = ["{unfilled}: a server that was seen to keep it, such as milvus@2.3.5, or a place in its source"]
"""
_HEAD = '''"""{rpc}: {unfilled_low}, in a few words."""

import pytest

{imports}
'''
_TEST = '''

@pytest.mark.clause("{id}")
def {function}(tck: Case) -> None:
    """{unfilled}: the sentence of the clause."""
    message = "{unfilled}: tck.accepted(calls.{snake}(...), effect=...) or tck.refused(...), in {file}"
    raise NotImplementedError(message)
'''
_MUTANT = """
[[mutant]]
id = "{id}~{unfilled_kebab}"
clause = "{id}"
operator = "{unfilled}: what is done to an answer, such as default, negate, plus (see CONTRIBUTING.md)"
path = "{unfilled}: the member that is changed"
sentence = "{unfilled}: what the server does wrong."
"""


class ScaffoldError(Exception):
    """Nothing was written: says what is wrong, why, and what to type next."""

    def __init__(self, what: str, why: str, then: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what, self.why, self.then = what, why, then


@dataclass(frozen=True, slots=True)
class Place:
    """Where the three files go, and how their test imports what it needs."""

    clause: Path
    test: Path
    mutant: Path
    imports: str
    #: Whether the folder of the test has to be a package, which `pyproject.toml` names.
    packaged: bool = False


@dataclass(frozen=True, slots=True)
class ClauseScaffold:
    """One clause to be written."""

    id: str
    rpc: str

    @property
    def function(self) -> str:
        """The name of its test."""
        return f"test_{self.id.partition('/')[2].replace('-', '_')}"

    def write(self, place: Place, whole: str = "") -> tuple[Path, ...]:
        """Write the three, behind what stands in the files already; returns what was written or changed.

        `whole` is a test file that is there in whole, where its test need not be filled in.
        """
        test = place.test.read_text(encoding="utf-8") if place.test.is_file() else ""
        if f"def {self.function}(" in test:
            why = f"{place.test} has a test {self.function} already"
            raise ScaffoldError(f"{self.id} cannot be written", why, f"$EDITOR {place.test}")
        head = "" if test else _HEAD.format(rpc=self.rpc, unfilled_low=UNFILLED, imports=place.imports)
        made = [
            (place.clause, self._filled(_CLAUSE, place)),
            (place.test, whole or head + self._filled(_TEST, place)),
            (place.mutant, self._filled(_MUTANT, place)),
        ]
        package = place.test.parent / "__init__.py"
        if place.packaged and not package.is_file():
            made.append(
                (package, f'"""The tests of {place.test.parent.name}; pyproject.toml names this package, too."""\n')
            )
        for path, text in made:
            _append(path, text)
        return tuple(path for path, _ in made)

    def _filled(self, template: str, place: Place) -> str:
        return template.format(
            id=self.id,
            rpc=self.rpc,
            function=self.function,
            snake=kebab(self.rpc).replace("-", "_"),
            file=place.test.name,
            unfilled=UNFILLED,
            unfilled_kebab=UNFILLED.lower().replace(" ", "-"),
        )


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(before + (text if before else text.lstrip("\n")), encoding="utf-8")


def named(word: str, rpc: str = "") -> ClauseScaffold:
    """Read `RPC/what`: `ListAliases/valid`, `list-aliases/valid`, or any word before the stroke with `rpc` named.

    Raises `ScaffoldError` for an id that exists or is none, and for an RPC that the service does not have.
    """
    first, stroke, what = word.partition("/")
    own = rpc or next((name for name in rpcs() if first in {name, kebab(name)}), "")
    name = f"{kebab(first) if first in rpcs() else first}{stroke}{what}"
    if not _ID.fullmatch(name):
        why = "an id is RPC/what, in small letters, digits and '-'"
        raise ScaffoldError(f"{word!r} is no id of a clause", why, "milvus-tck new clause list-aliases/valid")
    if own not in rpcs():
        near = nearest(own or first, rpcs())[:3]
        why = f"the service has no RPC {own or first!r}; the nearest are {', '.join(near)}"
        raise ScaffoldError(f"{word!r} is a promise of nothing", why, f"milvus-tck new clause {name} --rpc {near[0]}")
    if name in clauses():
        why = "an id is never used twice"
        raise ScaffoldError(f"there is a clause {name} already", why, f"milvus-tck explain {name}")
    return ClauseScaffold(name, own)


def checkout(scaffold: ClauseScaffold) -> Place:
    """Say where a promise of the protocol goes: a folder for its family, in it a file for its RPC.

    Raises `ScaffoldError` where the suite is installed from a wheel, which nobody writes in.
    """
    root = data_dir("proto").parent
    if not (root / "pyproject.toml").is_file():
        why = "milvus-tck is installed, and this is no checkout of it"
        raise ScaffoldError(f"{scaffold.id} has no place", why, f"milvus-tck new clause {scaffold.id} --in DIR")
    family, stem = rpcs()[scaffold.rpc].family, kebab(scaffold.rpc)
    imports = "from milvus_tck.verdict.case.case import Case"
    return Place(
        _clauses_of(root / "proto" / "clauses", family, stem),
        root / "suites" / family.replace("-", "_") / f"test_{stem.replace('-', '_')}.py",
        root / "proto" / "mutants" / family / f"{stem}.toml",
        imports,
        packaged=True,
    )


def _clauses_of(folder: Path, family: str, stem: str) -> Path:
    """Return the file of an RPC, or that of its whole family where it has one."""
    whole = folder / f"{family}.toml"
    return whole if whole.is_file() else folder / family / f"{stem}.toml"


def extension(scaffold: ClauseScaffold, folder: Path) -> Place:
    """Say where a promise of an extension goes: `clauses/`, `suites/` and `mutants/` of a folder."""
    stem = scaffold.id.partition("/")[0]
    return Place(
        folder / "clauses" / f"{stem}.toml",
        folder / "suites" / f"test_{stem.replace('-', '_')}.py",
        folder / "mutants" / f"{stem}.toml",
        "from milvus_tck import Case",
    )
