"""The script: the texts of its modules, with the requests, the promise and the definitions of one check in it."""

import ast
import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from milvus_tck.repro.exchanges import kept_of, unprepared
from milvus_tck.repro.promise import promise_of
from milvus_tck.repro.steps import command_of, step_of
from milvus_tck.spec.data import proto_dir
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results

__all__ = ["script_of"]

#: As many exchanges are kept for a check; where there are so many, earlier ones may be missing.
_EVIDENCE = 40
#: The modules of the script; the last one is its face: the help, the place for the case, and what is run.
_MODULES = ("definitions", "server", "rules", "template")
_PACKAGE = "milvus_tck"
_EMPTY = "CASE: dict[str, Any] = {}\n"
_LONG = 4_000


def script_of(results: Results, check: CheckEvent) -> str:
    """Write a script that needs Python and grpcio only; it judges the promise of a check on any server."""
    source = program()
    exchanges = kept_of(results, check)
    steps = [step_of(each, results.header.run) for each in exchanges]
    case = {
        "check": check.check,
        "text": check.text,
        "run": results.header.run,
        "promise": promise_of(check, results.header.release or results.header.profile, steps),
        "steps": steps,
        "definitions": base64.b64encode(
            gzip.compress((proto_dir() / "descriptors.binpb").read_bytes(), mtime=0)
        ).decode(),
    }
    before, found, after = source.partition(_EMPTY)
    if not found:
        raise RuntimeError("the template has no place for its case")
    said = "".join(f"# {_printable(line)}\n" for row in _comments(results, check) for line in row.splitlines() or [""])
    shown = "".join(f"# {_printable(line)}\n" for line in _requests(exchanges, steps))
    return f"#!/usr/bin/env python3\n{said}{before}{shown}{_literal(case)}{after}"


@cache
def program() -> str:
    """Put the script together: the text of each of its modules, in the order in which they need each other.

    What they import stands above all of it, once; imports of one another go.
    """
    imports: set[str] = set()
    bodies: list[str] = []
    head = ""
    for name in _MODULES:
        text = (files("milvus_tck.repro") / f"{name}.py").read_text(encoding="utf-8")
        head, body = _taken_apart(text, imports)
        bodies.append(body)
    return f"{head}from __future__ import annotations\n\n{''.join(sorted(imports))}\n{''.join(bodies)}"


def _taken_apart(text: str, imports: set[str]) -> tuple[str, str]:
    """Return the docstring of a module and all that it defines; what it imports of Python's own goes to `imports`."""
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    docstring, *rest = tree.body
    above = [each for each in rest if isinstance(each, ast.Import | ast.ImportFrom) or _is_public_list(each)]
    for each in above:
        module = each.module if isinstance(each, ast.ImportFrom) else ""
        if not _is_public_list(each) and module != "__future__" and not (module or "").startswith(_PACKAGE):
            imports.add(f"{ast.unparse(each)}\n")
    first, last = docstring.end_lineno or 0, above[-1].end_lineno or 0
    return "".join(lines[:first]) + "\n", "".join(lines[last:])


def _is_public_list(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def _literal(case: Mapping[str, Any]) -> str:
    """Write the case as JSON in a raw string of Python: no text in it can end the string."""
    text = json.dumps(case, indent=1).replace("'", "\\u0027")
    return f"CASE: dict[str, Any] = json.loads(r'''\n{text}\n''')\n"


def _requests(exchanges: list[Mapping[str, Any]], steps: list[dict[str, Any]]) -> Iterator[str]:
    """Show every request for people."""
    yield "The requests, each as JSON and as a line for a shell. FILE is what --protoset writes; where the server wants"
    yield "a token, add -H 'authorization: <base64 of it>' for grpcurl, -H 'authorization: Bearer <token>' for curl."
    for number, (each, step) in enumerate(zip(exchanges, steps, strict=True)):
        yield ""
        yield f"{number}. {each['rpc']}"
        yield from (f"   {line}" for line in command_of(number, step, each["request"]))


def _comments(results: Results, check: CheckEvent) -> Iterator[str]:
    """Say what was judged and what came of it, and all that limits the replay."""
    target, header = results.header.target, results.header
    yield f"{check.check} ({check.level}), profile {header.profile}, milvus-tck {header.suite}"
    yield check.text
    yield f"{check.state}: {check.signature}"
    yield f"expected: {check.expected}"
    yield f"got: {check.actual}"
    yield f"recorded on {header.started} from {target.name} {target.version}, run {header.run}"
    yield from _limits(results, check)


def _limits(results: Results, check: CheckEvent) -> Iterator[str]:
    if check.test == "wire":
        yield "NOTE: an answer of any test broke this promise; what that test had done before is not recorded with it."
    elif len(check.exchanges) >= _EVIDENCE:
        yield f"NOTE: of a test, the last {_EVIDENCE} exchanges are kept; what they stand on may be missing."
    missing = unprepared(results, check)
    if missing:
        yield f"NOTE: how {', '.join(missing)} was prepared, which the check read, is not recorded."
    yield "Metadata of a request is not recorded. Requests go one after the other, whatever ran beside them then."


def _printable(line: str) -> str:
    """Take out of a text what has no place in a comment: it may be the target's own."""
    return "".join(letter if letter.isprintable() else "?" for letter in line[:_LONG])
