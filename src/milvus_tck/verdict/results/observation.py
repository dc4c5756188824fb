"""Observation: what a server answered, taken from the results of a run: the same run again gives the same answers.

What differs from run to run is left out of reasons: names and ids that the run made, addresses, times.
"""

import re
from functools import partial

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.observed_answers import CUT, Observed, ObservedAnswer, ObservedServer
from milvus_tck.verdict.model.answer_summary import ANSWERED
from milvus_tck.verdict.model.check import HOLDS
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Header
from milvus_tck.verdict.results.result_file import Results

__all__ = ["observation", "server_of", "stable_reason"]

#: Each with what stands for it: names that a run made, channels, paths, addresses, ids, long numbers, durations.
_VARYING = (
    (re.compile(r"\w*tck_[0-9a-z]{6}_\w*", re.IGNORECASE), "NAME"),
    (re.compile(r"[\w-]+-dml_\d+_\w+"), "CHANNEL"),
    (re.compile(r"(?<![\w.])/(?:[\w.+-]+/)+[\w.+-]*"), "PATH"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}:\d+\b|\blocalhost:\d+\b"), "ADDRESS"),
    (re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{16,}\b"), "ID"),
    (re.compile(r"\d{5,}"), "N"),
    (re.compile(r"\b\d+(?:\.\d+)?(?:ns|us|µs|ms|s)\b"), "TIME"),
)
#: Limits that servers name in their reasons, and codes: they are the same in every run.
_FIXED = frozenset({"65535", "65536", "16384", "16385", "32768", "32769", "65537", "262144", "262145", "2147483647"})
_LIMIT = 160
#: How the signature begins of what a server died of, where it is known to.
_DEATH = "crash:"
_RELEASE = re.compile(r"\d+(?:\.\d+)+(?:-(?:alpha|beta|rc\d*))?")
_DECIDED = frozenset({State.PASS, State.FAIL, State.DEVIATION, State.TARGET_CRASH, State.UNSUPPORTED})


def observation(results: Results, server: ObservedServer) -> Observed:
    """Return what a run saw its target answer, condition by condition, in their order.

    What is only looked at because others need it counts, too; what was not decided is left out.
    """
    events = [*results.checks, *results.support]
    found = {(each.clause, each.case, each.binding): each for each in filter(None, map(_answer, events))}
    return Observed(server, tuple(found[key] for key in sorted(found)))


def server_of(header: Header) -> ObservedServer:
    """Name the server of a run by its target, else by what it says of itself; what is not told is empty."""
    name, _, release = str(header.target.name).partition("@")
    version = str(header.target.version)
    told = _RELEASE.search(version)
    if not _RELEASE.fullmatch(release):
        release = told[0] if told else ""
    known = name if name.isidentifier() else "lite" if "lite-" in version or "milvus_lite" in version else "milvus"
    return ObservedServer(known, release, version, suite=header.suite, profile=header.profile)


def stable_reason(reason: str) -> str:
    """Return the part of a reason that is the same in every run: its first line, with a mark where there is more."""
    first, _, more = reason.strip().partition("\n")
    found = " ".join(first.split())
    for pattern, word in _VARYING:
        found = pattern.sub(partial(_replaced, word), found)
    return f"{found[:_LIMIT]}{CUT}" if more or len(found) > _LIMIT else found


def _replaced(word: str, varying: re.Match[str]) -> str:
    return varying[0] if varying[0] in _FIXED else word


def _answer(event: CheckEvent) -> ObservedAnswer | None:
    """Return what a check saw; `None` of one that tells nothing of the answer, or was not decided."""
    check = CheckId.parse(event.check)
    state = State(event.state)
    if check.aspect not in ANSWERED or state not in _DECIDED or event.family == "wire":
        return None
    named = partial(ObservedAnswer, event.clause, check.case, event.binding)
    if state is State.TARGET_CRASH or (state is State.DEVIATION and event.signature.startswith(_DEATH)):
        return named(grpc="UNAVAILABLE", ok=False, died=True, seen=event.signature)
    told = event.answered
    if told is None:
        return None
    numbers = told.get("code", 0), told.get("error_code", 0)
    held = None if check.aspect != HOLDS or state is State.UNSUPPORTED else state is State.PASS
    documents = told.get("documents", 1)
    ok = told["grpc"] == "OK" and numbers == (0, 0) and documents == 1
    return named(
        grpc=told["grpc"],
        error_code=told.get("error_code"),
        code=told.get("code"),
        ok=ok,
        retriable=told.get("retriable", False),
        reason=None if ok or "code" not in told else stable_reason(told.get("reason", "")),
        held=held,
        seen=event.signature if held is False else "",
        documents=documents,
    )
