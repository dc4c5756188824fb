"""Rules that hold themselves: how long a module may be, what it may be called, and that somebody uses it."""

import tomllib
from functools import cache

from tests.packaging.checkout import ROOT, files, project
from tests.packaging.module_graph import edges, modules
from tests.packaging.module_rules import (
    KNOWN_TWICE,
    long_functions,
    long_modules,
    metaphors,
    participles,
    twice_named_classes,
    twice_named_modules,
    unused,
)

#: What a tool writes.
_GENERATED = "src/milvus_tck/wire/stubs/"
#: Texts that a script of `repro` is made of: classes in them are none of the engine.
_SCRIPT = "src/milvus_tck/repro/"


@cache
def _sources() -> dict[str, str]:
    """Every module that people write, by its path."""
    own = (path for path in files() if path.endswith(".py") and not path.startswith(_GENERATED))
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in own}


@cache
def _engine() -> dict[str, str]:
    return {path: text for path, text in _sources().items() if path.startswith("src/")}


def _entries() -> set[str]:
    """Modules that something else than an import starts: packages, programs, verbs, and what the build names."""
    scripts = project()["project"]["scripts"].values()
    plugins = [value for group in project()["project"]["entry-points"].values() for value in group.values()]
    named = {each.partition(":")[0] for each in (*scripts, *plugins)}
    programs = {name for name, path in modules().items() if "\nif __name__ ==" in path.read_text(encoding="utf-8")}
    verbs = {name for name in modules() if name.startswith("milvus_tck.cli.verbs.")}
    packages = {name for name, path in modules().items() if path.name == "__init__.py"}
    return named | programs | verbs | packages | {"milvus_tck.load.__main__", "milvus_tck.loadtests.locustfile"}


def test_a_module_can_be_held_in_the_head() -> None:
    """No module has more than 400 lines, and no function more than 50."""
    assert long_modules(_sources()) == []
    assert long_functions(_sources()) == []


def test_a_longer_one_is_noticed() -> None:
    """One line more than allowed is too many; a docstring is not counted, a nested function is."""
    assert long_modules({"a.py": "x = 1\n" * 4, "b.py": "x = 1\n" * 5}, limit=4) == ["b.py: 5 lines"]
    body = "    x = 1\n" * 3
    text = (
        f'def short():\n    """Say.\n\n    More.\n    """\n{body}\ndef outer():\n    def long():\n'
        + "        x = 1\n" * 4
    )
    assert long_functions({"a.py": text}, limit=3) == ["a.py: outer has 5 lines", "a.py: long has 4 lines"]


def test_a_module_has_a_name_of_its_own() -> None:
    """A name stands for one module, unless it is a conventional one or a known pair; that list only gets shorter."""
    found = twice_named_modules(list(_engine()))
    assert {name: own for name, own in found.items() if name not in KNOWN_TWICE} == {}
    assert KNOWN_TWICE - found.keys() == set()


def test_a_class_has_a_name_of_its_own() -> None:
    """A name stands for one public class of the engine."""
    found = twice_named_classes({path: text for path, text in _engine().items() if not path.startswith(_SCRIPT)})
    assert found == {}


def test_a_name_that_is_used_twice_is_noticed() -> None:
    """Modules and public classes; verbs, conventional names and private classes are none of it."""
    paths = ["a/ledger.py", "b/ledger.py", "a/errors.py", "b/errors.py", "x/cli/verbs/ledger.py"]
    assert twice_named_modules(paths) == {"ledger": ["a/ledger.py", "b/ledger.py"]}
    sources = {
        "a.py": "class Row: ...\nclass _Own: ...\n",
        "b.py": "class Row: ...\nclass _Own: ...\nclass Other: ...\n",
    }
    assert twice_named_classes(sources) == {"Row": ["a.py", "b.py"]}


def test_a_module_is_called_by_a_noun_of_the_field() -> None:
    """No metaphor, participle or preposition names a module."""
    assert metaphors([path for path in _sources() if not path.startswith("tests/")]) == []


def test_no_participle_names_a_module() -> None:
    """What ends like a participle is one of the nouns that do."""
    assert participles(_engine()) == []


def test_a_participle_is_noticed() -> None:
    """A module that is one word; a word that says which noun is meant may stand before it."""
    paths = ["a/receiving.py", "a/blocked.py", "a/blocked_checks.py", "a/finding.py", "a/feed.py", "a/_packing.py"]
    assert participles(paths) == ["a/receiving.py", "a/blocked.py", "a/_packing.py"]


def test_a_metaphor_is_noticed() -> None:
    """Alone, behind an underscore, or joined to another word; as a part of a longer word it is none."""
    paths = ["a/aside.py", "suites/_asking.py", "b/tape_studio.py", "c/background.py", "d/overview.py"]
    assert metaphors(paths) == ["a/aside.py", "suites/_asking.py", "b/tape_studio.py"]


def test_every_module_is_used() -> None:
    """Each module is imported by another one, or something starts it."""
    engine = [name for name in modules() if not name.startswith("milvus_tck.suites")]
    assert unused(engine, edges(), _entries()) == []


def test_a_module_that_nobody_imports_is_noticed() -> None:
    """Whoever is imported by itself alone is not used; who is started is."""
    graph = {"main": {"a"}, "a": set[str](), "b": {"b"}, "c": {"a"}}
    assert unused(graph, graph, {"main"}) == ["b", "c"]


def test_what_the_build_starts_is_read_from_it() -> None:
    """The entries are those of pyproject.toml."""
    raw = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert raw["project"]["scripts"]["milvus-tck"].partition(":")[0] in _entries()
    assert "milvus_tck.pytest11" in _entries()
