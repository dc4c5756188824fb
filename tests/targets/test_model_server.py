"""The executable model as a target: what it is called, and what it does with calls themselves."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.definitions import VALID

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.mutants.code.model_binding import ModelBinding
from milvus_tck.spec.profiles import profile
from milvus_tck.targets.base import Target, TargetUsageError
from milvus_tck.targets.names import TargetKind, held_to, understand
from milvus_tck.targets.resolver import resolve
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call


@pytest.fixture
def target() -> Iterator[Target]:
    """The model of one release."""
    made = resolve("model@2.6.4")
    made.start()
    yield made
    made.stop()


def _asked(target: Target, call: Call[Any], seconds: float = 10) -> tuple[str, bytes | None]:
    binding = GrpcBinding(target.address, target.credentials)
    reply = binding.send(call.rpc, call.sent, seconds, call.metadata)
    binding.close()
    return reply.code, reply.payload


def _there(target: Target, call: Call[m.BoolResponse]) -> bool:
    code, payload = _asked(target, call)
    assert (code, payload is None) == ("OK", False)
    return m.BoolResponse.FromString(payload or b"").value


def test_it_tells_its_release(target: Target) -> None:
    """GetVersion names the release that was asked for."""
    binding = GrpcBinding(target.address, target.credentials)
    reply = binding.send("GetVersion", b"", 10)
    binding.close()
    assert m.GetVersionResponse.FromString(reply.payload or b"").version == "v2.6.4-model"


def test_it_forgets_when_it_is_started_again(target: Target) -> None:
    """What was created is there until the target is restarted."""
    assert not _there(target, calls.has_collection("a"))
    _asked(target, VALID("a"))
    assert _there(target, calls.has_collection("a"))
    target.restart()
    assert not _there(target, calls.has_collection("a"))


def test_the_database_of_the_metadata(target: Target) -> None:
    """The metadata key dbname names the database of a request that names none itself."""
    _asked(target, Call("CreateDatabase", m.CreateDatabaseRequest(db_name="d")))
    _asked(target, VALID("a").tagged(dbname="d"))
    assert [_there(target, calls.has_collection("a").but(db_name=name)) for name in ("", "d")] == [False, True]


def test_calls_that_are_none(target: Target) -> None:
    """What the release does not have is UNIMPLEMENTED, bytes that are no message are INTERNAL, and it goes on."""
    has = calls.has_collection("a")
    assert _asked(target, Call("ReticulateSplines", has.request))[0] == "UNIMPLEMENTED"
    assert _asked(target, has.raw(b"\xff\xff\xff"))[0] == "INTERNAL"
    assert not _there(target, has)


def test_it_waits_for_a_time_to_come(target: Target) -> None:
    """A search whose guarantee lies in the future ends with the client's deadline."""
    for call in (VALID("a"), calls.create_index("a", "vec", "FLAT", "L2", {}), calls.load_collection("a")):
        assert m.Status.FromString(_asked(target, call)[1] or b"").code == 0
    search = calls.search("a", np.zeros((1, 8)), level=m.ConsistencyLevel.Customized)
    assert _asked(target, search, 10)[0] == "OK"
    assert _asked(target, search.but(guarantee_timestamp=1 << 62), 0.3)[0] == "DEADLINE_EXCEEDED"


def test_without_a_connection_it_answers_the_same(target: Target) -> None:
    """Whatever a call is, mutants of the model's code answer it as the model that is served."""
    has = calls.has_collection("a")
    search = calls.search("a", np.zeros((1, 8)), level=m.ConsistencyLevel.Customized)
    some: list[Call[Any]] = [
        *(VALID("a"), calls.create_index("a", "vec", "FLAT", "L2", {}), calls.load_collection("a")),
        *(has, has.tagged(dbname="nowhere"), has.raw(b"\xff\xff\xff"), Call("ReticulateSplines", has.request)),
        search.but(guarantee_timestamp=1 << 62),
    ]
    own, served = ModelBinding(ModelCopy.load(), profile("2.6.4")), GrpcBinding(target.address, target.credentials)
    found = [[binding.send(each.rpc, each.sent, 0.3, each.metadata) for each in some] for binding in (own, served)]
    served.close()
    assert [each.code for each in found[0]] == [each.code for each in found[1]]
    assert [each.payload for each in found[0]] == [each.payload for each in found[1]]
    assert [each.code for each in found[0][-3:]] == ["INTERNAL", "UNIMPLEMENTED", "DEADLINE_EXCEEDED"]


def test_what_it_is_called() -> None:
    """A word names a line or a release; without one it is what the run is held to, or the newest line."""
    assert [understand(word).kind for word in ("model", "model@2.3", "model@next")] == [TargetKind.MODEL] * 3
    assert understand("model").declared.profile == "3.0"
    assert understand(held_to("model", "2.4")).declared.profile == "2.4"
    assert held_to("model@2.3", "2.4") == "model@2.3"
    assert understand(held_to("model+query-window-ignored", "2.4")).declared.profile == "2.4"
    assert held_to("model@2.3+query-window-ignored", "2.4") == "model@2.3+query-window-ignored"
    assert held_to("milvus", "2.4") == "milvus"
    for word in ("model@9.9", "model@moon", "model@design-2.0"):
        with pytest.raises(TargetUsageError):
            understand(word)
