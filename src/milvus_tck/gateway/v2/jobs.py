"""Jobs that go on by themselves: snapshots that are restored, and collections that are read anew from outside."""

from milvus_tck.gateway.v2.operation import INVALID, Failed, Handler, Plain, RouteRequest
from milvus_tck.wire import messages as m

__all__ = ["HANDLERS"]


def _job(ask: RouteRequest) -> int:
    """Read the id of a job, which stands in a text; raises `Failed`."""
    text = ask.text("jobId")
    try:
        return int(text)
    except ValueError as error:
        raise Failed(INVALID, f"jobId {text[:40]!r} is no Int64") from error


async def _restore(ask: RouteRequest) -> Plain:
    request = m.RestoreExternalSnapshotRequest(
        target_collection_name=ask.text("targetCollectionName"),
        snapshot_metadata_uri=ask.text("snapshotMetadataURI"),
        external_spec=ask.text("externalSpec"),
    )
    found = await ask.call("RestoreExternalSnapshot", request, m.RestoreExternalSnapshotResponse)
    return {"data": {"jobId": found.job_id}}


async def _export(ask: RouteRequest) -> Plain:
    request = m.ExportSnapshotRequest(
        name=ask.text("snapshotName"), collection_name=ask.collection, target_s3_path=ask.text("targetS3Path"),
        external_spec=ask.text("externalSpec"),
    )  # fmt: skip
    found = await ask.call("ExportSnapshot", request, m.ExportSnapshotResponse)
    # 3.0.0 exports while the request waits and tells where; later servers do it in a job.
    return {"data": {"jobId": found.job_id} if found.job_id else {"snapshotMetadataURI": found.snapshot_metadata_uri}}


async def _restored(ask: RouteRequest) -> Plain:
    request = m.GetRestoreSnapshotStateRequest(job_id=_job(ask))
    found = await ask.call("GetRestoreSnapshotState", request, m.GetRestoreSnapshotStateResponse)
    return {"data": _snapshot(found.info) if found.HasField("info") else {}}


async def _restores(ask: RouteRequest) -> Plain:
    request = m.ListRestoreSnapshotJobsRequest(collection_name=ask.collection)
    found = await ask.call("ListRestoreSnapshotJobs", request, m.ListRestoreSnapshotJobsResponse)
    return {"data": {"records": [_snapshot(each) for each in found.jobs]}}


def _snapshot(info: m.RestoreSnapshotInfo) -> Plain:
    return {
        "jobId": info.job_id,
        "snapshotName": info.snapshot_name,
        "dbName": info.db_name,
        "collectionName": info.collection_name,
        "state": m.RestoreSnapshotState.Name(info.state),
        "progress": info.progress,
        "reason": info.reason,
        "startTime": info.start_time,
        "timeCost": info.time_cost,
    }


async def _refresh(ask: RouteRequest) -> Plain:
    request = m.RefreshExternalCollectionRequest(
        collection_name=ask.collection, external_source=ask.text("externalSource"),
        external_spec=ask.text("externalSpec"),
    )  # fmt: skip
    found = await ask.call("RefreshExternalCollection", request, m.RefreshExternalCollectionResponse)
    return {"data": {"jobId": found.job_id}}


async def _refreshed(ask: RouteRequest) -> Plain:
    request = m.GetRefreshExternalCollectionProgressRequest(job_id=ask.number("jobId"))
    found = await ask.call(
        "GetRefreshExternalCollectionProgress", request, m.GetRefreshExternalCollectionProgressResponse
    )
    return {"data": _external(found.job_info) if found.HasField("job_info") else {}}


async def _refreshes(ask: RouteRequest) -> Plain:
    request = m.ListRefreshExternalCollectionJobsRequest(collection_name=ask.collection)
    found = await ask.call("ListRefreshExternalCollectionJobs", request, m.ListRefreshExternalCollectionJobsResponse)
    return {"data": {"records": [_external(each) for each in found.jobs]}}


def _external(info: m.RefreshExternalCollectionJobInfo) -> Plain:
    told = {
        "jobId": info.job_id,
        "collectionName": info.collection_name,
        "state": m.RefreshExternalCollectionState.Name(info.state),
        "progress": info.progress,
        "externalSource": info.external_source,
        "externalSpec": info.external_spec,
        "startTime": info.start_time,
        "endTime": info.end_time,
    }
    return {**told, "reason": info.reason} if info.reason else told


HANDLERS: dict[str, Handler] = {
    "/jobs/snapshot/restore_external": _restore,
    "/jobs/snapshot/export": _export,
    "/jobs/snapshot/describe": _restored,
    "/jobs/snapshot/list": _restores,
    "/jobs/external_collection/refresh": _refresh,
    "/jobs/external_collection/describe": _refreshed,
    "/jobs/external_collection/list": _refreshes,
}
