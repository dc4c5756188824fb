"""The commands of the documents and of the help texts, as they are written there."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import click

from milvus_tck.cli.main import cli
from tests.packaging.checkout import ROOT, files

__all__ = ["Example", "examples"]

_PROGRAMS = ("milvus-tck", "make", "pytest", "pip", "python", "curl", "locust", "git", "cat")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^    (milvus-tck .*)$", re.MULTILINE)
_INLINE = re.compile(rf"`((?:{'|'.join(_PROGRAMS)}) [^`]+)`")
#: What begins a command in a block of a kind.
_PROMPTS = {"console": "$ ", "yaml": "- run: "}


@dataclass(frozen=True)
class Example:
    """One command, where it stands, and its words up to a pipe or a redirection."""

    where: str
    text: str

    @property
    def words(self) -> list[str]:
        """What the shell would make of it, but for what it would put in for `*` and `$`."""
        words = shlex.split(self.text, comments=True)
        ends = [at for at, word in enumerate(words) if word in {"|", ">", ">>"}]
        return words[: min(ends, default=len(words))]

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def examples() -> list[Example]:
    """Every command, each once."""
    found = [each for path in files() if _is_document(path) for each in _of_document(path)]
    return list({each.text: each for each in (*found, *_of_help())}.values())


def _is_document(path: str) -> bool:
    return path.endswith(".md") and path.startswith(("README", "docs/"))


def _of_document(path: str) -> Iterator[Example]:
    text = (ROOT / path).read_text(encoding="utf-8")
    for kind, block in _FENCE.findall(text):
        if kind == "sh":
            yield from (Example(path, each) for each in re.split(r"\n(?=curl )", block.rstrip()))
        elif kind in _PROMPTS:
            yield from (Example(path, line) for line in _after(_PROMPTS[kind], block))
    for shown in (*_INDENTED.findall(text), *_INLINE.findall(_FENCE.sub("", text))):
        yield Example(path, shown)


def _after(prompt: str, block: str) -> list[str]:
    return [line.removeprefix(prompt) for line in block.splitlines() if line.startswith(prompt)]


def _of_help() -> Iterator[Example]:
    """Yield the lines below "Examples"; what they do stands behind them, two spaces on."""
    context = click.Context(cli)
    for verb in cli.list_commands(context):
        command = cli.get_command(context, verb)
        assert command is not None
        for line in (command.epilog or "").splitlines():
            if line.startswith(("  milvus-tck", "  curl")):
                yield Example(f"milvus-tck {verb} --help", re.split(r"\s{2,}", line.strip())[0])
