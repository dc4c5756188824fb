"""Published results: what they keep, what they leave out, and what they are read for."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

from milvus_tck.reporting.published_results import (
    index_markdown,
    published_file,
    published_name,
    read_published,
    unpublishable,
)
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import JudgedTarget
from milvus_tck.verdict.results.result_file import Results, read_results
from milvus_tck.verdict.results.run_diff import diff_of
from tests.reporting.builders import a_check, a_failure, a_footer, a_header, an_exchange

#: Put together, so that no file of ours names such a folder.
_FOLDER = "/{}/somebody/server.cc".format("home")
_SHARE = "/{}/somebody/log".format("srv")


def a_result() -> Results:
    """Make a run that tells of its machine in every way."""
    checks = [
        a_check(),
        a_failure(actual=f"code 5: {_FOLDER}:12\nat {_FOLDER}", shared=["rows"], exchanges=[an_exchange()], deciding=0),
        a_check("c/c", State.BLOCKED, blocked_by="insert/unknown-field", level="should"),
    ]
    words = [
        "milvus-tck",
        "check",
        "lite@3.2.2",
        "--out",
        _FOLDER,
        "--clauses",
        "mine",
        "--seed=1",
        f"--baseline={_FOLDER}",
    ]
    target = JudgedTarget("lite@3.2.2", "3.2.2", "127.0.0.1:12345")
    header = a_header(command=words, target=target, environment={"python": "3.11.7", "platform": "box"}, profile="3.0")
    footer = a_footer(
        checks, incidents=[f"it died: {_FOLDER}", f"see {_SHARE}"], preparations={"rows": [an_exchange()]}
    )
    return Results(header, checks, footer)


def published(folder: Path) -> Path:
    """Publish it."""
    path = folder / published_name(a_result())
    path.write_bytes(published_file(a_result()))
    return path


def test_what_each_check_came_to_is_kept(tmp_path: Path) -> None:
    """Held against the run itself it differs in nothing, and it can be judged anew."""
    path = published(tmp_path)
    found = read_results(path)
    diff = diff_of(a_result(), found)
    assert (diff.changes, diff.circumstances, diff.slower, diff.same) == ((), (), (), True)
    assert [each.blocked_by for each in found.checks] == ["", "", "insert/unknown-field"]
    assert found.complete


def test_what_only_the_machine_can_use_is_left_out(tmp_path: Path) -> None:
    """No exchange, address or path; the command is the one that makes it again anywhere."""
    text = gzip.decompress(published(tmp_path).read_bytes()).decode()
    assert "somebody" not in text
    assert "12345" not in text
    assert "platform" not in text
    assert "collection_name" not in text
    assert read_results(tmp_path / published_name(a_result())).header.command == [
        "milvus-tck", "check", "lite@3.2.2", "--seed=1",
    ]  # fmt: skip
    for line in text.splitlines():
        json.loads(line)


def test_the_same_run_gives_the_same_bytes() -> None:
    """No time of writing gets into the file."""
    made = published_file(a_result())
    assert made == published_file(a_result())
    assert made[4:8] == bytes(4)  # where gzip has the time


def test_the_index_names_each_file_with_its_command(tmp_path: Path) -> None:
    """Who, by what, when, how much, what it came to, and how to make it again."""
    path = published(tmp_path)
    text = index_markdown(read_published(tmp_path), {path.name: path.stat().st_size})
    assert path.name == "lite-3.2.2-as-3.0.ndjson.gz"
    assert f"| [{path.name}]({path.name}) | lite@3.2.2 | 3.0 | 2026.11.0 | 2026-11-21 | 2 of 3 checks; " in text
    assert "\n$ milvus-tck check lite@3.2.2 --seed=1\n" in text


def test_what_would_take_the_place_of_a_whole_result_is_not_published() -> None:
    """A run that was cut short, one of a part, and one of an address, each with its reason; a whole one is."""
    run = a_result()
    assert unpublishable(run) == ""
    assert "cut short" in unpublishable(replace(run, footer=None))
    assert "a part" in unpublishable(replace(run, header=replace(run.header, partial=True)))
    for address in ("127.0.0.1:19530", "[::1]:19530", "https://milvus.example"):
        target = replace(run.header.target, name=address)
        assert "is an address" in unpublishable(replace(run, header=replace(run.header, target=target)))


def test_a_strict_run_is_another_file() -> None:
    """It was held to more, and does not take the place of the one that was not."""
    run = a_result()
    headers = (run.header, replace(run.header, strict=True), replace(run.header, strict_protocol=True))
    assert len({published_name(replace(run, header=each)) for each in headers}) == 3


def test_two_bindings_are_two_files() -> None:
    """A run over HTTP does not take the place of the one over gRPC."""
    run = a_result()
    run.header.asked["binding"] = "grpc,http-v1"
    assert published_name(run) == "lite-3.2.2-as-3.0-http-v1.ndjson.gz"
