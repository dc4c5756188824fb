"""`milvus-tck mutants --model` and `--field`: the suite over a model that has a defect."""

import gc
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from milvus_tck.cli.shared.mutant_files import check_out
from milvus_tck.cli.shared.option_values import must_be_writable, sample_of
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.listing.collected_jobs import collected_jobs
from milvus_tck.model.defects.model_copy import model_code
from milvus_tck.mutants.code.code_campaign import CodeCampaign, CodeFate, CodeResult
from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.code_score import BEGIN, END, THRESHOLD, inserted, lines, scores_of, total
from milvus_tck.mutants.code.field_trial import FieldFate, FieldResult, try_all
from milvus_tck.mutants.code.generator import model_trees, mutants_of
from milvus_tck.mutants.code.line_coverage import good_run
from milvus_tck.mutants.code.suite_runner import EXPLORED
from milvus_tck.mutants.code.trial_order import Suite, same_of
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.field_defects import field_defects
from milvus_tck.spec.model_equivalents import equivalents
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.line_file import LineFile
from milvus_tck.verdict.results.whole_file import write_whole
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["judge_field", "judge_model"]

_AGAIN = "milvus-tck mutants --model --sample 100"
_RESULTS = "model.ndjson"
#: The lines that a mutant is tried in: the newest first, and those that answer most differently from it.
LINES = ("3.0", "2.3", "2.5", "2.2", "2.6", "2.4")
#: After so many mutants it is told how far it is.
_OFTEN = 100
_KILLED = frozenset({CodeFate.KILLED, CodeFate.TIMEOUT})
#: What explorations are prepared with that go on as long as they are given; others ask the same things in every run.
_TIMED = frozenset({"explored", "histories", "sequences"})


def judge_model(
    console: Console,
    line: str,
    nouns: Sequence[str],
    sample: int | None,
    seed: str,
    out: Path,
    docs: Path | None,
    kept: str = "",
) -> int:
    """Break the model's code in many ways, one at a time, and print by noun what the suite noticed."""
    _check_files(out, docs)
    every = [each for path, tree in model_trees().items() for each in mutants_of(path, tree)]
    unknown = [noun for noun in nouns if noun not in {each.noun for each in every}]
    wanted = sample_of([each for each in every if not nouns or each.noun in nouns], sample, seed)
    if unknown:
        known = ", ".join(sorted({each.noun for each in every}))
        fail(Exit.NOTHING_RAN, "no mutant was run", f"no noun is called {unknown[0]!r}; there are {known}", _AGAIN)
    oracle, rest = _parted(wanted, lambda each: equivalents().is_oracle(each.path, each.function))
    same, tried = _parted(rest, lambda each: bool(equivalents().reason(each.path, each.function, each.change)))
    names = LINES if not line else (line,)
    before = _kept(out / _RESULTS, tried, kept)
    if kept == "all":
        tried = [each.mutant for each in before]
        wanted = _begun(wanted, set(tried))
        same, oracle = ([each for each in part if each in set(wanted)] for part in (same, oracle))
    done = {each.mutant for each in before}
    results = [*before, *_results(console, [each for each in tried if each not in done], names, out, before)]
    scores = scores_of(results, same, oracle)
    every_noun = total(scores)
    console.print("\n".join(lines(scores)), markup=False)
    if not every_noun.counted:
        why = "all that were chosen are explained, only judge the others, do not load, or ended with a fault of ours"
        fail(Exit.NOTHING_RAN, "nothing counted", why, _AGAIN)
    console.print(f"{every_noun.told} of what could be killed was (wanted: {THRESHOLD:.0%}); {out / _RESULTS}")
    if docs is not None:
        about = _about(len(every), nouns, len(wanted) if sample is not None else None, seed, names)
        write_whole(docs, inserted(docs.read_text(encoding="utf-8"), scores, about))
    return int(Exit.OK if (every_noun.share or 0) >= THRESHOLD and not every_noun.fault else Exit.UNEXPECTED)


def _check_files(out: Path, docs: Path | None) -> None:
    """End the verb where its files could not be written: said now, not after an hour of work."""
    check_out(out, _RESULTS)
    if docs is None:
        return
    must_be_writable(docs, "--write-docs")
    page = docs.read_text(encoding="utf-8")
    if page.find(BEGIN) < 0 or page.find(END) < page.find(BEGIN):
        why = f"it has no place for it, which begins with {BEGIN} and ends with {END}"
        fail(Exit.USAGE, f"{docs} takes no table", why, "milvus-tck mutants --model --write-docs docs/sensitivity.md")


def _parted(
    mutants: Sequence[CodeMutant], there: Callable[[CodeMutant], bool]
) -> tuple[list[CodeMutant], list[CodeMutant]]:
    """Part mutants into those of which something is so, and the others."""
    return [each for each in mutants if there(each)], [each for each in mutants if not there(each)]


def _about(every: int, nouns: Sequence[str], sample: int | None, seed: str, names: Sequence[str]) -> str:
    part = "all of them" if sample is None else f"a sample of {sample} of them, seed {seed}"
    part = f"{part}, in {', '.join(nouns)} alone" if nouns else part
    return f"{every} mutants of the model's code, {part}, tried in the lines {', '.join(names)} over gRPC's messages."


