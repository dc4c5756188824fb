"""`milvus-tck mutants --model` and `--field`: the suite over a model that has a defect."""

import gc
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from milvus_tck.cli.shared.option_values import sample_of
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.listing.collected_jobs import collected_jobs
from milvus_tck.mutants.code.code_campaign import CodeCampaign, CodeFate, CodeResult, Suite
from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.code_score import THRESHOLD, inserted, lines, scores_of, share
from milvus_tck.mutants.code.field_trial import FieldResult, try_all
from milvus_tck.mutants.code.generator import model_trees, mutants_of
from milvus_tck.mutants.code.line_coverage import GoodRun, good_run
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.field_defects import field_defects
from milvus_tck.spec.model_equivalents import equivalents
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.whole_file import write_whole
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["judge_field", "judge_model"]

_AGAIN = "milvus-tck mutants --help"
#: The lines that a mutant is tried in: the newest first, and those that answer most differently from it.
LINES = ("3.0", "2.3")
#: After so many mutants what they came to is written and told.
_OFTEN = 100


def judge_model(
    console: Console,
    line: str,
    nouns: Sequence[str],
    sample: int | None,
    seed: str,
    out: Path,
    docs: Path | None,
) -> int:
    """Break the model's code in many ways, one at a time, and print by noun what the suite noticed."""
    every = [each for path, tree in model_trees().items() for each in mutants_of(path, tree)]
    unknown = [noun for noun in nouns if noun not in {each.noun for each in every}]
    wanted = sample_of([each for each in every if not nouns or each.noun in nouns], sample, seed)
    if unknown:
        known = ", ".join(sorted({each.noun for each in every}))
        fail(Exit.NOTHING_RAN, "no mutant was run", f"no noun is called {unknown[0]!r}; there are {known}", _AGAIN)
    oracle, rest = _parted(wanted, lambda each: equivalents().is_oracle(each.path, each.function))
    same, tried = _parted(rest, lambda each: bool(equivalents().reason(each.path, each.function, each.change)))
    names = LINES if not line else (line,)
    results = _results(console, tried, names, out)
    if not results:
        fail(
            Exit.NOTHING_RAN,
            "no mutant was run",
            "all that were chosen are explained, or only judge the others",
            _AGAIN,
        )
    scores = scores_of(results, same, oracle)
    console.print("\n".join(lines(scores)), markup=False)
    reached = share(scores)
    console.print(f"{reached:.1%} of what could be killed was (wanted: {THRESHOLD:.0%}); {out / 'model.ndjson'}")
    if docs is not None:
        about = _about(len(every), nouns, sample, seed, names)
        write_whole(docs, inserted(docs.read_text(encoding="utf-8"), scores, about))
    return int(Exit.OK if reached >= THRESHOLD else Exit.UNEXPECTED)


def _parted(
    mutants: Sequence[CodeMutant], there: Callable[[CodeMutant], bool]
) -> tuple[list[CodeMutant], list[CodeMutant]]:
    """Part mutants into those of which something is so, and the others."""
    return [each for each in mutants if there(each)], [each for each in mutants if not there(each)]


def _about(every: int, nouns: Sequence[str], sample: int | None, seed: str, names: Sequence[str]) -> str:
    part = "all of them" if sample is None else f"a sample of {sample} of them, seed {seed}"
    part = f"{part}, in {', '.join(nouns)} alone" if nouns else part
    return f"{every} mutants of the model's code, {part}, tried in the lines {', '.join(names)} over gRPC's messages."


def _results(console: Console, tried: Sequence[CodeMutant], names: Sequence[str], out: Path) -> list[CodeResult]:
    if not tried:
        return []
    campaign = CodeCampaign([_suite(line) for line in names])
    gc.freeze()  # so that processes share what is there
    results = []
    for number, result in enumerate(campaign.judge(tried, os.cpu_count() or 1), 1):
        results.append(result)
        if number % _OFTEN == 0:
            _write(results, out)
        if result.fate not in {CodeFate.KILLED, CodeFate.BROKEN}:
            console.print(
                f"{result.fate.value} {result.mutant.id} {result.mutant.function}: {result.mutant.change}", markup=False
            )
        if number % _OFTEN == 0:
            console.print(f"{number}/{len(tried)}")
    _write(results, out)
    return results


def _suite(line: str, *, run: bool = True) -> Suite:
    """Bring the tests of a line, with a good run of them, which a few tests can do without."""
    _, every = collected_jobs(CheckOptions(target="null", profile=line, bindings=(GRPC,)))
    # Explorations take as long as they are given: each mutant would cost as much as all others together.
    jobs = {name: job for name, job in every.items() if not job.explores}
    return Suite(profile(line), jobs, good_run(jobs, profile(line)) if run else GoodRun({}, {}, {}))


def _write(results: Sequence[CodeResult], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows = [
        json.dumps({"id": each.mutant.id, "change": each.mutant.change, **asdict(each), "mutant": None})
        for each in results
    ]
    write_whole(out / "model.ndjson", "".join(f"{row}\n" for row in rows))


def judge_field(console: Console, line: str, sample: int | None, seed: str, *, known: bool) -> int:
    """Give the model each defect that was reported, and print which check noticed it."""
    defects = sample_of(list(field_defects().values()), sample, seed)
    found: list[FieldResult] = []
    for result in try_all(defects, _suite(line, run=not known), processes=os.cpu_count() or 1, known=known):
        found.append(result)
        by = result.check or (f"unnoticed: {result.defect.unnoticed}" if result.defect.unnoticed else "unnoticed")
        console.print(f"{result.defect.id} ({', '.join(result.defect.reports)}): {by}", markup=False, highlight=False)
    seen = sum(bool(each.check) for each in found)
    left = [each for each in found if each.open]
    console.print(
        f"{seen} of {len(found)} are noticed, {len(found) - seen - len(left)} are explained, {len(left)} open"
    )
    return int(Exit.UNEXPECTED if left else Exit.OK)
