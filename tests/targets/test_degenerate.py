"""The built-in degenerate targets, and the capabilities that probes find on them and on others."""

import socket
from collections.abc import Iterator

import grpc
import pytest
from milvus_tck.fixtures.small_collections import FIELDS

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.spec.capabilities import Capability, capabilities, core_rpcs
from milvus_tck.spec.rpcs import Probe, rpcs
from milvus_tck.targets.base import Declared, TargetError
from milvus_tck.targets.capabilities import Probes, capability_rows, probe
from milvus_tck.targets.degenerate import DEGENERATE, DegenerateServer
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import message_class, methods
from tests.robust.troublemaker import Asked, between


@pytest.fixture(params=sorted(DEGENERATE))
def server(request: pytest.FixtureRequest) -> Iterator[DegenerateServer]:
    """Each of them."""
    made = DegenerateServer(request.param)
    made.start()
    yield made
    made.stop()


def ask(server: DegenerateServer, call: Call[m.Status]) -> bytes:
    """Send one call."""
    binding = GrpcBinding(server.address)
    reply = binding.send(call.rpc, call.sent, 10)
    binding.close()
    assert reply.code == "OK", reply
    assert reply.payload is not None
    return reply.payload


def test_every_rpc_is_answered(server: DegenerateServer) -> None:
    """With a message of its own type, whatever an empty request is worth."""
    binding = GrpcBinding(server.address)
    for rpc, method in methods().items():
        if method.client_streaming or method.server_streaming:
            continue
        reply = binding.send(rpc, b"", 10)
        assert reply.code == "OK", (rpc, reply)
        assert reply.payload is not None
        message_class(method.output_type.full_name).FromString(reply.payload)
    binding.close()


def test_none_refuses_what_nobody_has(server: DegenerateServer) -> None:
    """They succeed at an RPC that does not exist: the lie detector calls none of them reliable."""
    binding = GrpcBinding(server.address)
    found = probe(binding, "tck_probe")
    binding.close()
    assert not found.reliable
    assert found.nonsense == "OK"
    assert not found.lacking


def test_null_and_refuser() -> None:
    """One says that everything went well, the other that the collection is missing or a parameter invalid."""
    create = calls.create_collection("a", *FIELDS)
    said = {}
    for name in ("null", "refuser"):
        made = DegenerateServer(name)
        made.start()
        said[name] = m.Status.FromString(ask(made, create))
        made.stop()
    assert (said["null"].code, said["null"].error_code) == (0, 0)
    assert (said["refuser"].code, said["refuser"].error_code) == (100, m.ErrorCode.CollectionNotExists)


def test_echo_remembers_until_it_is_restarted() -> None:
    """What was created last is described, under whatever name; after a restart nothing is."""
    made = DegenerateServer("echo")
    made.start()
    try:
        ask(made, calls.create_collection("one", *FIELDS))
        has: Call[m.Status] = calls.has_collection("another")  # type: ignore[assignment]
        assert m.BoolResponse.FromString(ask(made, has)).value
        made.restart()
        assert not m.BoolResponse.FromString(ask(made, has)).value
    finally:
        made.stop()
    assert made.gone()


def test_a_port_that_is_taken() -> None:
    """Also where another gRPC server would share it."""
    other = DegenerateServer("null")
    other.start()
    try:
        with pytest.raises(TargetError, match="cannot listen on port") as caught:
            DegenerateServer("echo", port=other.port).start()
        assert caught.value.then == "milvus-tck serve echo"
    finally:
        other.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(TargetError, match="cannot listen"):
        DegenerateServer("null", port=taken.getsockname()[1]).start()


# -- capabilities -----------------------------------------------------------------------


def probed(trouble: object) -> Probes:
    """Probe a server that does nothing but this."""
    with between("127.0.0.1:1", trouble) as maker:  # type: ignore[arg-type]
        binding = GrpcBinding(maker.address)
        try:
            return probe(binding, "tck_probe", 1.0)
        finally:
            binding.close()


