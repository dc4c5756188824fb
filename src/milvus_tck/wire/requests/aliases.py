"""Calls about aliases."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["alter_alias", "create_alias", "describe_alias", "drop_alias", "list_aliases"]


def create_alias(collection: str, alias: str) -> Call[m.Status]:
    """Give a collection one name more."""
    return Call("CreateAlias", m.CreateAliasRequest(collection_name=collection, alias=alias))


def alter_alias(collection: str, alias: str) -> Call[m.Status]:
    """Let an alias stand for another collection."""
    return Call("AlterAlias", m.AlterAliasRequest(collection_name=collection, alias=alias))


def drop_alias(alias: str) -> Call[m.Status]:
    """Take an alias away; the collection stays."""
    return Call("DropAlias", m.DropAliasRequest(alias=alias))


def describe_alias(alias: str) -> Call[m.DescribeAliasResponse]:
    """Ask which collection an alias stands for."""
    return Call("DescribeAlias", m.DescribeAliasRequest(alias=alias))


def list_aliases(collection: str = "") -> Call[m.ListAliasesResponse]:
    """List the aliases of a collection, or of every collection of the database."""
    return Call("ListAliases", m.ListAliasesRequest(collection_name=collection))
