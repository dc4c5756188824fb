"""`docs/releases.md`: what each release of Milvus answers, and what changes from one to the next, as Markdown.

Made from the clauses and from what servers were seen to answer, and from nothing else: the same data give the
same page.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise

from milvus_tck.reporting.markdown import prose
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import protocol_clauses
from milvus_tck.spec.clause_witnesses import witness_words
from milvus_tck.spec.clauses import Clause, Level
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.deviations import Deviation, deviations
from milvus_tck.spec.releases import (
    Change,
    ChangeKind,
    EvidenceKind,
    Release,
    answer_words,
    changes,
    evidence,
    releases,
)

__all__ = ["change_lines", "newest_of_lines", "releases_markdown"]

_MARKS = {EvidenceKind.SEEN: " ●", EvidenceKind.READ: " ○", EvidenceKind.UNKNOWN: " ?"}
_NONE = "-"


def releases_markdown() -> str:
    """Write the page."""
    known = list(releases().values())
    parts = {
        "overview": _overview(known),
        "known": _known(known),
        "steps": _steps(known),
        "deviations": _deviations(),
        "table": _table(known),
    }
    template = (data_dir("reports") / "templates" / "releases.md").read_text(encoding="utf-8")
    for name, lines in parts.items():
        template = template.replace(f"{{{{ {name} }}}}", "\n".join(lines).strip("\n"))
    return template


def newest_of_lines() -> list[Release]:
    """Return the newest release of each line."""
    return list({each.profile.name: each for each in releases().values()}.values())


def change_lines(found: Sequence[Change]) -> Iterator[str]:
    """Write changes under a heading for each kind, what breaks clients first."""
    for kind in ChangeKind:
        rows = [each for each in found if each.kind is kind]
        if rows:
            yield f"**{kind.value[0].upper()}{kind.value[1:]}** ({len(rows)})"
            yield ""
            yield from _number_lines(rows) if kind is ChangeKind.NUMBER else map(_change_line, rows)
            yield ""


def _number_lines(rows: Sequence[Change]) -> Iterator[str]:
    """Write clauses of which nothing but the number changes: those of the same numbers together, by RPC."""
    by_numbers: dict[tuple[str, str, tuple[str, str]], dict[str, list[str]]] = {}
    for each in rows:
        by_rpc = by_numbers.setdefault((each.before, each.after, each.error_codes), {})
        by_rpc.setdefault(each.clause.rpc, []).append(f"`{each.clause.id}`{_level(each.clause)}")
    for (before, after, beside), by_rpc in sorted(by_numbers.items(), key=lambda row: -sum(map(len, row[1].values()))):
        legacy = f" (error_code {' → '.join(beside)})" if len(set(beside)) > 1 else ""
        yield f"- {before} → {after}{legacy}:"
        yield from (f"  - {rpc}: {', '.join(names)}" for rpc, names in sorted(by_rpc.items()))


def _change_line(change: Change) -> str:
    refused = change.after not in {"", "ok"} and change.kind is not ChangeKind.TEXT
    words = f" ({change.after})" if refused else ""
    return f"- `{change.clause.id}`{_level(change.clause)}: {prose(change.text)}{words}"


def _level(clause: Clause) -> str:
    return "" if clause.level is Level.MUST else f" ({clause.level.value})"


def _known(known: Sequence[Release]) -> Iterator[str]:
    yield "| release | clauses over gRPC | seen running ● | read in source ○ | unknown ? |"
    yield "|---|---:|---:|---:|---:|"
    for release in known:
        own = [each for each in _judged() if each.applies_to(release.profile)]
        count = Counter(evidence(each, release) for each in own)
        yield f"| {release.name} | {len(own)} | {' | '.join(str(count[each]) for each in EvidenceKind)} |"


def _all_steps(known: Sequence[Release]) -> list[tuple[Release, Release]]:
    """Return the steps from line to line, between the newest release of each, and between releases of one line."""
    inner = [(a, b) for a, b in pairwise(known) if a.profile.name == b.profile.name]
    return sorted([*pairwise(newest_of_lines()), *inner], key=lambda step: known.index(step[1]))


def _over_grpc(before: Release, after: Release) -> list[Change]:
    return [each for each in changes(before.profile, after.profile) if GRPC in each.clause.bindings]


def _overview(known: Sequence[Release]) -> Iterator[str]:
    """Count what changes in each step, with a link to what that is."""
    yield f"| from | to | {' | '.join(ChangeKind)} |"
    yield f"|---|---|{'---:|' * len(ChangeKind)}"
    for before, after in _all_steps(known):
        count = Counter(each.kind for each in _over_grpc(before, after))
        cells = " | ".join(str(count[kind]) for kind in ChangeKind)
        yield f"| {before.name} | {_link(before, after, after.name)} | {cells} |"


def _steps(known: Sequence[Release]) -> Iterator[str]:
    """Write what changes in each step."""
    for before, after in _all_steps(known):
        found = _over_grpc(before, after)
        yield f"### From {before.name} to {after.name}"
        yield ""
        if not before.profile.status_code and after.profile.status_code:
            yield f"Every refusal carries `Status.code` beside `error_code` from {after.profile.name} on."
            yield ""
        yield from _inside(known, before, after)
        yield from change_lines(found) if found else ("Nothing that a clause speaks of.", "")
        yield from _broken_lines(before, after)


def _inside(known: Sequence[Release], before: Release, after: Release) -> Iterator[str]:
    """Say of a step to another line how much of it came with a later patch of that line."""
    line = after.profile.name
    earlier = [each for each in known if each.profile.name == line and each is not after]
    if before.profile.name == line or not earlier:
        return
    late = {each.clause.id for each in _over_grpc(earlier[-1], after)}
    count = sum(each.clause.id in late for each in _over_grpc(before, after))
    if count:
        yield f"{count} of these come with a release of {line} after {earlier[-1].name}: {_link(earlier[-1], after)}."
        yield ""


def _link(before: Release, after: Release, words: str = "") -> str:
    """Write a link to the section of a step."""
    title = f"From {before.name} to {after.name}"
    return f"[{words or title}](#{title.lower().replace(' ', '-').replace('.', '')})"


def _broken_lines(before: Release, after: Release) -> Iterator[str]:
    """Write the promises that one of two releases breaks and the other one does not, as far as that is known."""
    then, now = ([each for each in deviations() if one.profile in each.releases] for one in (before, after))
    new, gone = ([each for each in own if each not in other] for own, other in ((now, then), (then, now)))
    for title, own in (
        ("Broken from here on", [each for each in new if _is_known(each, before)]),
        (f"Known to be broken; of {before.name} nobody knows", [each for each in new if not _is_known(each, before)]),
        ("Not broken any more", [each for each in gone if _is_known(each, after)]),
        (f"Broken before; of {after.name} nobody knows", [each for each in gone if not _is_known(each, after)]),
    ):
        if own:
            yield f"**{title}** ({len(own)})"
            yield ""
            yield from (f"- {prose(each.text)} ({_conditions(each)})" for each in own)
            yield ""


def _is_known(deviation: Deviation, release: Release) -> bool:
    """Tell whether anybody looked whether a release breaks the promise, which some other release breaks."""
    checks = [CheckId.parse(check) for check in deviation.checks]
    own = [each for each in protocol_clauses().values() if any(fnmatchcase(each.id, check.clause) for check in checks)]
    stands = [each for each in own if each.applies_to(release.profile)]
    if any(GRPC in each.bindings and check.binding not in {GRPC, "*"} for each in own for check in checks):
        return False  # what is known of it is known over gRPC
    return not stands or any(evidence(each, release) is not EvidenceKind.UNKNOWN for each in stands)


def _conditions(deviation: Deviation) -> str:
    names = dict.fromkeys(CheckId.parse(check).condition for check in deviation.checks)
    return ", ".join(f"`{name}`" for name in names)


def _deviations() -> Iterator[str]:
    """Write the promises that releases are known to break."""
    yield "| releases | what | clauses | who says so |"
    yield "|---|---|---|---|"
    for each in deviations():
        witness = prose(witness_words(map(str, each.witness)))
        yield f"| {each.releases.text} | {prose(each.text)} | {_conditions(each)} | {witness} |"


def _deviates(clause: Clause, release: Release) -> bool:
    """Tell whether a release is known to break a promise, in some case at least."""
    patterns = (CheckId.parse(check).clause for each in deviations() if release.profile in each.releases
                for check in each.checks)  # fmt: skip
    return any(fnmatchcase(clause.id, pattern) for pattern in patterns)


def _judged() -> list[Clause]:
    """Return the clauses of RPCs over gRPC."""
    return [each for each in protocol_clauses().values() if GRPC in each.bindings]


def _table(known: Sequence[Release]) -> Iterator[str]:
    by_rpc: dict[str, list[Clause]] = {}
    for clause in _judged():
        if any(clause.applies_to(release.profile) for release in known):
            by_rpc.setdefault(clause.rpc, []).append(clause)
    for rpc, own in sorted(by_rpc.items()):
        yield f"### {rpc}"
        yield ""
        yield f"| clause | {' | '.join(each.name for each in known)} |"
        yield f"|---|{'---|' * len(known)}"
        yield from (_row(clause, known) for clause in own)
        yield ""


def _row(clause: Clause, known: Sequence[Release]) -> str:
    cells = (_cell(clause, each) for each in known)
    return f"| `{clause.id}`{_level(clause)} | {' | '.join(cells)} |"


def _cell(clause: Clause, release: Release) -> str:
    words = answer_words(clause, release.profile)
    broken = " ≠" if _deviates(clause, release) else ""
    return f"{words}{_MARKS[evidence(clause, release)]}{broken}" if words else _NONE