def test_an_honest_server() -> None:
    """What it says it lacks is lacking, what fails otherwise is unclear, the rest is there; nonsense is refused."""
    codes = {"LoadPartitions": grpc.StatusCode.UNIMPLEMENTED, "Search": grpc.StatusCode.INTERNAL}

    def answer(asked: Asked) -> bytes:
        code = codes.get(asked.rpc) if asked.rpc in methods() else grpc.StatusCode.UNIMPLEMENTED
        if code is not None:
            asked.context.abort(code, "no")
        return b""

    groups = {f"{verb}PrivilegeGroup" for verb in ("Create", "Drop", "Operate")}
    unclear = frozenset({"Search", "CreateCollection", "TruncateCollection", *groups})
    assert probed(answer) == Probes(frozenset({"LoadPartitions"}), unclear, reliable=True)


def _sent(capability: Capability | None = None) -> dict[str, bytes]:
    """What the probes send to a server that accepts everything, for the RPCs of one capability or of all."""
    seen: dict[str, bytes] = {}

    def answer(asked: Asked) -> bytes:
        seen[asked.rpc] = asked.payload
        return b""

    with pytest.MonkeyPatch.context() as patch:
        if capability is not None:
            patch.setattr("milvus_tck.targets.capabilities.capabilities", lambda: (capability,))
        probed(answer)
    return seen


def test_probes_name_a_missing_collection_and_create_none() -> None:
    """No probe can take effect: each names the missing collection where it names one, and none is created."""
    seen = _sent()
    assert set(core_rpcs()) - seen.keys() == {"CreateCollection"}
    assert m.DropCollectionRequest.FromString(seen["DropCollection"]).collection_name == "tck_probe"
    assert m.InsertRequest.FromString(seen["Insert"]).collection_name == "tck_probe"
    assert m.DropAliasRequest.FromString(seen["DropAlias"]).alias == "tck_probe"
    assert m.FlushRequest.FromString(seen["Flush"]).collection_names == ["tck_probe"]


def test_no_capability_makes_a_probe_dangerous() -> None:
    """If a capability consisted of every RPC there is, what may never be probed would not be, nor be called lacking."""
    every = Capability("everything", "All of it", tuple(rpcs()), core=False)
    seen = _sent(every)
    seen.pop("ReticulateSplines")
    allowed = {name for name, row in rpcs().items() if row.probe is not Probe.NEVER}
    assert seen.keys() == allowed
    named = {name for name, payload in seen.items() if b"tck_probe" in payload}
    assert named == {name for name, row in rpcs().items() if row.probe is Probe.MISSING_NAME}
    assert {name for name, payload in seen.items() if not payload} == allowed - named


def test_a_target_that_hangs_costs_its_deadline_about_once() -> None:
    """Every RPC is unclear then, and the witness is not reliable."""
    found = probed(Asked.hang)
    assert found.unclear >= set(core_rpcs())
    assert not found.reliable


@pytest.mark.parametrize(
    ("declared", "lacking", "seen", "views", "contradiction"),
    [
        (Declared(), (), ("HasPartition",), ("nothing", "has", "has"), False),
        (Declared(lacks=frozenset({"partitions"})), (), (), ("lacks", "has", "unclear"), True),
        (Declared(has=frozenset({"partitions"})), (), (), ("has", "has", "unclear"), False),
    ],
)
def test_three_views_side_by_side(
    declared: Declared, lacking: tuple[str, ...], seen: tuple[str, ...], views: tuple[str, ...], *, contradiction: bool
) -> None:
    """Declared, probed and observed stay apart; where they disagree, that is said."""
    rows = {row.capability: row.as_dict() for row in capability_rows(declared, Probes(), lacking, seen)}
    row = rows["partitions"]
    assert (row["declared"], row["probed"], row["observed"]) == views
    assert row["contradiction"] is contradiction


def test_a_capability_that_is_lacking() -> None:
    """All of its RPCs: lacking. Some of them: partly there."""
    rpcs = next(each.rpcs for each in capabilities() if each.id == "partitions")
    for lacking, view in ((frozenset(rpcs), "lacks"), (frozenset(rpcs[:1]), "partly")):
        rows = {row.capability: row.as_dict() for row in capability_rows(Declared(), Probes(lacking), (), ())}
        assert rows["partitions"]["probed"] == view
