"""Extensions: promises, targets and report formats of others, brought in without a fork of the suite.

A package names what it brings by entry points of three groups:

    [project.entry-points."milvus_tck.extensions"]
    acme = "acme_tck"                  # a package with the folders clauses/, suites/ and mutants/
    [project.entry-points."milvus_tck.targets"]
    acme = "acme_tck.server:AcmeServer"
    [project.entry-points."milvus_tck.report_formats"]
    acme-csv = "acme_tck.csv_report:csv_files"

Folders that are no package are named by `--clauses DIR --suites DIR`. What others promise is private:
it is judged like the protocol and shown with its origin, and no profile requires it.
"""

import importlib.util
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["Extension", "ExtensionError", "extension_of", "extensions", "given", "installed", "load", "use"]

#: Groups of entry points.
PROMISES, TARGETS, REPORT_FORMATS = "milvus_tck.extensions", "milvus_tck.targets", "milvus_tck.report_formats"
#: The folders of an extension: each may be missing, not all of them.
_FOLDERS = ("clauses", "suites", "mutants")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
#: The origin of what the suite itself promises.
OURS = "milvus-tck"


class ExtensionError(Exception):
    """An extension cannot be used: says what is wrong, why, and what to type next. Its author's mistake, not ours."""

    def __init__(self, what: str, why: str, then: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.then = then


@dataclass(frozen=True, slots=True)
class Extension:
    """The folders of one origin; `None` for what it does not have."""

    origin: str
    clauses: Path | None = None
    suites: Path | None = None
    mutants: Path | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that there are."""
        return tuple(each for each in (self.clauses, self.suites, self.mutants) if each is not None)

    def node(self, path: Path) -> str:
        """Name a file of its suites as reports do: `acme:test_gold.py`."""
        assert self.suites is not None  # noqa: S101 - the caller found the file there
        return f"{self.origin}:{path.relative_to(self.suites).as_posix()}"


@dataclass
class _Given:
    """What the command line added to what is installed."""

    extensions: tuple[Extension, ...] = ()


_GIVEN = _Given()


def use(found: Iterable[Extension]) -> None:
    """Take these extensions beside the installed ones, in this process, in place of those given before."""
    _GIVEN.extensions = tuple(found)


def given(clauses: Iterable[Path] = (), suites: Iterable[Path] = ()) -> tuple[Extension, ...]:
    """Return the extensions that folders make: `given([Path("acme/clauses")], [Path("acme/suites")])`.

    The origin is the name of the folder, or, where that is only `clauses` or `suites`, of the one that holds it;
    mutants are looked for in `mutants` beside the clauses. Without folders, those that are in use.
    """
    found: dict[str, Extension] = {}
    for kind, folders in (("clauses", clauses), ("suites", suites)):
        for path in (each.resolve() for each in folders):
            if not path.is_dir():
                raise ExtensionError(f"--{kind} {path} cannot be used", "there is no such folder", f"mkdir {path}")
            origin = _origin(path)
            before = found.get(origin, Extension(origin))
            if getattr(before, kind) is not None:
                why = f"{getattr(before, kind)} and {path} are both called {origin!r}"
                raise ExtensionError("two folders have one origin", why, f"mv {path} {path.parent}/OTHER-NAME")
            mutants = _beside(path) or before.mutants
            own = {"clauses": before.clauses, "suites": before.suites, kind: path}
            found[origin] = Extension(origin, own["clauses"], own["suites"], mutants)
    return tuple(found.values()) or _GIVEN.extensions


def _origin(path: Path) -> str:
    name = path.parent.name if path.name in _FOLDERS else path.name
    return _named(re.sub(r"[^a-z0-9._-]", "-", name.lower()), str(path))


def _named(name: str, where: str) -> str:
    if name == OURS or not _NAME.fullmatch(name):
        why = f"{name!r} is no name for it: letters, digits, '.', '_' and '-', and not {OURS}"
        raise ExtensionError(f"the extension in {where} cannot be used", why, "docs/reference/extensions.md")
    return name


def _beside(clauses: Path) -> Path | None:
    folder = clauses.parent / "mutants"
    return folder if folder.is_dir() else None


def extensions() -> tuple[Extension, ...]:
    """Every extension: the installed ones by name, then those of the command line; raises `ExtensionError`."""
    own = {each.origin: each for each in _installed_extensions()}
    for each in _GIVEN.extensions:
        own[each.origin] = each  # a working copy stands for the package of its name
    return tuple(own.values())


def extension_of(path: Path) -> Extension | None:
    """Return the extension among whose suites a file is; `None` for anything else."""
    return next((each for each in extensions() if each.suites is not None and each.suites in path.parents), None)


@cache
def _installed_extensions() -> tuple[Extension, ...]:
    return tuple(_extension(_named(name, each.value), each.value) for name, each in installed(PROMISES).items())


def _extension(origin: str, package: str) -> Extension:
    """Find the folders of an installed package, without importing what is in it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError) as error:
        raise _unusable(PROMISES, origin, package, str(error)) from error
    places = [Path(place) for place in (spec.submodule_search_locations or ()) if spec is not None] if spec else []
    found = {name: place / name for place in places for name in _FOLDERS if (place / name).is_dir()}
    if not found:
        raise _unusable(PROMISES, origin, package, f"it is no package with one of the folders {', '.join(_FOLDERS)}")
    return Extension(origin, **found)


@cache
def installed(group: str) -> Mapping[str, "EntryPoint"]:
    """Return what installed packages name in a group, by name; raises `ExtensionError` where two have the same."""
    if not _may_be_named(group):
        return {}
    from importlib.metadata import entry_points  # noqa: PLC0415 - a tenth of what a verb that only reads may take

    found: dict[str, EntryPoint] = {}
    for each in sorted(set(entry_points(group=group)), key=lambda point: point.name):
        if each.name in found and found[each.name].value != each.value:
            why = f"{found[each.name].value} and {each.value} are both called {each.name!r} in {group}"
            raise ExtensionError("two installed packages bring the same", why, "pip list | grep -i tck")
        found[each.name] = each
    return found


def _may_be_named(group: str) -> bool:
    """Tell whether any package may name something in a group; only what is no folder has to be opened for that."""
    folders = [Path(place or ".") for place in sys.path]
    if any(place.is_file() for place in folders):
        return True
    names = ("*.*-info/entry_points.txt", "EGG-INFO/entry_points.txt")
    points = (found for place in folders for name in names for found in place.glob(name))
    return any(group.encode() in found.read_bytes() for found in points)


def load(group: str, name: str) -> Any:  # noqa: ANN401 - whatever the package brings
    """Import what an entry point names; raises `ExtensionError` where it cannot be."""
    point = installed(group)[name]
    try:
        return point.load()
    except Exception as error:
        raise _unusable(group, name, point.value, f"{type(error).__name__}: {error}") from error


def _unusable(group: str, name: str, value: str, why: str) -> ExtensionError:
    what = f"the entry point {name} = {value!r} of {group} cannot be used"
    return ExtensionError(what, why, f"python -c 'import {value.partition(':')[0]}'")
