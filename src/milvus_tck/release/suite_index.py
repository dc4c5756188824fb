"""`python -m milvus_tck.release.suite_index FILE` writes the index of the suites that a wheel brings along."""

from pathlib import Path

import click

from milvus_tck.listing.known_tests import collected_tests
from milvus_tck.planning.index import digest, dump
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["command"]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Write the index to FILE."""
    write_whole(file, dump(tuple(collected_tests()), digest()))


if __name__ == "__main__":
    command()
