"""`findings.md`: every broken promise of one server, for those who publish or discuss them.

By RPC and clause: the promise, who else witnesses it, what was expected and what came, and
the exchange that decided. What differs from run to run (the run's letters in names) is
written the same way, so that two runs can be compared line by line.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.markdown import code_span, prose
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clause_witnesses import witness_words
from milvus_tck.verdict.model.check import HOLDS
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["findings_markdown"]

_ITEMS, _TEXT, _SIDE = 4, 80, 700
#: Where a server was built or runs says nothing of the protocol, and differs from build to build.
_FOLDERS = re.compile(r"(?<![\w./])/(?:workspace|home|root|go|build|usr|tmp|var)/(?:[\w.+-]+/)*")


def findings_markdown(run: JudgedRun) -> str:
    """Write what failed; its size grows with the number of broken clauses only."""
    header = run.results.header
    failing = [check for check in run.results.checks if State(check.state).broken]
    lines = [
        f"# What {header.target.name} breaks",
        "",
        str(run.sentence),
        "",
        f"Version {prose(str(header.target.version)) or 'untold'}, profile {header.profile}, suite {header.suite}.",
    ]
    for rpc, members in sorted(_by(failing, "rpc").items()):
        lines += ["", f"## {rpc}"]
        for clause, checks in sorted(_by(sorted(members, key=lambda each: each.check), "clause").items()):
            lines += ["", *_finding(run, clause, checks)]
    return "\n".join(lines) + "\n"


def _by(checks: Iterable[CheckEvent], member: str) -> Mapping[str, list[CheckEvent]]:
    groups: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    for check in checks:
        groups[getattr(check, member)].append(check)
    return groups


def _finding(run: JudgedRun, clause: str, checks: list[CheckEvent]) -> Iterator[str]:
    known = clauses().get(clause)
    witness = f" Witness: {prose(witness_words(map(str, known.witness)))}." if known and known.witness else ""
    yield f"### {clause} ({checks[0].level})"
    yield ""
    yield f"{prose(checks[0].text)}{witness}"
    yield ""
    for check in checks:
        elsewhere = run.holds_over(check)
        holds = f"; it holds over {elsewhere}" if elsewhere else ""
        yield f"- `{check.check.removeprefix(clause)}`: {_contrast(run, check)}{holds}"
    for check in {check.binding: check for check in reversed(checks)}.values():
        yield from _shown(run, check)


def _contrast(run: JudgedRun, check: CheckEvent) -> str:
    """Say what was expected and what came, member by member."""

    def code(text: str) -> str:
        return code_span(_same(run, text), 200)

    died = check.state == State.TARGET_CRASH or check.signature.startswith("crash:")
    if not died and check.members:
        told = [(f"{prose(each.path)}: ", each.expected, each.actual) for each in check.members]
        return "; ".join(f"{path}expected {code(expected)}, got {code(actual)}" for path, expected, actual in told)
    came = "it died" if died else f"got {code(check.actual)}"
    return f"expected {code(check.expected)}, {came}" if check.expected else came


def _shown(run: JudgedRun, check: CheckEvent) -> Iterator[str]:
    """Show what decided a check, and, where it holds over another binding, what decided it there."""
    deciding = _deciding(check)
    if deciding is not None:
        yield from ("", "```", *_exchange(run, deciding), "```")
    for each in run.counterparts.get(check.check, ()):
        for exchange in each.exchanges:
            yield from ("", f"Over {each.binding}, where it holds:", "", "```", *_exchange(run, exchange), "```")


def _deciding(check: CheckEvent) -> Mapping[str, Any] | None:
    """Return the exchange that decided a check; of a file that does not tell, the last of its RPC, else of all."""
    if check.decisive is not None:
        return check.decisive
    own = [exchange for exchange in check.exchanges if exchange["rpc"] == check.rpc]
    refusal = CheckId.parse(check.check).aspect != HOLDS
    if own and refusal:
        return own[0] if len(own) == 1 else own[-2]  # the last one is the valid request beside it
    return own[-1] if own else check.exchanges[-1] if check.exchanges else None


def _exchange(run: JudgedRun, exchange: Mapping[str, Any]) -> Iterator[str]:
    ended = f"gRPC {exchange['grpc']} {exchange.get('details')}"
    if "http" in exchange:
        ended = exchange["response"] or f"HTTP {exchange['http']['status']} {exchange.get('details', '')}"
    answer = exchange["response"] if exchange["grpc"] == "OK" else ended
    http = f" ({exchange['http']['request']})" if "http" in exchange else ""
    yield f"{exchange['rpc']}{http} {_side(run, exchange['request'])}"
    yield f"-> {_side(run, answer)}"


def _side(run: JudgedRun, value: Any) -> str:  # noqa: ANN401 - JSON
    text = _same(run, json.dumps(_short(run, value))).replace("\\u2026", "…").replace("```", "\\u0060``")
    return text if len(text) <= _SIDE else f"{text[:_SIDE]}…"


def _short(run: JudgedRun, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _short(run, each) for key, each in value.items()}
    if isinstance(value, list):
        return [*(_short(run, each) for each in value[:_ITEMS]), *(["…"] if len(value) > _ITEMS else [])]
    if isinstance(value, str):
        same = _same(run, value)
        return same if len(same) <= _TEXT else f"{same[:_TEXT]}…"
    return value


def _same(run: JudgedRun, text: str) -> str:
    """Take out of a text what another run would write in another way."""
    named = re.sub(rf"tck_{run.results.header.run}_\w*?_[0-9a-f]{{8}}_", "tck_", text, flags=re.IGNORECASE)
    return _FOLDERS.sub("…/", named).replace("\n", " ")
