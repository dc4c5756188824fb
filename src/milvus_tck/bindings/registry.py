"""From the name of a binding to a connection."""

from collections.abc import Callable, Mapping

from milvus_tck.bindings.grpc import Binding, Credentials
from milvus_tck.bindings.http.api_v1 import ApiV1Binding
from milvus_tck.bindings.http.client import HttpClient
from milvus_tck.bindings.http.design import DesignBinding
from milvus_tck.bindings.http.plain import PlainHttpBinding
from milvus_tck.spec.routes import Routes, routes

__all__ = ["open_binding"]

_Maker = Callable[[Routes, HttpClient, Binding], Binding]
_HTTP: Mapping[str, _Maker] = {
    "http-api-v1": lambda table, client, beside: ApiV1Binding(table.binding, client, beside, table),
    "http-design": lambda table, client, beside: DesignBinding(table.binding, client, beside, table),
    "http-v1": lambda table, client, beside: PlainHttpBinding(table.binding, client, beside),
    "http-v2": lambda table, client, beside: PlainHttpBinding(table.binding, client, beside),
}


def open_binding(binding: str, url: str, credentials: Credentials, beside: Binding) -> Binding:
    """Open a binding of HTTP; `beside` carries the RPCs that it has no routes for."""
    return _HTTP[binding](routes(binding), HttpClient(url, credentials), beside)
