"""Whoever types what a document shows gets what it says.

Commands that judge, list, explain, report or tidy up are run, against a milvus-lite: a check is shortened to
one clause. Those that go on until Ctrl-C, put load on a server, or start one, are read by
the verb that they call, with the files and scenarios that they name; what they do has tests of its own.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from milvus_tck.cli.main import cli, main
from milvus_tck.load.plan.job import LoadJob
from milvus_tck.load.plan.objectives import parse_objective
from milvus_tck.mutants.catalogue.files import mutants_dir, read_mutants
from milvus_tck.sdk.sdk_run import chosen
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profile
from milvus_tck.targets.lite import LiteServer
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.session.selection import selector
from tests.docs.examples import Example, examples
from tests.packaging.checkout import ROOT

_EXAMPLES = examples()
#: Servers of the documents, each of which is one that runs here.
_SERVER = re.compile(r"\b(?:host|127\.0\.0\.1|10\.0\.0\.5):19530\b")
_STARTED = re.compile(r"^(?:milvus|lite)(?:@[\d.]+)?$")
_ONE = "clause=has-collection/existing"
#: A clause, or a check of one, in a word of its own.
_CLAUSE = re.compile(r"^(?:clause=)?([a-z-]+/[a-z0-9-]+)(?:\.[\w-]+)?(?::[\w-]+@[\w-]+)?$")
#: Words that stand for what a reader puts in.
_PLACES = {"CHECK", "CLAUSE", "TARGET", "HOST:PORT", "[TARGET]", "[--json]", "clause=…"}
_RUN = {"list", "explain", "sweep", "report", "check", "releases"}
_READ = {"baseline", "load", "serve", "proxy", "gateway", "mutants", "new", "repro", "doctor"}
_READ |= {"observe", "compare-observed", "sdk", "diff", "matrix"}


def _of(program: str, *verbs: str) -> list[Example]:
    found = [each for each in _EXAMPLES if each.words[0] == program]
    return [each for each in found if not verbs or (len(each.words) > 1 and each.words[1] in verbs)]


def _shown(found: list[Example]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return pytest.mark.parametrize("example", found, ids=str)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server that runs."""
    server = LiteServer("lite@3.2.2", "3.2.2")
    server.start()
    yield server.address
    server.stop()


