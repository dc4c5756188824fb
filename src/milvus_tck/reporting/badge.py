"""`badge.json`: an endpoint badge of shields.io, with what was not verified in it."""

import json

from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.sentence import Tone, tone
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State

__all__ = ["badge_json"]

_OTHERWISE = {Tone.BAD: "red", Tone.OPEN: "orange"}


def badge_json(run: JudgedRun) -> str:
    """Return the badge; it is green only when nothing that is scored fails or is unverified."""
    content = {
        "schemaVersion": 1,
        "label": f"Milvus {run.header.profile} core",
        "message": _message(run),
        "color": _colour(run),
    }
    return json.dumps(content) + "\n"


def _message(run: JudgedRun) -> str:
    must = run.summary.counts[Level.MUST]
    unverified = sum(must[state] for state in State if state.unverified)
    parts = [f"{must[State.PASS]}/{sum(must.values())} must", f"{unverified} unverified"]
    if must[State.DEVIATION]:
        parts.append(f"{must[State.DEVIATION]} as upstream deviates")
    scope = run.summary.scope
    if scope is not None:
        parts.append(f"{len(scope.judged)} of {scope.rpcs} RPCs")
    if run.header.partial:
        parts.append("a part of the suite")
    if not run.results.complete:
        parts.append("incomplete")
    return ", ".join(parts)


def _colour(run: JudgedRun) -> str:
    found = tone(run.results, run.summary)
    if found is not Tone.GOOD:
        return _OTHERWISE[found]
    should = run.summary.counts[Level.SHOULD]
    return "brightgreen" if all(not should[state] for state in State if state is not State.PASS) else "blue"