def _kept(path: Path, tried: Sequence[CodeMutant], kept: str) -> list[CodeResult]:
    """Read what the last run came to: all of it, or what it killed; nothing of mutants that are others now."""
    if not kept or not path.exists():
        return []
    now = {each.id: each for each in tried}
    found = []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        mutant, fate = now.get(row["id"]), CodeFate(row["fate"])
        if mutant is not None and mutant.change == row["change"] and (kept == "all" or fate in _KILLED):
            told = {name: row[name] for name in ("check", "profile", "crash", "tests", "seconds")}
            found.append(CodeResult(mutant, fate, **told))
    return found


def _begun(wanted: Sequence[CodeMutant], tried: set[CodeMutant]) -> list[CodeMutant]:
    """Return the part of a sample that a run has come through before it was ended: all up to the last one it tried."""
    last = max((at for at, each in enumerate(wanted) if each in tried), default=-1)
    return list(wanted[: last + 1])


def _results(
    console: Console, tried: Sequence[CodeMutant], names: Sequence[str], out: Path, before: Sequence[CodeResult]
) -> list[CodeResult]:
    """Judge mutants; each is written as it is known, and told where nothing noticed it."""
    if not tried:
        return []
    campaign = CodeCampaign([_suite(line) for line in names], earlier=_earlier(out / _RESULTS))
    model_code()  # compiled once, and not in each process
    gc.freeze()  # so that processes share what is there
    results = []
    with closing(LineFile(out / _RESULTS)) as file, closing(campaign.judge(tried, os.cpu_count() or 1)) as judged:
        for each in before:
            file.write(_row(each))
        for number, result in enumerate(judged, 1):
            results.append(result)
            file.write(_row(result))
            if result.fate is not CodeFate.KILLED:
                told = f"{result.fate.value} {result.mutant.id} {result.mutant.function}: {result.mutant.change}"
                why = f" ({result.check})" if result.fate is CodeFate.FAULT else ""
                console.print(f"{told}{why}", markup=False, soft_wrap=True)
            if number % _OFTEN == 0:
                console.print(f"{number}/{len(tried)}")
    return results


def _earlier(results: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    """Read which check noticed what in the last run that wrote there: it is asked first, and judged anew."""
    if not results.exists():
        return {}
    rows = [json.loads(each) for each in results.read_text(encoding="utf-8").splitlines() if each.endswith("}")]
    return {tuple(each["same"]): (each["profile"], each["check"]) for each in rows if each.get("same")}


def _suite(line: str) -> Suite:
    """Bring the tests of a line, with a good run of them."""
    _, every = collected_jobs(CheckOptions(target="null", profile=line, bindings=(GRPC,), explore=EXPLORED))
    # Of explorations only what has an end of its own: others take as long as they are given, for each mutant anew.
    jobs = {name: job for name, job in every.items() if not job.explores or _is_bounded(job)}
    return Suite(profile(line), jobs, good_run(jobs, profile(line)))


def _is_bounded(job: Job) -> bool:
    return _TIMED.isdisjoint(each.name for each in job.shared)


def _row(result: CodeResult) -> str:
    told = {**asdict(result), "mutant": None, "same": same_of(result.mutant)}
    return json.dumps(
        {"id": result.mutant.id, "function": result.mutant.function, "change": result.mutant.change, **told}
    )


def judge_field(console: Console, line: str, sample: int | None, seed: str, *, known: bool) -> int:
    """Give the model each defect that was reported, and print which check noticed it."""
    defects = sample_of(list(field_defects().values()), sample, seed)
    found: list[FieldResult] = []
    with closing(try_all(defects, _suite(line), processes=os.cpu_count() or 1, known=known)) as results:
        for result in results:
            found.append(result)
            reports = ", ".join(result.defect.reports)
            console.print(f"{result.defect.id} ({reports}): {_told(result)}", markup=False, highlight=False)
    counts = Counter(each.fate for each in found)
    console.print(", ".join(f"{counts[fate]} {fate.value}" for fate in FieldFate if counts[fate]) + f" of {len(found)}")
    good = counts[FieldFate.NOTICED] + counts[FieldFate.EXPLAINED] == len(found)
    return int(Exit.OK if good else Exit.UNEXPECTED)


def _told(result: FieldResult) -> str:
    """Say what became of a defect, and what to do where its row is wrong."""
    seen = result.check or result.elsewhere
    return {
        FieldFate.NOTICED: result.check,
        FieldFate.EXPLAINED: f"unnoticed: {result.defect.unnoticed}",
        FieldFate.OPEN: f"unnoticed by {', '.join(result.defect.noticed)}"
        + (f", though {seen} fails: name its clause in `noticed` if it fails because of this" if seen else ""),
        FieldFate.STALE: f"{seen} notices it: write that clause into `noticed` in place of `unnoticed`",
        FieldFate.FAULT: f"{FieldFate.FAULT.value}: {result.fault}",
    }[result.fate]
