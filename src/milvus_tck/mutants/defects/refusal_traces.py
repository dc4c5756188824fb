"""What a look sees of something that was refused and done all the same, by the answer that it gives."""

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message

from milvus_tck.wire import messages as m

__all__ = ["CHANGES", "turned"]


_ABOUT_ALIASES = (m.CreateAliasRequest, m.AlterAliasRequest, m.DropAliasRequest, m.DescribeAliasRequest)


def _negated(answer: m.BoolResponse, _: Message) -> None:
    answer.value = not answer.value


def _listed(answer: m.ShowCollectionsResponse, refused: Message) -> None:
    one = getattr(refused, "collection_name", "") or getattr(refused, "collectionName", "")
    names = getattr(refused, "collection_names", None) or [one]
    for name in names:
        turned(answer.collection_names, name)


def _partition(answer: m.ShowPartitionsResponse, refused: Message) -> None:
    names = getattr(refused, "partition_names", None) or [getattr(refused, "partition_name", "") or "other"]
    for name in names:
        turned(answer.partition_names, name)


def turned(names: Any, name: str) -> None:  # noqa: ANN401 - a repeated text
    """Take a name out of a list that holds it, or put it in."""
    if name in names:
        names.remove(name)
    else:
        names.append(name)


def _described(answer: m.DescribeCollectionResponse, refused: Message) -> None:
    if answer.status.code or answer.status.error_code:
        answer.status.Clear()
    answer.schema.fields.add(name="added", fieldID=999)
    _altered(answer)
    if isinstance(refused, _ABOUT_ALIASES):
        answer.schema.name += "x"
        turned(answer.aliases, refused.alias)


def _aliases(answer: m.ListAliasesResponse, refused: Message) -> None:
    turned(answer.aliases, getattr(refused, "alias", "") or "other")


def _databases(answer: m.ListDatabasesResponse, refused: Message) -> None:
    turned(answer.db_names, getattr(refused, "db_name", "other"))


def _database(answer: m.DescribeDatabaseResponse, _: Message) -> None:
    answer.status.Clear()
    _altered(answer)


def _altered(answer: Any) -> None:  # noqa: ANN401 - a description with properties
    """Every property has another value."""
    for pair in answer.properties:
        pair.value += "0"


def _users(answer: m.ListCredUsersResponse, refused: Message) -> None:
    turned(answer.usernames, getattr(refused, "username", "other"))


def _role(answer: m.SelectRoleResponse, refused: Message) -> None:
    """One role more is told."""
    entity = getattr(refused, "entity", None)
    named = getattr(entity, "role", entity)
    name = getattr(named, "name", getattr(refused, "role_name", "other"))
    answer.results.add(role=m.RoleEntity(name=name), users=[m.UserEntity(name="other")])


def _user(answer: m.SelectUserResponse, _: Message) -> None:
    for each in answer.results:
        each.roles.add(name="other")


def _grants(answer: m.SelectGrantResponse, refused: Message) -> None:
    """One grant more is told, or none any more where the role is gone."""
    if isinstance(refused, m.DropRoleRequest):
        del answer.entities[:]
    else:
        answer.entities.add(object_name="other")


def _groups(answer: m.ListResourceGroupsResponse, refused: Message) -> None:
    turned(answer.resource_groups, getattr(refused, "resource_group", "other"))


def _resource_group(answer: m.DescribeResourceGroupResponse, _: Message) -> None:
    answer.resource_group.config.limits.node_num += 1


def _privilege_groups(answer: m.ListPrivilegeGroupsResponse, refused: Message) -> None:
    """Each group has one privilege more, and one group more is there, or one less where it was to be dropped."""
    for each in answer.privilege_groups:
        each.privileges.add(name="other")
    if isinstance(refused, m.DropPrivilegeGroupRequest):
        del answer.privilege_groups[:]
    else:
        answer.privilege_groups.add(group_name=getattr(refused, "group_name", "other"))


def _counted(answer: Any, _: Message) -> None:  # noqa: ANN401 - statistics of a collection or of a partition
    for pair in answer.stats:
        if pair.key == "row_count":
            pair.value = str(int(pair.value) + 1)


def _loaded(answer: m.GetLoadStateResponse, _: Message) -> None:
    loaded = answer.state == m.LoadState.LoadStateLoaded
    answer.state = m.LoadState.LoadStateNotLoad if loaded else m.LoadState.LoadStateLoaded


def _progress(answer: m.GetLoadingProgressResponse, _: Message) -> None:
    if answer.status.code or answer.status.error_code:
        answer.status.Clear()
        answer.progress = 100
    else:
        answer.progress = 0 if answer.progress else 100


def _indexed(answer: m.DescribeIndexResponse, _: Message) -> None:
    if answer.status.code or answer.status.error_code:
        answer.status.Clear()
    name = f"added{len(answer.index_descriptions)}"
    answer.index_descriptions.add(index_name=name, field_name=name, state=m.IndexState.Finished)


def _index_state(answer: m.GetIndexStateResponse, _: Message) -> None:
    finished = answer.state == m.IndexState.Finished
    answer.state = m.IndexState.InProgress if finished else m.IndexState.Finished


def _found(answer: m.SearchResults, _: Message) -> None:
    """A row has come to be found: the best one of every query is another."""
    ids = answer.results.ids
    if ids.int_id.data:
        ids.int_id.data[0] -= 1
    if ids.str_id.data:
        ids.str_id.data[0] += "x"
    if not answer.results.scores and not (answer.status.code or answer.status.error_code):
        answer.results.num_queries = answer.results.num_queries or 1
        answer.results.top_k = 1
        del answer.results.topks[:]
        answer.results.topks.append(1)
        answer.results.scores.append(0.0)
        answer.results.ids.int_id.data.append(1)


#: By the answer of a look: how it comes to show the effect of a request that was refused.
CHANGES: Mapping[type[Message], Callable[[Any, Message], None]] = {
    m.BoolResponse: _negated,
    m.ShowCollectionsResponse: _listed,
    m.ShowPartitionsResponse: _partition,
    m.DescribeCollectionResponse: _described,
    m.ListAliasesResponse: _aliases,
    m.ListDatabasesResponse: _databases,
    m.ListCredUsersResponse: _users,
    m.SelectRoleResponse: _role,
    m.SelectUserResponse: _user,
    m.SelectGrantResponse: _grants,
    m.ListResourceGroupsResponse: _groups,
    m.DescribeResourceGroupResponse: _resource_group,
    m.ListPrivilegeGroupsResponse: _privilege_groups,
    m.DescribeDatabaseResponse: _database,
    m.GetCollectionStatisticsResponse: _counted,
    m.GetPartitionStatisticsResponse: _counted,
    m.GetLoadStateResponse: _loaded,
    m.GetLoadingProgressResponse: _progress,
    m.DescribeIndexResponse: _indexed,
    m.GetIndexStateResponse: _index_state,
    m.SearchResults: _found,
}
