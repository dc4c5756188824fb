"""The second high-level REST of 3.0: changes of a schema, jobs, files and roles, as they are passed on."""

from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_tck.wire import messages as m
from tests.gateway.requests import ask
from tests.gateway.test_v2 import TABLE, post
from tests.proxy.servers import Server

_FUNCTION = {"name": "bm", "type": "BM25", "inputFieldNames": ["text"], "outputFieldNames": ["sparse"]}
_OUTPUT = {"fieldName": "sparse", "dataType": "SparseFloatVector"}
_INDEX = {"fieldName": "sparse", "indexName": "ix", "metricType": "BM25", "indexType": "SPARSE_INVERTED_INDEX"}
_MEMBER = {"fieldName": "n", "dataType": "Array", "elementDataType": "Int64", "elementTypeParams": {"max_capacity": 9}}
_HERE = {"collectionName": "c", "dbName": "d"}
_NAMED: dict[str, Any] = {"db_name": "d", "collection_name": "c"}

Change = m.AlterCollectionSchemaRequest


@pytest.fixture
def peer() -> Server:
    """A server that keeps what it is asked, and answers nothing to anything."""
    return Server(answer=lambda _rpc, _request: b"")


def sent(peer: Server, kind: type[Message]) -> Message:
    """Read the one request that says something."""
    (found,) = (each for each in peer.requests if each)
    return kind.FromString(found)


def changed(action: Change.Action) -> Change:
    """Write the change of a schema."""
    return Change(**_NAMED, action=action)


def test_a_function_is_added_with_its_field(where: str, peer: Server) -> None:
    """Function, field and index are one request."""
    more = {"function": _FUNCTION, "outputField": _OUTPUT, "indexParams": _INDEX}
    assert post(where, "/collections/add_function_field", **_HERE, **more).plain == {"code": 0, "data": {}}
    pairs = [
        m.KeyValuePair(key="index_type", value="SPARSE_INVERTED_INDEX"),
        m.KeyValuePair(key="metric_type", value="BM25"),
    ]
    field = m.FieldSchema(name="sparse", data_type=m.DataType.SparseFloatVector)
    info = Change.FieldInfo(field_schema=field, index_name="ix", extra_params=pairs)
    function = m.FunctionSchema(
        name="bm", type=m.FunctionType.BM25, input_field_names=["text"], output_field_names=["sparse"]
    )
    added = Change.AddRequest(field_infos=[info], func_schema=[function])
    assert sent(peer, Change) == changed(Change.Action(add_request=added))


def test_an_index_of_another_field(where: str, peer: Server) -> None:
    """The index that comes with a function is that of the field that it fills."""
    more = {"function": _FUNCTION, "outputField": _OUTPUT, "indexParams": {**_INDEX, "fieldName": "text"}}
    assert post(where, "/collections/add_function_field", **_HERE, **more).plain["code"] == 1100
    assert peer.requests == []


@pytest.mark.parametrize(
    ("path", "more", "dropped"),
    [
        ("drop_function_field", {"functionName": "bm"}, {"function_name": "bm", "drop_function_output_fields": True}),
        ("fields/drop", {"fieldName": "f"}, {"field_name": "f"}),
        ("fields/drop", {"fieldId": 101}, {"field_id": 101}),
    ],
)
def test_what_is_dropped(where: str, peer: Server, path: str, more: dict[str, Any], dropped: dict[str, Any]) -> None:
    """A function goes with its field, a field by its name or its id."""
    assert post(where, f"/collections/{path}", **_HERE, **more).plain["code"] == 0
    assert sent(peer, Change) == changed(Change.Action(drop_request=Change.DropRequest(**dropped)))


@pytest.mark.parametrize("more", [{}, {"fieldName": "f", "fieldId": 101}, {"fieldId": 0}])
def test_a_field_that_is_not_named(where: str, peer: Server, more: dict[str, Any]) -> None:
    """A field that is named not at all, in two ways, or by an id that none has is dropped by nobody."""
    assert post(where, "/collections/fields/drop", **_HERE, **more).plain["code"] == 1100
    assert peer.requests == []


