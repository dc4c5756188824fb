"""Calls about resource groups."""

from collections.abc import Sequence

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = [
    "create_resource_group",
    "describe_resource_group",
    "drop_resource_group",
    "list_resource_groups",
    "update_resource_groups",
]


def create_resource_group(name: str, *, limits: int = 0) -> Call[m.Status]:
    """Create a resource group without nodes; `limits` are the nodes that it may have, told where there are any."""
    request = m.CreateResourceGroupRequest(resource_group=name)
    if limits:
        request.config.requests.node_num = 0
        request.config.limits.node_num = limits
    return Call("CreateResourceGroup", request)


def drop_resource_group(name: str) -> Call[m.Status]:
    """Drop a resource group that holds nothing."""
    return Call("DropResourceGroup", m.DropResourceGroupRequest(resource_group=name))


def list_resource_groups() -> Call[m.ListResourceGroupsResponse]:
    """List the names of all resource groups."""
    return Call("ListResourceGroups", m.ListResourceGroupsRequest())


def describe_resource_group(name: str) -> Call[m.DescribeResourceGroupResponse]:
    """Ask for the nodes and the loaded replicas of a resource group."""
    return Call("DescribeResourceGroup", m.DescribeResourceGroupRequest(resource_group=name))


def update_resource_groups(
    *names: str, requests: int | None = 0, limits: int | None = 0, transfer_from: Sequence[str] = ()
) -> Call[m.Status]:
    """Configure resource groups anew, all of them alike: how many nodes they want and may have; `None` says nothing."""
    request = m.UpdateResourceGroupsRequest()
    for name in names:
        config = request.resource_groups[name]
        if requests is not None:
            config.requests.node_num = requests
        if limits is not None:
            config.limits.node_num = limits
        for each in transfer_from:
            config.transfer_from.add(resource_group=each)
    return Call("UpdateResourceGroups", request)
