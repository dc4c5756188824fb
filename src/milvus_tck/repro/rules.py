"""The rules by which answers keep a promise or break it. Part of the script."""

from __future__ import annotations

import json
import math
from typing import Any

from milvus_tck.repro.definitions import values_at
from milvus_tck.repro.server import Answer

__all__ = ["BROKEN", "KEPT", "WIDTH", "Doubt", "alike", "differences", "judged"]

KEPT, BROKEN = 0, 1
WIDTH = 300


def alike(now: Any, recorded: Any) -> bool:
    """Compare values; numbers with a fraction were recorded with eight digits."""
    if isinstance(now, list) and isinstance(recorded, list):
        return len(now) == len(recorded) and all(map(alike, now, recorded))
    if isinstance(now, float) or isinstance(recorded, float):
        try:
            return math.isclose(now, recorded, rel_tol=1e-5, abs_tol=1e-6)
        except TypeError:
            return False
    return bool(now == recorded)


def differences(step: dict[str, Any], answer: Answer) -> list[str]:
    """Say in what an answer differs from the recorded one."""
    found = []
    if answer.code != step["code"]:
        found.append(f"recorded {step['code']}")
    elif answer.content is not None and step["status"] not in (None, [answer.status_code, answer.legacy]):
        found.append("recorded code {}, error_code {}".format(*step["status"]))
    for path, recorded in step["told"]:
        now = values_at(answer.content, path)
        if not alike(now, recorded):
            found.append(f"{'.'.join(path)}: {shown(now)}, recorded {shown(recorded)}")
    return found


def shown(values: list[Any]) -> str:
    """Show values in a line."""
    text = json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False)
    return text if len(text) <= WIDTH else text[:WIDTH] + "..."


class Doubt(Exception):
    """Nobody can tell."""


def judged(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge the promise by the answers to all steps."""
    return RULES[promise["rule"]](promise, answers, wrong)


def by_refusal(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge one aspect of a request that has to be refused."""
    answer = answers[promise["call"]]
    if not answer.refused:
        return BROKEN, "it is accepted"
    beside = promise.get("beside")
    if beside is not None and answers[beside].refused:
        raise Doubt(f"the valid request beside it is refused too: {answers[beside]}")
    aspect = promise["aspect"]
    if aspect == "fails":
        return KEPT, f"it is refused: {answer}"
    if aspect == "in-band":
        return verdict(answer.code in promise["in_band"], f"refused by {answer}")
    if aspect == "code":
        return verdict(answer.status_code in promise["codes"], f"code {answer.status_code}")
    if aspect == "legacy":
        wanted = promise["legacy"]
        return verdict(answer.legacy in wanted if wanted else answer.legacy != 0, f"error_code {answer.legacy}")
    if aspect == "agree":
        wanted = promise["agree"].get(str(answer.status_code), [promise["other"]])
        return verdict(answer.legacy in wanted, f"error_code {answer.legacy} beside code {answer.status_code}")
    return verdict(promise["reason"] in answer.reason and bool(answer.reason.strip()), f"reason {answer.reason!r}")


def verdict(holds: bool, said: str) -> tuple[int, str]:
    """Return what a decision comes to."""
    return (KEPT if holds else BROKEN), said


def by_success(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge a request that has to succeed, or that has to be there at all."""
    answer = answers[promise["call"]]
    if promise["rule"] == "there":
        lacks = answer.code == "UNIMPLEMENTED" or answer.status_code == 10
        return verdict(not lacks, f"it answers {answer}")
    if answer.status_code == 8 or answer.code == "HTTP 429":
        raise Doubt(f"it asks to come back later: {answer}")
    if answer.refused:
        return BROKEN, f"it is refused: {answer}"
    return KEPT, "it succeeds; the run did not come so far as to look at its effect"


def by_number(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge an error_code that has to be one that is defined."""
    answer = answers[promise["call"]]
    if answer.content is None:
        raise Doubt(f"there is no Status to look at: {answer}")
    return verdict(answer.legacy in promise["defined"], f"error_code {answer.legacy}")


def by_change(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge that a refusal changed nothing: looks before and after it see the same."""
    if not answers[promise["call"]].refused:
        return BROKEN, "it is accepted"
    for before, after, paths in promise["looks"]:
        for path in paths:
            old, new = (values_at(answers[step].content, path) for step in (before, after))
            if not alike(old, new):
                return BROKEN, f"{'.'.join(path)} was {shown(old)}, and is {shown(new)}"
    return KEPT, "nothing changed"


def by_values(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge by values: the right ones keep a promise, others break it; without right ones, the same answers do."""
    for step, path, expected in promise["right"]:
        now = values_at(answers[step].content, path)
        if [str(each) for each in now] != [str(each) for each in expected]:
            return BROKEN, f"{'.'.join(path)} is {shown(now)}, not {shown(expected)}"
    if promise["right"]:
        return KEPT, "the values are the right ones"
    if not promise["evidence"]:
        raise Doubt("no answer that was recorded whole tells of it: compare them by hand")
    differing = [each for step in promise["evidence"] for each in wrong[step]]
    if not differing:
        return BROKEN, "the answers that decided it are as they were recorded"
    raise Doubt(f"the answers are not those that were judged: {'; '.join(differing)[:WIDTH]}")


def by_survival(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge that a server is still there; one that is gone ended the replay before."""
    return KEPT, "the server still answers"


RULES = {
    "refused": by_refusal, "accepted": by_success, "there": by_success, "defined": by_number, "untouched": by_change,
    "values": by_values, "survives": by_survival,
}  # fmt: skip
