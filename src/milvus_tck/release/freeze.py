"""Cutting a release: `python -m milvus_tck.release.freeze` writes down what each profile requires from now on."""

from collections import defaultdict
from pathlib import Path

import click

import milvus_tck
from milvus_tck.listing.known_tests import known_tests
from milvus_tck.spec.clause_files import protocol_clauses
from milvus_tck.spec.data import proto_dir
from milvus_tck.spec.profiles import profiles
from milvus_tck.spec.required_clauses import required, required_text
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["command", "freeze"]


@click.command()
@click.option("--release", default="", help="Version of the suite (default: that of pyproject.toml).")
def command(release: str) -> None:
    """Freeze what every profile requires, and say what is new in each."""
    for name, new, gone in freeze(proto_dir() / "profiles" / "required", release or milvus_tck.__version__):
        click.echo(f"{name}: {new} new, {gone} gone")


def freeze(folder: Path, release: str) -> list[tuple[str, int, int]]:
    """Write the list of every profile; return for each how many entries came and went."""
    cases: defaultdict[str, list[str]] = defaultdict(list)
    for test in known_tests():
        for name, case in test.marks:
            cases[name].append(case)
    folder.mkdir(exist_ok=True)
    return [_freeze(folder, release, line.name, cases) for line in profiles()]


def _freeze(folder: Path, release: str, name: str, cases: dict[str, list[str]]) -> tuple[str, int, int]:
    line = next(each for each in profiles() if each.name == name)
    path, found = folder / f"{name}.list", required(line)
    before = set() if found is None else {f"{level} {key}" for key, level in found.levels.items()}
    write_whole(path, required_text(protocol_clauses().values(), cases, line, release))
    required.cache_clear()
    after = required(line)
    now = set() if after is None else {f"{level} {key}" for key, level in after.levels.items()}
    return name, len(now - before), len(before - now)


if __name__ == "__main__":
    command()
