"""Calls about resource groups."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["create_resource_group", "describe_resource_group", "drop_resource_group", "list_resource_groups"]


def create_resource_group(name: str) -> Call[m.Status]:
    """Create a resource group without nodes."""
    return Call("CreateResourceGroup", m.CreateResourceGroupRequest(resource_group=name))


def drop_resource_group(name: str) -> Call[m.Status]:
    """Drop a resource group that holds nothing."""
    return Call("DropResourceGroup", m.DropResourceGroupRequest(resource_group=name))


def list_resource_groups() -> Call[m.ListResourceGroupsResponse]:
    """List the names of all resource groups."""
    return Call("ListResourceGroups", m.ListResourceGroupsRequest())


def describe_resource_group(name: str) -> Call[m.DescribeResourceGroupResponse]:
    """Ask for the nodes and the loaded replicas of a resource group."""
    return Call("DescribeResourceGroup", m.DescribeResourceGroupRequest(resource_group=name))
