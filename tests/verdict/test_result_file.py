"""`results.ndjson`: whole lines, at any moment."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header, JudgedTarget
from milvus_tck.verdict.results.result_file import FILE, ResultFileError, Results, Writer, read_header, read_results
from tests.reporting.builders import HOSTILE, a_check, a_failure, a_footer, a_header

Event = Header | CheckEvent | Footer
_SAID = HOSTILE.replace("\ud800", "")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """A header, checks and a footer come back as they were, whatever a target said."""
    checks = [a_check(), a_failure(actual=_SAID), a_check("b/b", State.BLOCKED, blocked_by="a/a", shared=["x"])]
    header, footer = a_header(planned=3, partial=True), a_footer(checks, leftovers=["tck_x"], lost=True)
    writer = Writer(tmp_path / FILE)
    events: list[Event] = [header, *checks, footer]
    for event in events:
        writer.write(event)
    writer.close()
    assert read_results(tmp_path) == read_results(tmp_path / FILE) == Results(header, checks, footer)


def test_every_event_is_there_when_the_write_returns(tmp_path: Path) -> None:
    """A reader beside the writer sees every event at once: a killed run loses nothing that was judged."""
    writer = Writer(tmp_path / FILE)
    writer.write(a_header())
    for number in range(3):
        writer.write(a_check(f"a/{number}"))
        found = read_results(tmp_path)
        assert len(found.checks) == number + 1
        assert not found.complete
    writer.close()


def test_a_pass_is_short(tmp_path: Path) -> None:
    """What is empty is left out of a pass, and comes back empty."""
    writer = Writer(tmp_path / FILE)
    writer.write(a_header())
    writer.write(a_check())
    writer.close()
    line = (tmp_path / FILE).read_text(encoding="utf-8").splitlines()[1]
    assert json.loads(line).keys() >= {"event", "check", "clause", "level", "state", "signature", "seconds"}
    assert not json.loads(line).keys() & {"exchanges", "blocked_by", "expected", "actual"}
    assert read_results(tmp_path).checks == [a_check()]


@given(st.data())
def test_a_file_that_was_cut_is_readable(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever byte the kill came after: all whole events are read, and the run is not complete."""
    events: list[Event] = [a_header(), a_failure(actual=_SAID), a_check("b/b"), a_footer()]
    lines = [json.dumps(event.as_dict(), ensure_ascii=False).encode() + b"\n" for event in events]
    whole = b"".join(lines)
    cut = data.draw(st.integers(len(lines[0]), len(whole) - 2))
    path = tmp_path_factory.mktemp("cut") / FILE
    path.write_bytes(whole[:cut])
    found = read_results(path)
    ends = [sum(map(len, lines[: number + 1])) - 1 for number in range(len(lines))]
    assert len(found.checks) == sum(end <= cut for end in ends[1:3])
    assert not found.complete


def test_a_new_run_begins_a_new_file(tmp_path: Path) -> None:
    """The results of an older run in the same folder are not mixed with those of this one."""
    for number in range(2):
        writer = Writer(tmp_path / FILE)
        writer.write(a_header(seed=number))
        writer.close()
    assert read_results(tmp_path).header.seed == 1
    assert len((tmp_path / FILE).read_text(encoding="utf-8").splitlines()) == 1


def test_a_folder_without_results(tmp_path: Path) -> None:
    """What cannot be read is an error with its name."""
    with pytest.raises(ResultFileError, match=r"results\.ndjson cannot be read"):
        read_results(tmp_path)


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    """Events are values on either side of the file, in all that they hold."""
    told = Difference("insert_cnt", "3", "0")
    failure = a_failure(differences=[told])
    header, footer = (
        a_header(target=JudgedTarget("a", "v2", "h:1", {"build": "x"}, reliable=False)),
        a_footer([failure]),
    )
    writer = Writer(tmp_path / FILE)
    for event in (header, failure, footer):
        writer.write(event)
    writer.close()
    found = read_results(tmp_path)
    assert (found.header, found.checks, found.footer) == (header, [failure], footer)
    assert found.checks[0].differences == [told]
    assert footer.capabilities


@pytest.mark.parametrize("target", [[], "milvus", None, 7])
def test_a_target_that_is_none(tmp_path: Path, target: object) -> None:
    """A header whose target is no table is none of ours."""
    line = json.dumps({**a_header().as_dict(), "target": target})
    (tmp_path / FILE).write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(ResultFileError, match="JudgedTarget"):
        read_results(tmp_path)


def test_the_header_of_a_compressed_file(tmp_path: Path) -> None:
    """How a run began is told of a file that gzip compressed, too; one that is broken has a reason."""
    lines = "".join(f"{json.dumps(each.as_dict())}\n" for each in (a_header(), a_check(), a_footer())).encode()
    for raw in (lines, gzip.compress(lines)):
        (tmp_path / FILE).write_bytes(raw)
        assert read_header(tmp_path) == read_results(tmp_path).header == a_header()
    (tmp_path / FILE).write_bytes(gzip.compress(lines)[:15])
    with pytest.raises(ResultFileError, match="its compression is broken"):
        read_header(tmp_path)
