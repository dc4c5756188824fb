"""Resource groups: the default one, which has the one node that there is, and others, which may have some."""

import re
from typing import Any

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, succeeds
from milvus_tck.model.likeness import alike
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m

__all__ = ["RESOURCE_GROUPS"]

_DEFAULT = "__default_resource_group"
_NODES = 1
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _config(given: Any) -> Any:  # noqa: ANN401 - the type checker does not know our messages
    """Return what a group is configured with; without a word it may have no node."""
    found = type(given)()
    found.CopyFrom(given)
    found.requests.SetInParent()
    found.limits.SetInParent()
    return found


def _no_config() -> Any:  # noqa: ANN401 - the same
    return _config(m.UpdateResourceGroupsRequest().resource_groups[""])


def create_resource_group(state: ServerState, request: m.CreateResourceGroupRequest) -> RightAnswers:
    """Create a group; from 2.4 on one that exists may be created again as it is."""
    name, config = request.resource_group, _config(request.config)
    if not _NAME.fullmatch(name):
        raise RefusalError(f"create-resource-group/name-{'ill-formed' if name else 'empty'}", name)
    known = state.resource_groups.get(name)
    if known is not None or name == _DEFAULT:
        state.rules.demand(name != _DEFAULT and known == config, "create-resource-group/other-config", name)
        if not state.rules.accepts("create-resource-group/exists"):
            raise RefusalError("create-resource-group/exists", name)
    elif request.HasField("config"):
        _check(state, "create-resource-group", name, request.config)

    def create(_response: object) -> None:
        state.resource_groups.setdefault(name, config)

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def drop_resource_group(state: ServerState, request: m.DropResourceGroupRequest) -> RightAnswers:
    """Drop a group that may have no node; one that is not there may be dropped as well."""
    name = request.resource_group
    if name == _DEFAULT:
        raise RefusalError("drop-resource-group/default", name)
    known = state.resource_groups.get(name)
    if known is not None and known.limits.node_num:
        raise RefusalError("drop-resource-group/limits", name)

    def drop(_response: object) -> None:
        state.resource_groups.pop(name, None)

    return RightAnswers((RightAnswer(m.Status(), effect=drop),))


def list_resource_groups(state: ServerState, _request: m.ListResourceGroupsRequest) -> RightAnswers:
    """List the groups."""
    found = m.ListResourceGroupsResponse(resource_groups=[_DEFAULT, *state.resource_groups])
    return RightAnswers((RightAnswer(found, alike(found, unordered=("resource_groups",))),))


def describe_resource_group(state: ServerState, request: m.DescribeResourceGroupRequest) -> RightAnswers:
    """Tell the nodes of a group, its configuration, and what is loaded there."""
    name = request.resource_group
    own = state.resource_groups.get(name)
    if own is None and name != _DEFAULT:
        raise RefusalError("describe-resource-group/unknown", f"resource group not found[rg={name}]")
    found = m.DescribeResourceGroupResponse()
    told = found.resource_group
    told.name = name
    if own is not None:
        told.capacity = own.requests.node_num
        told.config.CopyFrom(own)
    else:
        told.capacity = told.num_available_node = _NODES
        told.config.CopyFrom(_no_config())
        for database in state.databases.values():
            told.num_loaded_replica.update(
                {each.name: each.replicas for each in database.collections.values() if each.loaded}
            )

    def why_wrong(response: m.DescribeResourceGroupResponse) -> str:
        failed = succeeds(response)
        if failed or own is None:
            return failed
        other = response.resource_group
        same = (other.name, other.config.requests, other.config.limits) == (name, own.requests, own.limits)
        return "" if same else f"{name} is told otherwise than it was configured"

    return RightAnswers((RightAnswer(found, why_wrong),))


def update_resource_groups(state: ServerState, request: m.UpdateResourceGroupsRequest) -> RightAnswers:
    """Configure groups anew: all that are named, or none."""
    given = dict(request.resource_groups)
    for name, config in given.items():
        if name not in state.resource_groups and name != _DEFAULT:
            raise RefusalError("update-resource-groups/unknown", f"resource group not found[rg={name}]")
        _check(state, "update-resource-groups", name, config)

    def update(_response: object) -> None:
        state.resource_groups.update({name: _config(each) for name, each in given.items() if name != _DEFAULT})

    return RightAnswers((RightAnswer(m.Status(), effect=update),))


def _check(state: ServerState, rpc: str, name: str, config: Any) -> None:  # noqa: ANN401 - the same
    """Refuse a configuration that says too little, or what cannot be."""
    sizes = (config.requests.node_num, config.limits.node_num)
    other = {each.resource_group for each in (*config.transfer_from, *config.transfer_to)}
    right = config.HasField("requests") and config.HasField("limits") and 0 <= sizes[0] <= sizes[1]
    if not right or name in other or other - {_DEFAULT, *state.resource_groups}:
        rule = "update-resource-groups/illegal" if rpc == "update-resource-groups" else "ResourceGroupIllegalConfig"
        raise RefusalError(rule, f"resource group illegal config[rg={name}]")


RESOURCE_GROUPS: Handlers = {
    "CreateResourceGroup": create_resource_group,
    "DropResourceGroup": drop_resource_group,
    "ListResourceGroups": list_resource_groups,
    "DescribeResourceGroup": describe_resource_group,
    "UpdateResourceGroups": update_resource_groups,
}