@pytest.fixture(scope="module")
def prepared(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples name: a run, a baseline, a scenario, rules, a described target."""
    folder = tmp_path_factory.mktemp("reader")
    out = folder / "tck-out" / "latest"
    with pytest.raises(SystemExit):
        main(["check", address, "--select", _ONE, "--out", str(out),
              "--write-baseline", str(folder / "known.toml")])  # fmt: skip
    (folder / "results.ndjson").write_bytes((out / "results.ndjson").read_bytes())
    (folder / "my.toml").write_bytes((ROOT / "loadtests" / "scenarios" / "search.toml").read_bytes())
    (folder / "faults.toml").write_text("", encoding="utf-8")
    (folder / "tck.toml").write_text(f'[targets.staging]\naddress = "{address}"\n', encoding="utf-8")
    (folder / "milvus-tck").symlink_to(ROOT)
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / "proto").mkdir()
    for night in ("night-29", "night-30"):
        (folder / night).mkdir()
    return folder


@pytest.fixture
def here(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in that folder, with ledgers apart."""
    monkeypatch.chdir(prepared)
    monkeypatch.setenv("MILVUS_TCK_STATE", str(tmp_path / "state"))
    return prepared


def _typed(words: list[str], address: str) -> list[str]:
    """Put the server in; a server that would be started is the same one."""
    typed = [_SERVER.sub(address, word) for word in words[1:] if word not in {"[TARGET]", "[--json]"}]
    return [address if _STARTED.match(word) else word for word in typed]


def _code(words: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_every_program_is_known() -> None:
    """No example is left out: each is of a program, and a verb, that a test below is about."""
    programs = {"milvus-tck", "make", "pytest", "pip", "python", "curl", "locust", "git", "cat", "eval"}
    assert {each.words[0] for each in _EXAMPLES} <= programs
    verbs = {each.words[1] for each in _of("milvus-tck") if not each.words[1].startswith("-")}
    assert verbs <= _RUN | _READ
    assert len(_of("milvus-tck")) > 60


@_shown(_of("milvus-tck"))
def test_its_verb_reads_it(example: Example, here: Path) -> None:  # noqa: ARG001 - files that it names
    """Every verb, option, file and value is one that there is."""
    words = [word for word in example.words[1:] if word not in {"[TARGET]", "[--json]"}]
    if len(words) == 1:  # the name of a verb, in a sentence
        assert words[0] in cli.list_commands(click.Context(cli))
        return
    given = _read(words)
    target = str(given.get("target") or "")
    if target and target not in _PLACES and not _SERVER.search(target) and words[0] != "explain":
        resolve(target)
    if words[0] == "load" and "scenario" in given:  # that of a trend plays nothing
        LoadJob("", resolve("null").credentials, **_planned(given)).plan()


def _read(words: list[str]) -> dict[str, Any]:
    """Return what the options and arguments come to; raises what a user would be told."""
    command: click.Command = cli
    context = cli.make_context("milvus-tck", list(words))
    while isinstance(command, click.Group):
        first, *rest = (*context._protected_args, *context.args)
        inner = command.get_command(context, first)
        assert inner is not None, f"there is no verb {first}"
        command, context = inner, inner.make_context(first, rest, parent=context)
    return context.params


def _planned(given: dict[str, Any]) -> dict[str, Any]:
    wanted = {"scenario", "operations", "objectives", "rate", "users", "seconds"}
    found = {name: value for name, value in given.items() if name in wanted}
    if given["against"]:  # bounds on ratios are held against the other side, and not in each run
        found["objectives"] = tuple(text for text in given["objectives"] if not parse_objective(text).relative)
    return found


@_shown(_of("milvus-tck"))
def test_its_clauses_are_there(example: Example) -> None:
    """A clause that is named is one of the protocol, or of SDKs, and a selection matches some."""
    if example.words[1] == "sdk":
        assert "--select" not in example.words or chosen([example.words[example.words.index("--select") + 1]])
        return
    for word in example.words[2:] if example.words[1] != "new" else ():
        named = _CLAUSE.match(word)
        if named and word not in _PLACES and not word.startswith("tck-out/") and not (ROOT / word).exists():
            assert named[1] in clauses(), named[1]
    if "--select" in example.words:
        selection = example.words[example.words.index("--select") + 1]
        if example.words[1] == "mutants":
            line = example.words[example.words.index("--profile") + 1] if "--profile" in example.words else "2.3"
            assert any(selection in each.id for each in read_mutants(mutants_dir(), profile(line)))
            return
        assert selection in _PLACES or selector(selection)
        assert selection in _PLACES or _code(["list", "--select", selection]) == 0


@_shown([each for each in _of("milvus-tck", *sorted(_RUN - {"check"})) if each.words[1:] != ["explain"]])
def test_it_does_what_it_says(example: Example, here: Path, address: str) -> None:  # noqa: ARG001 - stands there
    """It ends well."""
    typed = _typed(example.words, address)
    typed = [{"TARGET": address, "CLAUSE": "has-collection/existing"}.get(word, word) for word in typed]
    assert _code(typed) == 0


@_shown([each for each in _of("milvus-tck", "check") if "--binding" not in each.words and not {*each.words} & _PLACES])
def test_a_check_judges(example: Example, here: Path, address: str) -> None:
    """It comes to a verdict, and leaves its results; one clause stands for all."""
    typed = _typed(example.words, address)
    if typed == ["check"]:
        typed.append(address)
    chosen = [] if "--select" in typed else ["--select", _ONE]
    assert _code([*typed, *chosen]) in {0, 1, 2}
    assert (here / "tck-out" / "latest" / "summary.json").is_file()


@_shown(_of("eval"))
def test_a_shell_takes_it(example: Example, here: Path) -> None:
    """The shell that evaluates it has nothing to say."""
    shell = "zsh" if "zsh" in example.text else "bash"
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    given = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run([shell, "-c", example.text], cwd=here, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@_shown(_of("make"))
def test_make_knows_it(example: Example) -> None:
    """There is such a target; nothing is made."""
    assert _ends(["make", "--dry-run", *example.words[1:]], ROOT).returncode == 0


@_shown(_of("pip"))
def test_pip_would_install_it(example: Example, here: Path) -> None:
    """Pip finds and reads what it is told to install: a folder, a lock, a repository; it installs nothing."""
    words = [word.replace("$MILVUS_TCK", ROOT.as_uri()) for word in example.words]
    assert "milvus-tck" not in words
    if any("*" in word for word in words):
        return  # what `pip wheel` made; the tests of the wheel install it
    calm = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    if words[1] == "wheel" or "--requirement" in words:
        lock = words[words.index("--requirement") + 1] if "--requirement" in words else "milvus-tck/pyproject.toml"
        assert (here / lock).is_file()
        return
    folder = ROOT if any(word.partition("[")[0] == "." for word in words) else here  # with extras, or without
    done = _ends([sys.executable, "-m", "pip", *words[1:], "--dry-run", *calm], folder)
    assert done.returncode == 0, done.stderr


@_shown(_of("pytest"))
def test_pytest_finds_the_suites(example: Example, address: str) -> None:
    """The tests of the suites that it names are collected."""
    typed = [_SERVER.sub(address, word) for word in example.words[1:]]
    done = _ends([sys.executable, "-m", "pytest", "-q", "--collect-only", *typed], ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_" in done.stdout


@_shown(_of("locust"))
def test_locust_would_read_it(example: Example) -> None:
    """The file and the scenario that it names are there."""
    words = example.words
    assert (ROOT / words[words.index("-f") + 1]).is_file()
    LoadJob("", resolve("null").credentials, scenario=words[words.index("--scenario") + 1]).plan()


def _ends(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_a_wrong_example_is_noticed() -> None:
    """A clause that is not there, and an option that no verb has, do not go through."""
    with pytest.raises(AssertionError):
        test_its_clauses_are_there(Example("here", "milvus-tck explain search/topk-16385"))
    with pytest.raises(click.UsageError):
        test_its_verb_reads_it(Example("here", "milvus-tck check host:19530 --colour red"), ROOT)