def test_the_refusal_of_a_change(where: str, peer: Server) -> None:
    """Its Status has a name of its own, and counts all the same."""
    refusal = m.Status(code=700, reason="no such thing")
    peer.answer = lambda _rpc, _request: m.AlterCollectionSchemaResponse(alter_status=refusal).SerializeToString()
    answer = post(where, "/collections/fields/drop", **_HERE, fieldName="f")
    assert answer.plain == {"code": 700, "message": "no such thing"}


def test_a_field_of_structs(where: str, peer: Server) -> None:
    """Its members are arrays, each with its element."""
    schema = {"fieldName": "s", "dataType": "ArrayOfStruct", "fields": [_MEMBER], "typeParams": {"max_capacity": 9}}
    assert post(where, "/collections/struct_fields/add", **_HERE, schema=schema).plain["code"] == 0
    pairs = [m.KeyValuePair(key="max_capacity", value="9")]
    member = m.FieldSchema(name="n", data_type=m.DataType.Array, element_type=m.DataType.Int64, type_params=pairs)
    struct = m.StructArrayFieldSchema(name="s", fields=[member], type_params=pairs)
    assert sent(peer, m.AddCollectionStructFieldRequest) == m.AddCollectionStructFieldRequest(
        **_NAMED, struct_array_field_schema=struct
    )
    assert post(where, "/collections/struct_fields/add", **_HERE, schema={"fieldName": "s"}).plain["code"] == 1802


_RESTORED, _RUNS = m.RestoreSnapshotState.values()[1], m.RefreshExternalCollectionState.values()[1]
_SNAPSHOT = m.RestoreSnapshotInfo(job_id=7, snapshot_name="s", progress=50, state=_RESTORED, start_time=3)
_TOLD = {
    "jobId": 7, "snapshotName": "s", "dbName": "", "collectionName": "", "progress": 50, "reason": "", "startTime": 3,
    "timeCost": 0, "state": m.RestoreSnapshotState.Name(_RESTORED),
}  # fmt: skip
_OUTSIDE = m.RefreshExternalCollectionJobInfo(job_id=7, collection_name="c", state=_RUNS, reason="r", end_time=4)
_READ = {
    "jobId": 7, "collectionName": "c", "state": m.RefreshExternalCollectionState.Name(_RUNS), "progress": 0,
    "externalSource": "", "externalSpec": "", "startTime": 0, "endTime": 4, "reason": "r",
}  # fmt: skip
#: Path, body, what the server answers, what it was asked, and what the client is told.
JOBS: list[tuple[str, dict[str, Any], Message, Message, Any]] = [
    ("snapshot/restore_external", {"dbName": "d", "targetCollectionName": "t", "snapshotMetadataURI": "u"},
     m.RestoreExternalSnapshotResponse(job_id=7),
     m.RestoreExternalSnapshotRequest(db_name="d", target_collection_name="t", snapshot_metadata_uri="u"),
     {"jobId": 7}),
    ("snapshot/export", {**_HERE, "snapshotName": "s", "targetS3Path": "p", "externalSpec": "e"},
     m.ExportSnapshotResponse(snapshot_metadata_uri="u"),
     m.ExportSnapshotRequest(**_NAMED, name="s", target_s3_path="p", external_spec="e"),
     {"snapshotMetadataURI": "u"}),
    ("snapshot/export", {**_HERE, "snapshotName": "s", "targetS3Path": "p"},
     m.ExportSnapshotResponse(job_id=8), m.ExportSnapshotRequest(**_NAMED, name="s", target_s3_path="p"),
     {"jobId": 8}),
    ("snapshot/describe", {"jobId": "7"}, m.GetRestoreSnapshotStateResponse(info=_SNAPSHOT),
     m.GetRestoreSnapshotStateRequest(job_id=7), _TOLD),
    ("snapshot/list", _HERE, m.ListRestoreSnapshotJobsResponse(jobs=[_SNAPSHOT]),
     m.ListRestoreSnapshotJobsRequest(**_NAMED), {"records": [_TOLD]}),
    ("external_collection/refresh", {**_HERE, "externalSource": "s"}, m.RefreshExternalCollectionResponse(job_id=7),
     m.RefreshExternalCollectionRequest(**_NAMED, external_source="s"), {"jobId": 7}),
    ("external_collection/describe", {"jobId": 7}, m.GetRefreshExternalCollectionProgressResponse(job_info=_OUTSIDE),
     m.GetRefreshExternalCollectionProgressRequest(job_id=7), _READ),
    ("external_collection/list", _HERE, m.ListRefreshExternalCollectionJobsResponse(jobs=[_OUTSIDE]),
     m.ListRefreshExternalCollectionJobsRequest(**_NAMED), {"records": [_READ]}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "answer", "asked", "told"), JOBS)
