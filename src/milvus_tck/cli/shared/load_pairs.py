"""`load --repeat N --against OTHER`: two sides take turns, and are compared."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from milvus_tck.cli.terminal.wide_table import print_wide
from milvus_tck.load.plan.objectives import Held, JudgedObjective, Objective
from milvus_tck.load.report.pairs import PairedChange, compare_pairs, judge_pairs, limits, turns
from milvus_tck.load.report.stored_run import SUMMARY
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["COMPARISON", "PairsAsked", "play_pairs"]

#: After these nothing more is played.
_OVER = {Exit.INTERRUPTED, Exit.TARGET_LOST, Exit.OUR_BUG, Exit.USAGE}
_CODES = {Held.PASS: Exit.OK, Held.FAIL: Exit.OBJECTIVE_MISSED, Held.INCONCLUSIVE: Exit.UNDETERMINED}
COMPARISON = "comparison.json"
_SIDES = {"a": "first", "b": "other"}


@dataclass(frozen=True)
class PairsAsked:
    """What is compared, and how often."""

    pairs: int
    seed: int
    #: What each side is called, `a` and `b`.
    names: dict[str, str]
    #: Bounds on ratios.
    objectives: tuple[Objective, ...]
    #: Whether a side is a server that we start here.
    here: bool


def play_pairs(asked: PairsAsked, folder: Path, play: Callable[[str, int, Path], int], console: Console) -> int:
    """Play all pairs with `play(side, seed, folder)`, write `comparison.json` and return the exit code."""
    codes: list[int] = []
    pairs: list[dict[str, dict[str, Any]]] = []
    for number, order in enumerate(turns(asked.pairs, asked.seed), 1):
        pair: dict[str, dict[str, Any]] = {}
        for side in order:
            console.print(
                f"pair {number} of {asked.pairs}, {_SIDES[side]}: {escape(asked.names[side])}", soft_wrap=True
            )
            where = folder / f"pair-{number}-{side}"
            where.mkdir(parents=True, exist_ok=True)
            codes.append(play(side, asked.seed + number, where))
            path = where / SUMMARY
            if path.is_file():
                pair[side] = json.loads(path.read_text(encoding="utf-8"))
            if codes[-1] in _OVER:
                break
        pairs.append(pair)
        if codes[-1] in _OVER:
            break
    return _finish(asked, folder, codes, pairs, console)


def _finish(
    asked: PairsAsked, folder: Path, codes: list[int], pairs: list[dict[str, dict[str, Any]]], console: Console
) -> int:
    whole = [pair for pair in pairs if len(pair) == len(asked.names)]
    changes = compare_pairs([(pair["a"]["ops"], pair["b"]["ops"]) for pair in whole])
    judged = judge_pairs(asked.objectives, changes)
    said = limits(len(whole), [each for pair in whole for each in pair.values()], same_machine=asked.here)
    code = int(Exit.first([*map(Exit, codes), *(_CODES[each.held] for each in judged)]))
    made = {
        "schema": 1, "first": asked.names["a"], "other": asked.names["b"], "asked": asked.pairs, "pairs": len(whole),
        "seed": asked.seed, "order": ["".join(each) for each in turns(asked.pairs, asked.seed)],
        "changes": [{**asdict(each), "differs": each.differs} for each in changes],
        "slo": [_slo(each) for each in judged], "limits": said, "codes": codes, "exit_code": code,
        "verdicts": [{side: each["verdict"] for side, each in pair.items()} for pair in pairs],
    }  # fmt: skip
    write_whole(folder / COMPARISON, json.dumps(made, indent=1) + "\n")
    _print(console, made, changes)
    return code


def _slo(judged: JudgedObjective) -> dict[str, Any]:
    return {"objective": judged.objective.text, "operation": judged.operation, "state": judged.held.value}


def _print(console: Console, made: dict[str, Any], changes: Sequence[PairedChange]) -> None:
    """Print what differs, by how much, and what that cannot show."""
    table = Table(box=None, pad_edge=False)
    for name in ("operation", "figure", "first", "other", "first by other", "95 % interval", ""):
        table.add_column(name, justify="left" if name in {"operation", "figure", ""} else "right", no_wrap=True)
    for each in changes:
        sign = "" if each.kind == "ratio" else "+"
        between = "too few pairs" if each.low is None else f"{each.low:{sign}.4g} to {each.high:{sign}.4g}"
        table.add_row(
            each.operation, each.metric, f"{each.first:.4g}", f"{each.other:.4g}", f"{each.value:{sign}.4g}", between,
            "differs" if each.differs else "",
        )  # fmt: skip
    console.print(f"first: {escape(made['first'])}; other: {escape(made['other'])}", soft_wrap=True)
    print_wide(console, table)
    for each in made["slo"]:
        console.print(f"{each['state']:<12} {escape(each['objective'])} ({each['operation']})", soft_wrap=True)
    for text in made["limits"]:
        console.print(f"[dim]{escape(text)}[/]", soft_wrap=True)
