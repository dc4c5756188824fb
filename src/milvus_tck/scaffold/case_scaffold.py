"""A permanent case of what an exploration found: its shortest sequence of requests, as a test that makes them again."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from milvus_tck.scaffold.clause_scaffold import ClauseScaffold, Place, ScaffoldError
from milvus_tck.spec.clause_files import clauses, kebab
from milvus_tck.spec.placeholder import UNFILLED
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.leftovers.objects import PREFIX
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.wire.recorded_requests import written_request

__all__ = ["Requests", "event_of", "place_of", "requests_of", "scaffold_of", "written_test"]

#: RPCs with their requests as JSON.
Requests = tuple[tuple[str, dict[str, Any]], ...]
#: Where a line may be broken: no text of JSON holds it as it is.
_BREAK = "\0"
#: The longest line that the linter lets pass.
_LINE = 120

_TEST = '''"""{text}

Found by an exploration of {target}: {check}.
"""

import json

import pytest
from milvus_tck.fixtures.explore.replay import judge_replay

{imports}

_REQUESTS = json.loads(r"""
{requests}
"""){long}


@pytest.mark.clause("{id}")
def {function}(tck: Case) -> None:
    """{unfilled}: the sentence of the clause."""
    judge_replay(tck, _REQUESTS)
'''


def event_of(results: Results, check: str) -> CheckEvent:
    """Return a check of a result; raises `ScaffoldError` where it has none of that name."""
    found = next((each for each in results.checks if each.check == check), None)
    if found is None:
        raise ScaffoldError(f"{check} makes no case", "the result has no such check", "milvus-tck report RESULT")
    return found


def requests_of(event: CheckEvent) -> Requests:
    """Return the requests of a check up to the one whose answer was wrong, with names taken out.

    Raises `ScaffoldError` where there are none, or where a request was not kept byte for byte.
    """
    known: dict[str, str] = {}

    def named(text: str) -> str:
        return known.setdefault(text, f"name-{len(known) + 1}") if text.startswith(PREFIX) else text

    found = [*filter(_is_step, event.exchanges[:-1]), *event.exchanges[-1:]]
    if not found or any("request_bytes" not in each for each in found):
        why = "its requests were not kept" if found else "it has no requests of its own"
        raise ScaffoldError(f"{event.check} makes no case", why, "milvus-tck check TARGET --select family=explore")
    return tuple((each["rpc"], written_request(each["rpc"], _payload(each), named)) for each in found)


def _is_step(exchange: Mapping[str, Any]) -> bool:
    """Tell whether a call does something by names: the replay waits by itself, and other servers give other ids."""
    row = rpcs()[exchange["rpc"]]
    return bool(row.names) and (not row.reads or row.family == "reading")


def _payload(exchange: Mapping[str, Any]) -> bytes:
    return base64.b64decode(exchange["request_bytes"])


def scaffold_of(requests: Requests) -> ClauseScaffold:
    """Name the clause of a case by the RPC that was answered wrong, and by a number for its requests.

    Raises `ScaffoldError` where these requests are a case already.
    """
    rpc = requests[-1][0]
    name = f"{kebab(rpc)}/case-{zlib.crc32(json.dumps(requests).encode()):08x}"
    if name in clauses():
        why = "the same requests are a case already"
        raise ScaffoldError(f"there is a clause {name}", why, f"milvus-tck explain {name}")
    return ClauseScaffold(name, rpc)


def place_of(scaffold: ClauseScaffold, place: Place) -> Place:
    """Say where its files go: beside those of its RPC, with a test file of its own."""
    what = scaffold.id.partition("/")[2].replace("-", "_")
    return replace(place, test=place.test.with_name(f"{place.test.stem}_{what}.py"))


def written_test(scaffold: ClauseScaffold, event: CheckEvent, requests: Requests, place: Place, target: str) -> str:
    """Write the test file: the requests, a line each, and the test that makes them again."""
    lines = ",\n".join(map(_wrapped, requests))
    return _TEST.format(
        text=f"{scaffold.rpc}: {UNFILLED}, in a few words.",
        target=target,
        check=event.check,
        imports=place.imports,
        requests=f"[\n{lines}\n]",
        # One text may be longer than a line.
        long="  # noqa: E501" if any(len(each) > _LINE for each in lines.split("\n")) else "",
        id=scaffold.id,
        function=scaffold.function,
        unfilled=UNFILLED,
    )


def _wrapped(request: tuple[str, Mapping[str, Any]], width: int = 110) -> str:
    """Write a request as JSON, and break it behind commas, so that people can read it; a text stays whole."""
    rows, row = [], ""
    for part in json.dumps(request, ensure_ascii=True, separators=(_BREAK, ": ")).split(_BREAK):
        if row and len(row) + len(part) + 2 > width:
            rows.append(f"{row},")
            row = part
        else:
            row = f"{row}, {part}" if row else part
    return "\n ".join([*rows, row])
