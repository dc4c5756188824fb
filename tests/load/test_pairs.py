"""Two sides that take turns: what is compared, how sure it is, and what is judged."""

import json
import math
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from milvus_tck.load.plan.objectives import Held, parse_objectives
from milvus_tck.load.report.pairs import compare_pairs, interval, judge_pairs, limits, turns
from milvus_tck.proxy.rules import Rule, Where
from milvus_tck.proxy.server import Proxy
from milvus_tck.targets.network import free_ports
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.states import Exit
from tests.load.runs import command


def _row(p99: float, *, rate: float = 100.0, errors: int = 0, recall: float = 1.0) -> dict[str, Any]:
    return {
        "rate": rate, "p50_ms": p99 / 2, "p90_ms": p99 * 0.9, "p99_ms": p99, "errors": errors, "count": 100,
        "good": 100 - errors, "recall": {"mean": recall},
    }  # fmt: skip


def _pairs(*p99: tuple[float, float]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    return [({"search": _row(a)}, {"search": _row(b)}) for a, b in p99]


def _found(metric: str, pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Any:  # noqa: ANN401 - a change
    return next(each for each in compare_pairs(pairs) if each.metric == metric)


def test_turns_are_balanced_and_seeded() -> None:
    """Each side goes first as often as the other, by chance, and the same seed gives the same order."""
    assert turns(10, 7) == turns(10, 7)
    assert sum(order == ("a", "b") for order in turns(10, 7)) == 5
    assert len({tuple(turns(6, seed)) for seed in range(20)}) > 1
    assert len(turns(3, 1)) == 3


@pytest.mark.parametrize("freedom", [1, 2, 5, 17, 30])
def test_an_interval_holds_95_percent_of_students_law(freedom: int) -> None:
    """As far as the interval reaches, in standard errors, the density adds up to 0.95."""
    values = [0.0, 1.0] * ((freedom + 1) // 2) + [0.5] * ((freedom + 1) % 2)
    mean, low, high = interval(values)
    assert low is not None
    assert high is not None
    reach = (high - mean) / (np.std(values, ddof=1) / math.sqrt(len(values)))
    assert mean - low == pytest.approx(high - mean)
    t = np.linspace(-reach, reach, 400_001)
    scale = math.gamma((freedom + 1) / 2) / math.gamma(freedom / 2) / math.sqrt(freedom * math.pi)
    density = scale * (1 + t**2 / freedom) ** (-(freedom + 1) / 2)
    assert float((density[1:] + density[:-1]).sum() / 2 * (t[1] - t[0])) == pytest.approx(0.95, abs=1e-4)


def test_what_drifts_alike_for_both_sides_is_no_difference_between_them() -> None:
    """The machine gets slower tenfold from pair to pair: the ratio is the same in each, and so is the interval."""
    change = _found("p99_ms", _pairs((2.0, 1.0), (20.0, 10.0), (200.0, 100.0)))
    assert (change.value, change.low, change.high) == pytest.approx((2.0, 2.0, 2.0))
    assert change.differs


def test_noise_between_pairs_is_no_difference() -> None:
    """Twice as slow in one pair and twice as fast in the next shows nothing."""
    change = _found("p99_ms", _pairs((2.0, 1.0), (1.0, 2.0), (2.0, 1.0), (1.0, 2.0)))
    assert change.low < 1 < change.high
    assert not change.differs


def test_shares_are_compared_by_their_difference() -> None:
    """Errors and recall may be 0: they are subtracted."""
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = [
        ({"search": _row(1.0, errors=10, recall=0.5)}, {"search": _row(1.0)}) for _ in range(3)
    ]
    for metric, value in (("errors", 0.1), ("recall", -0.5)):
        change = _found(metric, pairs)
        assert (change.kind, change.value, change.differs) == ("difference", pytest.approx(value), True)


def test_one_pair_has_no_interval() -> None:
    """Without a second pair nobody knows how pairs differ."""
    change = _found("p99_ms", _pairs((2.0, 1.0)))
    assert (change.low, change.high, change.differs) == (None, None, False)


@pytest.mark.parametrize(
    ("pairs", "held"),
    [
        (_pairs((2.0, 1.0), (2.02, 1.0), (1.98, 1.0)), Held.FAIL),
        (_pairs((1.0, 1.0), (1.02, 1.0), (0.98, 1.0)), Held.PASS),
        (_pairs((2.0, 1.0), (1.0, 2.0), (2.0, 1.0)), Held.INCONCLUSIVE),
        (_pairs((2.0, 1.0)), Held.INCONCLUSIVE),
        ([], Held.INCONCLUSIVE),
    ],
)
def test_a_bound_on_a_ratio_is_held_against_the_interval(
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]], held: Held
) -> None:
    """Broken where all of the interval breaks it, kept where all of it keeps it, and open in between."""
    judged = judge_pairs(parse_objectives(["search.p99<1.5x"]), compare_pairs(pairs))
    assert [each.held for each in judged] == [held]


def test_it_says_what_it_cannot_show() -> None:
    """Runs whose client was in its own way are counted, and a shared machine is named."""
    slow, fast = ({"client": {"bottleneck": each, "dropped": 0}} for each in (True, False))
    said = " ".join(limits(2, [slow, fast, fast, fast], same_machine=True))
    assert "in 1 of 4 runs the client was the bottleneck" in said
    assert "share this machine" in said
    assert "bottleneck" not in " ".join(limits(2, [fast] * 4, same_machine=False))


def test_a_slower_side_is_noticed(tmp_path: Path) -> None:
    """A server behind 60 ms against itself: the ratio excludes 1, the bound on it fails, and both sides took turns."""
    server = resolve("model")
    server.start()
    try:
        with Proxy(server.address, rules=[Rule("slow", Where(rpc=("GetVersion",)), delay=0.06)]) as proxy:
            typed = command(
                proxy.address, tmp_path, "--against", server.address, "--repeat", "4", "--op", "get-version",
                "--rate", "20", "--duration", "2", "--slo", "get-version.p50<1.2x", "--json",
            )  # fmt: skip
            done = subprocess.run(typed, capture_output=True, text=True, check=False, timeout=200)
    finally:
        server.stop()
    made = json.loads(done.stdout)
    assert made == json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert done.returncode == made["exit_code"] == Exit.OBJECTIVE_MISSED, done.stderr
    assert [each["state"] for each in made["slo"]] == ["fail"]
    change = next(each for each in made["changes"] if each["metric"] == "p50_ms")
    assert change["differs"]
    assert change["low"] > 1.2
    assert (made["pairs"], sorted(made["order"])) == (4, ["ab", "ab", "ba", "ba"])
    paths = [[tmp_path / f"pair-{number}-{side}" / "summary.json" for side in "ab"] for number in (1, 2, 3, 4)]
    seeds = [{json.loads(path.read_text(encoding="utf-8"))["scenario"]["seed"] for path in pair} for pair in paths]
    assert all(len(each) == 1 for each in seeds)
    assert len(set.union(*seeds)) == 4


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--repeat", "3"), "--repeat takes turns with another side"),
        (("--against", "null", "--baseline", "."), "two ways to compare"),
        (("--against-scenario", "mixed", "--op", "search"), "--op stands in place of every scenario"),
        (("--against", "ecko"), "echo"),
        (("--against", "null", "--slo", "serch.p99<1.1x"), "the run has no operation 'serch'"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    """Half of a comparison, two of them, or a side that means nothing is a usage error before anything is started."""
    done = subprocess.run(command("null", tmp_path, *options), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == Exit.USAGE
    assert why in " ".join(done.stderr.split())


def test_a_side_that_cannot_be_reached_ends_the_pairs(tmp_path: Path) -> None:
    """What was played until then is written down, and the code is that of a target that is lost."""
    gone = f"127.0.0.1:{free_ports(1)[0]}"
    typed = command("null", tmp_path, "--against", gone, "--repeat", "2", "--op", "get-version", "--duration", "1")
    done = subprocess.run(typed, check=False, capture_output=True, text=True)
    assert done.returncode == Exit.TARGET_LOST, done.stderr
    told = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert (told["pairs"], told["changes"], told["exit_code"]) == (0, [], Exit.TARGET_LOST)
    assert gone in done.stderr
    assert "Traceback" not in done.stderr
