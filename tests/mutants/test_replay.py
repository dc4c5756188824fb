"""A tape is a line of time: what was said next to the same bytes is the answer, and waiting takes no time."""

import time
from pathlib import Path

import pytest

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutants.replay.replay_binding import Missed, ReplayBinding, ReplayCaller, replay_run
from milvus_tck.mutants.replay.tape import ServerTapes, Step, Take, Tape, TapeBinding, key_of, load, save
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Never
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from tests.mutants.contexts import Script

_HAS, _DROP = m.HasCollectionRequest(collection_name="c"), m.DropCollectionRequest(collection_name="c")
_YES, _NO, _DONE = m.BoolResponse(value=True), m.BoolResponse(value=False), m.Status()


def _tape(*answers: m.BoolResponse) -> Tape:
    """Look, drop, look again, and so on."""
    tape = Tape()
    through = TapeBinding(Script(*answers), tape)
    for number in range(len(answers)):
        if number:
            tape.steps.append(Step(key_of("DropCollection", _DROP.SerializeToString(), ()), _reply(_DONE)))
        through.send("HasCollection", _HAS.SerializeToString(), 1)
    return tape


def _reply(answer: m.BoolResponse | m.Status) -> Reply:
    return Reply(answer.SerializeToString(), "OK")


def _looked(binding: ReplayBinding) -> Reply:
    return binding.send("HasCollection", _HAS.SerializeToString(), 1)


def test_the_next_answer() -> None:
    """The same question gets what was answered next, and in the end the last answer for ever."""
    binding = ReplayBinding(_tape(_YES, _YES, _NO))
    assert [_looked(binding) for _ in range(4)] == [_reply(each) for each in (_YES, _YES, _NO, _NO)]
    assert binding.repeated


def test_time_goes_on_with_every_question() -> None:
    """After the second write, what was seen before it is past."""
    binding = ReplayBinding(_tape(_YES, _NO))
    binding.send("DropCollection", _DROP.SerializeToString(), 1)
    assert _looked(binding) == _reply(_NO)
    assert not binding.repeated


@pytest.mark.parametrize(
    ("rpc", "payload", "metadata"),
    [
        ("HasPartition", _HAS.SerializeToString(), ()),
        ("HasCollection", b"", ()),
        ("HasCollection", _HAS.SerializeToString(), (("dbname", "d"),)),
    ],
    ids=["rpc", "bytes", "metadata"],
)
def test_what_was_never_asked(rpc: str, payload: bytes, metadata: tuple[tuple[str, str], ...]) -> None:
    """Nobody knows the answer to another question; the test ends there."""
    with pytest.raises(Missed):
        ReplayBinding(_tape(_YES)).send(rpc, payload, 1, metadata)


def test_waiting_takes_no_time() -> None:
    """What comes in the tape comes at once; what it does not bring never comes."""
    for answers, comes in (((_NO, _NO, _YES), True), ((_NO, _NO), False)):
        binding = ReplayBinding(_tape(*answers))
        caller = ReplayCaller(replay_run("abc123", 7, profile("2.3"), binding), "test")
        caller.repeated = lambda binding=binding: binding.repeated  # type: ignore[misc] # of this round
        case = Case(caller, ())
        started = time.monotonic()
        if comes:
            assert case.until(calls.has_collection("c"), lambda answer: answer.value, what="there") == _YES
        else:
            with pytest.raises(Never):
                case.until(calls.has_collection("c"), lambda answer: answer.value, what="there")
        assert time.monotonic() - started < 5


def test_a_recording_is_kept(tmp_path: Path) -> None:
    """What was saved is read back; what is no recording, or of another layout, is none."""
    path = tmp_path / "a" / "good.rec"
    assert load(path) is None
    known = ServerTapes(
        "milvus@2.3.5", "v2.3.5", "2.3", [Take("abc123", 7, tests={"t": _tape(_YES)}, states={"t": {}})]
    )
    save(known, path)
    assert load(path) == known
    path.write_bytes(path.read_bytes()[:-9])
    assert load(path) is None
