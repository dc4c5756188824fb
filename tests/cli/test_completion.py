"""Completion in a shell: what click's own protocol offers after TAB."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from milvus_tck.cli.main import cli
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profiles


def _offered(*arguments: str) -> list[str]:
    """What is offered for the last of the words."""
    *before, incomplete = arguments
    shell = BashComplete(cli, {}, "milvus-tck", "_MILVUS_TCK_COMPLETE")
    return [each.value for each in shell.get_completions(before, incomplete)]


def test_verbs_and_options() -> None:
    """Verbs by their beginning; options of a verb where a dash was typed."""
    assert _offered("ex") == ["explain"]
    assert "mutants" in _offered("")
    assert "--select" in _offered("list", "--s")


@pytest.mark.parametrize("verb", ["check", "list", "serve", "proxy", "gateway", "load"])
def test_targets(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is described here, what is built in, and releases that somebody has seen."""
    (tmp_path / "tck.toml").write_text('[targets.staging]\naddress = "h:1"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert _offered(verb, "sta") == ["staging"]
    assert {"milvus", "milvus@2.3.5", "milvus@2.2.16"} <= set(_offered(verb, "mil"))
    assert _offered(verb, "nu") == ["null"]


def test_a_tck_toml_that_can_not_be_read_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TAB says nothing about it; the verb will."""
    (tmp_path / "tck.toml").write_text("not toml", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert _offered("list", "refu") == ["refuser"]


def test_profiles_and_bindings() -> None:
    """Profiles in their order; bindings also behind a comma, each once."""
    assert _offered("list", "--profile", "") == [*(each.name for each in profiles()), "auto"]
    assert _offered("list", "--binding", "") == list(binding_rows())
    assert _offered("check", "--binding", "grpc,http-v") == ["grpc,http-v1", "grpc,http-v2"]
    assert "grpc,grpc" not in _offered("list", "--binding", "grpc,")


def test_clauses() -> None:
    """Clauses by id; `explain` takes RPCs and families, too."""
    assert _offered("explain", "search/offs") == [name for name in clauses() if name.startswith("search/offs")]
    assert "Search" in _offered("explain", "Sea")
    assert "names" in _offered("explain", "na")
    assert _offered("mutants", "--clause", "search/offset-b") == ["search/offset-beyond"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("rp", ["rpc="]),
        ("rpc=Sea", ["rpc=Search"]),
        ("level=sh", ["level=should"]),
        ("clause=search/offset-b", ["clause=search/offset-beyond"]),
        ("capability=al", ["capability=aliases"]),
        ("not fam", ["not family="]),
        ("rpc=Search ", ["rpc=Search and", "rpc=Search or"]),
        ("rpc=Search and le", ["rpc=Search and level="]),
        ("(rpc=Sea", ["(rpc=Search"]),
        ("nonsense=x", []),
    ],
)
def test_selections(typed: str, offered: Sequence[str]) -> None:
    """A name, then its values, then what joins the next term."""
    assert _offered("list", "--select", typed) == list(offered)


@pytest.mark.parametrize(("shell", "word"), [("bash", "plain,search/offset-beyond"), ("zsh", "search/offset-beyond"),
                                             ("fish", "plain,search/offset-beyond")])  # fmt: skip
def test_the_protocol_of_a_shell(shell: str, word: str) -> None:
    """The command answers the variables that the script of each shell sets."""
    asked = {"bash": "milvus-tck explain search/offset-b", "zsh": "milvus-tck explain search/offset-b",
             "fish": "milvus-tck explain search/offset-b"}[shell]  # fmt: skip
    cword = "search/offset-b" if shell == "fish" else "2"
    variables = {"_MILVUS_TCK_COMPLETE": f"{shell}_complete", "COMP_WORDS": asked, "COMP_CWORD": cword}
    command = [Path(sys.executable).with_name("milvus-tck")]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert word in done.stdout
    assert done.stderr == ""


def test_the_script_that_the_guide_installs() -> None:
    """Bash takes it; each shell has its own."""
    command = [Path(sys.executable).with_name("milvus-tck")]
    for shell in ("zsh", "fish"):
        variables = {**os.environ, "_MILVUS_TCK_COMPLETE": f"{shell}_source"}
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        assert "_MILVUS_TCK_COMPLETE" in done.stdout
    bash = shutil.which("bash")
    assert bash is not None
    line = f'eval "$(_MILVUS_TCK_COMPLETE=bash_source {command[0]})" && complete -p milvus-tck'
    done = subprocess.run([bash, "-c", line], capture_output=True, text=True, check=False)
    assert "milvus-tck" in done.stdout, done.stderr
