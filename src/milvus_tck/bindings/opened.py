"""From the name of a binding to a connection."""

from collections.abc import Callable, Mapping

from milvus_tck.bindings.grpc import Binding, Credentials
from milvus_tck.bindings.http import HttpClient
from milvus_tck.bindings.http_api_v1 import ApiV1Binding
from milvus_tck.bindings.http_design import DesignBinding
from milvus_tck.bindings.http_plain import PlainHttpBinding
from milvus_tck.bindings.names import BINDINGS, GATEWAY, GRPC
from milvus_tck.spec.routes import Routes, routes

__all__ = ["BINDINGS", "GATEWAY", "GRPC", "open_binding", "port_of"]

_Maker = Callable[[Routes, HttpClient, Binding], Binding]
_HTTP: Mapping[str, _Maker] = {
    "http-api-v1": lambda table, client, beside: ApiV1Binding(table.binding, client, beside, table),
    "http-design": lambda table, client, beside: DesignBinding(table.binding, client, beside, table),
    "http-v1": lambda table, client, beside: PlainHttpBinding(table.binding, client, beside),
    "http-v2": lambda table, client, beside: PlainHttpBinding(table.binding, client, beside),
}


def port_of(binding: str) -> str:
    """Say where a binding listens: grpc, proxy, management or gateway."""
    return GRPC if binding == GRPC else routes(binding).port


def open_binding(binding: str, url: str, credentials: Credentials, beside: Binding) -> Binding:
    """Open a binding of HTTP; `beside` carries the RPCs that it has no routes for."""
    return _HTTP[binding](routes(binding), HttpClient(url, credentials), beside)
