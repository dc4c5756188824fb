"""The options of `milvus-tck check`, as plain pytest takes them."""

import math
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.bindings.names import bindings_of
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.targets.credentials import credentials
from milvus_tck.targets.tck_toml import HTTP_KEYS
from milvus_tck.verdict.results.result_file import FILE
from milvus_tck.verdict.session.options import DEADLINE, IN_FLIGHT, CheckOptions

__all__ = ["options_of", "pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of `milvus-tck check` to plain pytest."""
    group = parser.getgroup("milvus-tck", "conformance of a Milvus endpoint")
    group.addoption("--target", help="what is judged: milvus@2.3.5, lite, host:port, a name from tck.toml")
    group.addoption("--profile", default="auto", help="protocol line to hold it to (default: what it says itself)")
    group.addoption(
        "--binding",
        action="append",
        default=[],
        metavar="NAMES",
        help=f"how calls travel: {', '.join(binding_rows())}, several joined by commas (default: grpc)",
    )
    group.addoption("--http", metavar="URL", help="where a running target, or its gateway, speaks HTTP")
    group.addoption("--http-management", metavar="URL", help="its management port, with /api/v1")
    group.addoption("--select", default="", help="checks to run, such as 'rpc=Search and level=must'")
    group.addoption("--explore", type=float, help="seconds for explorations, 0 for none")
    group.addoption("--strict-protocol", action="store_true", help="fail what released servers break just so, too")
    group.addoption("--token", help="token, or user:password, for the target")
    group.addoption(
        "--in-flight",
        type=int,
        help=f"tests in flight at once ({IN_FLIGHT}, fewer on targets that are known to like that)",
    )
    group.addoption("--tck-seed", type=int, help="seed of data and order")
    group.addoption("--tck-timeout", type=float, default=DEADLINE, help="seconds that one call may take")
    group.addoption("--hostile", action="store_true", help="run checks that are known to kill servers")
    group.addoption("--clauses", action="append", default=[], metavar="DIR", help="clauses of your own")
    group.addoption(
        "--suites", action="append", default=[], metavar="DIR", help="their tests; name the folder as an argument, too"
    )
    group.addoption("--out", type=Path, help=f"folder for {FILE}")


def options_of(config: pytest.Config) -> CheckOptions:
    """Read what was typed; raises `pytest.UsageError`."""
    option = config.option
    if not 0 < option.tck_timeout < math.inf:
        raise pytest.UsageError(f"--tck-timeout {option.tck_timeout}: a time in seconds is more than 0")
    given: Credentials | None = credentials(token=option.token) if option.token else None
    told: dict[str, Any] = getattr(config, "workerinput", {})
    try:
        bindings = bindings_of(option.binding)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    typed = {"http": option.http, "http-management": option.http_management}
    urls = {port: url for key, url in typed.items() if url for port in HTTP_KEYS[key]}
    return CheckOptions(
        target=told.get("tck_address", option.target),
        profile=told.get("tck_profile", option.profile),
        bindings=bindings,
        urls=told.get("tck_urls", urls),
        select=option.select,
        strict_protocol=option.strict_protocol,
        explore=option.explore,
        workers=option.in_flight,
        seed=option.tck_seed,
        timeout=option.tck_timeout,
        credentials=given,
        hostile=option.hostile,
        out=option.out,
        command=tuple(map(str, config.invocation_params.args)),
    )