def test_jobs(
    where: str, peer: Server, path: str, body: dict[str, Any], answer: Message, asked: Message, told: object
) -> None:
    """A job is begun, looked at and listed by the members of the request."""
    peer.answer = lambda rpc, _request: b"" if rpc == "GetVersion" else answer.SerializeToString()
    assert post(where, f"/jobs/{path}", **body).plain == {"code": 0, "data": told}
    assert sent(peer, type(asked)) == asked


def test_a_job_without_a_number(where: str, peer: Server) -> None:
    """The id of a job is a number in a text, where the request has a text."""
    assert post(where, "/jobs/snapshot/describe", jobId="x").plain["code"] == 1100
    assert post(where, "/jobs/external_collection/describe", jobId="7").plain["code"] == 1801
    assert peer.requests == []


def test_files(where: str, peer: Server) -> None:
    """A file is added, listed with an id that is a text where numbers are not asked for, and removed."""
    listed = m.ListFileResourcesResponse(resources=[m.FileResourceInfo(id=(1 << 53) + 1, name="n", path="p")])
    peer.answer = lambda rpc, _request: listed.SerializeToString() if rpc == "ListFileResources" else b""
    added = ask(where, "POST", f"{TABLE.base}/file_resources/add", {"name": "n", "path": "p"})
    assert added.plain["code"] == 0
    assert post(where, "/file_resources/list").plain["data"] == [{"id": (1 << 53) + 1, "name": "n", "path": "p"}]
    assert post(where, "/file_resources/remove", name="n").plain["code"] == 0
    texts = ask(where, "POST", f"{TABLE.base}/file_resources/list", {}, accept_type_allow_int64="false")
    assert texts.plain["data"][0]["id"] == str((1 << 53) + 1)
    put, removed = (each for each in peer.requests if each)
    assert m.AddFileResourceRequest.FromString(put) == m.AddFileResourceRequest(name="n", path="p")
    assert m.RemoveFileResourceRequest.FromString(removed) == m.RemoveFileResourceRequest(name="n")


def test_words_about_roles_and_users(where: str, peer: Server) -> None:
    """A role and a user have a description, which can be altered."""
    for path, body in (
        ("/roles/create", {"roleName": "r", "description": "one"}),
        ("/roles/alter", {"roleName": "r", "description": "two"}),
        ("/users/create", {"userName": "u", "password": "secret1", "description": "three"}),
    ):
        assert post(where, path, **body).plain["code"] == 0
    made, altered, user = (each for each in peer.requests if each)
    assert m.CreateRoleRequest.FromString(made).entity == m.RoleEntity(name="r", description="one")
    assert m.AlterRoleRequest.FromString(altered) == m.AlterRoleRequest(role_name="r", description="two")
    assert m.CreateCredentialRequest.FromString(user).description == "three"
