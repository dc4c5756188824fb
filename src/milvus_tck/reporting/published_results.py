"""Published results: files of results without what only the machine of the run could use, and an index of them.

A published file is what `diff` and `matrix` read: who was judged, by what, and what each check came to. Exchanges,
addresses and paths are left out. Its command makes the run again. Nobody edits one.
"""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from milvus_tck.reporting.run_column import RunColumn
from milvus_tck.reporting.templates import environment
from milvus_tck.reporting.text import clip
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from milvus_tck.verdict.results.result_file import Results, read_results

__all__ = ["ENDING", "index_markdown", "published_file", "published_name", "read_published", "unpublishable"]

ENDING = ".ndjson.gz"
#: What begins a path of a machine: absolute, in a folder that one has. Paths of HTTP and of upstream begin otherwise.
_ROOTS = (
    "home", "root", "Users", "work", "workspace", "builds", "github", "tmp", "var", "opt", "usr", "private", "srv",
    "data", "mnt", "media", "run", "etc",
)  # fmt: skip
_PATH = re.compile(rf"(?<![\w.}}*/-])/(?:{'|'.join(_ROOTS)})/[^\s'\",;:)\\]*")
#: Options of `check` that say where files are, and not what is judged.
_PLACES = frozenset({
    "--out", "--baseline", "--write-baseline", "--format", "--clauses", "--suites", "--tls-ca", "--tls-cert",
    "--tls-key", "--http", "--http-management",
})  # fmt: skip
#: A host with a port, or a URL.
_ADDRESS = re.compile(r"://|:\d+$")
_ENVIRONMENT = ("python", "grpcio", "protobuf")
#: Characters of what was expected and what came.
_WORDS = 300


def unpublishable(results: Results) -> str:
    """Say why a result is not to be published; empty where it is.

    A part of a run says nothing of the rest, and would take the place of a whole result.
    """
    header = results.header
    if not results.complete:
        return "its run was cut short"
    if header.partial:
        return "only a part of the suite was asked for"
    if _ADDRESS.search(header.target.name):
        return "its target is an address, which is nobody else's: give it a name in tck.toml"
    return ""


def published_name(results: Results) -> str:
    """Name the file of a result: `lite-3.2.2-as-3.0.ndjson.gz`."""
    header = results.header
    over = [name for name in header.asked.get("binding", "grpc").split(",") if name != "grpc"]
    strict = [name for name, given in (("strict", header.strict), ("protocol", header.strict_protocol)) if given]
    words = "-".join([header.target.name, "as", header.profile, *over, *strict])
    return f"{re.sub(r'[^A-Za-z0-9.+-]+', '-', words).strip('-')}{ENDING}"


def published_file(results: Results) -> bytes:
    """Make the file of a result, the same bytes from the same events."""
    footer = [] if results.footer is None else [_ended(results.footer)]
    events = [_begun(results.header), *(_judged(each) for each in results.checks), *footer]
    lines = "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in events)
    return gzip.compress(_PATH.sub("…", lines).encode("utf-8", "replace"), mtime=0)


def read_published(folder: Path) -> dict[str, Results]:
    """Read the results in a folder, by the name of their file; raises `ResultFileError`."""
    return {path.name: read_results(path) for path in sorted(folder.glob(f"*{ENDING}"))}


def index_markdown(published: dict[str, Results], sizes: dict[str, int]) -> str:
    """Write the index: a row for each file, with the command that makes it again; sizes in bytes."""
    rows = [(name, RunColumn(each), sizes[name]) for name, each in published.items()]
    return environment(html=False).get_template("published.md").render(rows=rows)


def _begun(header: Header) -> dict[str, Any]:
    environment = {name: header.environment[name] for name in _ENVIRONMENT if name in header.environment}
    target = replace(header.target, address="")
    command = list(_without_places(header.command))
    return replace(header, target=target, command=command, environment=environment).as_dict()


def _without_places(words: Sequence[str]) -> Iterator[str]:
    skip = False
    for word in words:
        option, equals, _ = word.partition("=")
        if skip or option in _PLACES:
            skip = not skip and not equals
        else:
            yield word


def _judged(check: CheckEvent) -> dict[str, Any]:
    """Leave out what proves a check, and what is as it goes without saying."""
    bare = replace(
        check,
        expected=clip(check.expected, _WORDS),
        actual=clip(check.actual, _WORDS),
        shared=[],
        exchanges=[],
        differences=[],
        deciding=None,
        witness=[],
        mutants=None,
        answered=None,
    )
    return {name: value for name, value in bare.as_dict().items() if value not in ("", [], None)}


def _ended(footer: Footer) -> dict[str, Any]:
    return replace(footer, preparations={}, counterparts={}).as_dict()
