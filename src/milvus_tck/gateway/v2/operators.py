"""Resource groups, files that servers read, functions of collections, and what an analyzer makes of a text."""

from milvus_tck.gateway.v2.definitions import function_of
from milvus_tck.gateway.v2.operation import Handler, Plain, RouteRequest
from milvus_tck.wire import messages as m
from milvus_tck.wire.json_form import plain

__all__ = ["HANDLERS"]


async def _create_group(ask: RouteRequest) -> Plain:
    request = m.CreateResourceGroupRequest(resource_group=ask.text("name"))
    plain.read_into(request, {"config": ask.body.get("config") or {}}, "", answer=False)
    await ask.do("CreateResourceGroup", request)
    return {"data": {}}


async def _drop_group(ask: RouteRequest) -> Plain:
    await ask.do("DropResourceGroup", m.DropResourceGroupRequest(resource_group=ask.text("name")))
    return {"data": {}}


async def _alter_groups(ask: RouteRequest) -> Plain:
    request = m.UpdateResourceGroupsRequest()
    for name, config in ask.body["resource_groups"].items():
        plain.read_into(request.resource_groups[name], config or {}, f"resource_groups.{name}", answer=False)
    await ask.do("UpdateResourceGroups", request)
    return {"data": {}}


async def _groups(ask: RouteRequest) -> Plain:
    found = await ask.call("ListResourceGroups", m.ListResourceGroupsRequest(), m.ListResourceGroupsResponse)
    return {"data": list(found.resource_groups)}


async def _describe_group(ask: RouteRequest) -> Plain:
    request = m.DescribeResourceGroupRequest(resource_group=ask.text("name"))
    found = await ask.call("DescribeResourceGroup", request, m.DescribeResourceGroupResponse)
    return {"data": plain.write(found.resource_group, answer=True)}


async def _transfer(ask: RouteRequest) -> Plain:
    request = m.TransferReplicaRequest(
        source_resource_group=ask.text("sourceRgName"), target_resource_group=ask.text("targetRgName"),
        collection_name=ask.collection, num_replica=ask.number("replicaNum"),
    )  # fmt: skip
    await ask.do("TransferReplica", request)
    return {"data": {}}


async def _add_function(ask: RouteRequest) -> Plain:
    request = m.AddCollectionFunctionRequest(
        collection_name=ask.collection, functionSchema=function_of(ask.body["function"])
    )
    await ask.do("AddCollectionFunction", request)
    return {"data": {}}


async def _alter_function(ask: RouteRequest) -> Plain:
    request = m.AlterCollectionFunctionRequest(
        collection_name=ask.collection, function_name=ask.text("functionName"),
        functionSchema=function_of(ask.body["function"]),
    )  # fmt: skip
    await ask.do("AlterCollectionFunction", request)
    return {"data": {}}


async def _drop_function(ask: RouteRequest) -> Plain:
    # The one member of this REST that begins with a capital.
    request = m.DropCollectionFunctionRequest(collection_name=ask.collection, function_name=ask.text("FunctionName"))
    await ask.do("DropCollectionFunction", request)
    return {"data": {}}


async def _analyze(ask: RouteRequest) -> Plain:
    request = m.RunAnalyzerRequest(
        analyzer_params=ask.text("analyzerParams"),
        placeholder=[text.encode() for text in ask.texts("text")],
        with_detail=bool(ask.body.get("withDetail")), with_hash=bool(ask.body.get("withHash")),
        collection_name=ask.collection, field_name=ask.text("fieldName"), analyzer_names=ask.texts("analyzerNames"),
    )  # fmt: skip
    found = await ask.call("RunAnalyzer", request, m.RunAnalyzerResponse)
    return {"data": {"results": [{"tokens": [_token(ask, each) for each in row.tokens]} for row in found.results]}}


def _token(ask: RouteRequest, token: m.AnalyzerToken) -> Plain:
    told: Plain = {"token": token.token}
    if ask.body.get("withDetail"):
        told["startOffset"], told["endOffset"] = token.start_offset, token.end_offset
        told["position"], told["positionLength"] = token.position, token.position_length
    return {**told, "hash": token.hash} if ask.body.get("withHash") else told


async def _add_file(ask: RouteRequest) -> Plain:
    await ask.do("AddFileResource", m.AddFileResourceRequest(name=ask.text("name"), path=ask.text("path")))
    return {"data": {}}


async def _remove_file(ask: RouteRequest) -> Plain:
    await ask.do("RemoveFileResource", m.RemoveFileResourceRequest(name=ask.text("name")))
    return {"data": {}}


async def _files(ask: RouteRequest) -> Plain:
    found = await ask.call("ListFileResources", m.ListFileResourcesRequest(), m.ListFileResourcesResponse)
    return {"data": [
        {"id": each.id if ask.integers else str(each.id), "name": each.name, "path": each.path}
        for each in found.resources
    ]}  # fmt: skip


HANDLERS: dict[str, Handler] = {
    "/resource_groups/create": _create_group,
    "/resource_groups/drop": _drop_group,
    "/resource_groups/alter": _alter_groups,
    "/resource_groups/list": _groups,
    "/resource_groups/describe": _describe_group,
    "/resource_groups/transfer_replica": _transfer,
    "/collections/add_function": _add_function,
    "/collections/alter_function": _alter_function,
    "/collections/drop_function": _drop_function,
    "/common/run_analyzer": _analyze,
    "/file_resources/add": _add_file,
    "/file_resources/remove": _remove_file,
    "/file_resources/list": _files,
}
