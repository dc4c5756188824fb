"""milvus-tck: a technology compatibility kit for the Milvus protocol.

What stands in `__all__` is the public surface: what suites, targets and report formats of others are
written with. It changes with an entry in the changelog only (docs/reference/api.md); any other module
is ours to change. Names are imported when they are asked for: `import milvus_tck` brings nothing along.

    from milvus_tck import Case, calls
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milvus_tck.bindings.credentials import Credentials
    from milvus_tck.reporting.judged_run import JudgedRun
    from milvus_tck.spec.clauses import Level
    from milvus_tck.targets.base import Declared, RunningEndpoint, Target, TargetError
    from milvus_tck.verdict.case.case import Case
    from milvus_tck.verdict.model.equality import Equality, met, same
    from milvus_tck.verdict.model.states import State
    from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
    from milvus_tck.verdict.results.result_file import Results, read_results
    from milvus_tck.verdict.results.summary import Summary
    from milvus_tck.wire import calls, messages
    from milvus_tck.wire.call import Call

    __version__: str

__all__ = [
    "Call",
    "Case",
    "CheckEvent",
    "Credentials",
    "Declared",
    "Equality",
    "Footer",
    "Header",
    "JudgedRun",
    "Level",
    "Results",
    "RunningEndpoint",
    "State",
    "Summary",
    "Target",
    "TargetError",
    "__version__",
    "calls",
    "messages",
    "met",
    "read_results",
    "same",
]

#: Where each name stands.
_PLACES = {
    "Call": "wire.call",
    "Case": "verdict.case.case",
    "CheckEvent": "verdict.results.events",
    "Credentials": "bindings.credentials",
    "Declared": "targets.base",
    "Equality": "verdict.model.equality",
    "Footer": "verdict.results.events",
    "Header": "verdict.results.events",
    "JudgedRun": "reporting.judged_run",
    "Level": "spec.clauses",
    "Results": "verdict.results.result_file",
    "RunningEndpoint": "targets.base",
    "State": "verdict.model.states",
    "Summary": "verdict.results.summary",
    "Target": "targets.base",
    "TargetError": "targets.base",
    "met": "verdict.model.equality",
    "read_results": "verdict.results.result_file",
    "same": "verdict.model.equality",
}
#: Those that are modules themselves.
_MODULES = {"calls": "wire.calls", "messages": "wire.messages"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - of each name its own type, which the imports above tell
    """Import a name when it is asked for."""
    if name == "__version__":
        found: Any = _version()
    elif name in _MODULES:
        found = import_module(f"milvus_tck.{_MODULES[name]}")
    elif name in _PLACES:
        found = getattr(import_module(f"milvus_tck.{_PLACES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    """Look the version up in the metadata of what is installed, which takes a while."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - the point of it

    try:
        return version("milvus-tck")
    except PackageNotFoundError:  # a bare checkout on sys.path, never installed
        return "0+checkout"
