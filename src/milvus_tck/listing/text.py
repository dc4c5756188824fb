"""The text of `milvus-tck list`."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import click

from milvus_tck.planning.plan import Plan, Planned, Reached
from milvus_tck.reporting.scope import scope_words
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.not_testable import not_testable
from milvus_tck.spec.rpcs import rpcs_of
from milvus_tck.verdict.scheduling.skip_rules import Absence

__all__ = ["say"]

_COLUMNS = ("success", "refusal", *(level.value for level in Level))
#: Reasons that a reader wants to see clause by clause even in a short list.
_TOLD = {Absence.NO_TEST, Absence.NOT_TESTABLE}
#: What was not selected is what the reader left out, and stays out.
_ONE_BY_ONE = set(Absence) - {Absence.NOT_SELECTED}


def say(plan: Plan, found: Reached, rows: str) -> None:
    """Print a plan; a row is an RPC, a family, a clause or a check."""
    if rows == "check":
        click.echo("\n".join(check.id for each in plan.planned for check in each.checks))
        return
    click.echo(
        f"{found.target}, profile {found.profile.name}: {found.reason}; "
        f"{len(plan.checks)} checks of {len(plan.planned)} clauses"
    )
    click.echo("\n".join(_clauses(plan) if rows == "clause" else _table(plan, rows)))
    click.echo(scope_words(plan.scope))
    new = sum(check.becomes is not None for check in plan.checks)
    if new:
        click.echo(f"{new} of the checks are newer than the last release: they are made, and not scored until the next")
    if plan.always:
        click.echo(f"and {len(plan.always)} promises of every answer (wire/*), one check for each RPC that answers")
    if plan.support:
        click.echo(f"{plan.support} more tests run because what was asked for needs them")
    _say_absent(plan, each_one=rows == "clause")


def _table(plan: Plan, rows: str) -> Iterable[str]:
    """Count clauses by what they promise, and checks by level, for each RPC of the profile, or each family."""
    group: Callable[[Planned], str] = _family if rows == "family" else _rpc
    own: defaultdict[str, list[Planned]] = defaultdict(list)
    for each in plan.planned:
        own[group(each)].append(each)
    others = _unjudged(plan) if rows == "rpc" and not plan.options.select else {}
    names = [each.name for each in rpcs_of(plan.profile) if each.name in own or each.name in others]
    names = list(dict.fromkeys([*(names if rows == "rpc" else ()), *own]))
    width = max(map(len, [*names, rows]))
    yield click.style(_row(rows, ["clauses", "", "checks", "", "", ""], width), bold=True)
    yield click.style(_row("", _COLUMNS, width), dim=True)
    for name in names:
        yield _row(name, _counts(own[name]), width, others.get(name, ""))


def _row(name: str, cells: Sequence[str], width: int, note: str = "") -> str:
    filled = (f"{cell:>{max(len(column), 7)}}" for cell, column in zip(cells, _COLUMNS, strict=True))
    return f"{name:<{width}}  {' '.join(filled)}  {note}".rstrip()


def _unjudged(plan: Plan) -> dict[str, str]:
    """Say of each RPC that would not be judged why that is."""
    scope = plan.scope
    words = (
        (scope.no_server, "no released server has it"),
        (scope.no_clause, "no clause yet"),
        (scope.not_asked, "not asked for"),
        (scope.open, "left out"),
    )
    reasons = not_testable(plan.profile)
    said = {name: f"not testable: {reasons[name]}" for name in scope.not_testable}
    return said | {name: text for names, text in words for name in names}


def _rpc(each: Planned) -> str:
    return each.clause.rpc


def _family(each: Planned) -> str:
    return each.clause.family


def _counts(own: Sequence[Planned]) -> list[str]:
    counts = Counter(each.kind for each in own) + Counter(check.level.value for each in own for check in each.checks)
    return [str(counts[name] or "-") for name in _COLUMNS]


def _clauses(plan: Plan) -> Iterable[str]:
    rpc = ""
    for each in sorted(plan.planned, key=_rpc):
        if each.clause.rpc != rpc:
            rpc = each.clause.rpc
            yield click.style(rpc, bold=True)
        number = f"{len(each.checks)} checks" if len(each.checks) > 1 else "1 check"
        whose = f", promised by {each.clause.origin}" if each.clause.origin else ""
        yield f"  {each.clause.id} " + click.style(f"{each.clause.level.value}, {each.kind}, {number}{whose}", dim=True)
        yield f"    {each.text}"


def _say_absent(plan: Plan, *, each_one: bool) -> None:
    """Say what would not run: one by one, or counted by reason."""
    for kind in Absence:
        found = [each for each in plan.absent if each.kind is kind]
        if found:
            checks = sum(each.checks for each in found)
            of = f" ({checks} checks)" if checks else ""
            click.echo(f"not judged, {kind.value}: {len(found)} clauses{of}")
        for each in found if kind in (_ONE_BY_ONE if each_one else _TOLD) else ():
            click.echo(f"  {each.clause.id}: {each.why}")
