"""A sample of the mutants of the model's code, and of the defects that were reported, against a part of the suite."""

import ast
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import pytest

from milvus_tck.listing.collected_jobs import collected_jobs
from milvus_tck.model import model, queries, table
from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.defects.planted_model import DEFECTS, planted
from milvus_tck.mutants.code.code_campaign import CodeCampaign, CodeFate
from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.field_trial import FieldFate, try_all
from milvus_tck.mutants.code.forked_call import forked
from milvus_tck.mutants.code.generator import model_trees, mutants_of
from milvus_tck.mutants.code.line_coverage import recorded
from milvus_tck.mutants.code.trial_order import Suite
from milvus_tck.spec.field_defects import field_defects
from milvus_tck.spec.model_equivalents import equivalents
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.options import CheckOptions
from tests.packaging.checkout import ROOT

_LINE = "3.0"
#: Modules that the tests of these files execute, and the tests.
_MODULES = ("queries.py", "deletion.py", "filters/predicates.py", "filters/truth.py", "filters/patterns.py")
_FILES = ("reading/test_conditions", "reading/test_query", "writing/")
_SAMPLE, _DEFECTS = 20, 6
#: The share of a sample that is killed at least: it is about 0.6 of all, and below this in one commit of some thousand.
#: The score itself is a matter of the whole suite and stands in docs/sensitivity.md.
_LEAST = 0.25


@cache
def _jobs() -> Mapping[str, Job]:
    _, jobs = collected_jobs(CheckOptions(target="null", profile=_LINE, bindings=("grpc",)))
    return jobs


def _seed() -> str:
    """Return the commit, so that each has a sample of its own."""
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return told.stdout.strip()


def _mutants() -> list[CodeMutant]:
    found = [each for path in _MODULES for each in mutants_of(path, model_trees()[path])]
    return [each for each in found if not equivalents().is_oracle(each.path, each.function)]


def test_a_sample_of_the_models_code() -> None:
    """Tests that execute a changed line notice many changes; those that none notices are told by name."""
    jobs = {name: job for name, job in _jobs().items() if name.startswith(_FILES)}
    line = profile(_LINE)
    suite = Suite(line, jobs, forked(lambda: recorded(jobs, line)))
    mutants = random.Random(_seed()).sample(_mutants(), _SAMPLE)  # noqa: S311 - a choice, not a secret
    results = list(CodeCampaign([suite], most=10).judge(mutants, os.cpu_count() or 1))
    counted = [each for each in results if each.fate is not CodeFate.BROKEN]
    killed = [each for each in counted if each.fate in {CodeFate.KILLED, CodeFate.TIMEOUT}]
    assert len(killed) >= _LEAST * len(counted), [each.mutant.id for each in counted if each not in killed]


def test_the_right_model_is_not_blamed() -> None:
    """The same tests notice nothing where nothing was changed."""
    jobs = {name: job for name, job in _jobs().items() if name.startswith(_FILES)}
    good = forked(lambda: recorded(jobs, profile(_LINE)))
    assert {state for states in good.states.values() for state in states.values()} == {State.PASS}
    assert good.reaching("queries.py", 1, 200)


def test_a_sample_of_reported_defects() -> None:
    """Each defect is noticed by a check of a clause that is written down for it."""
    known = [each for each in field_defects().values() if each.noticed]
    some = random.Random(_seed()).sample(known, _DEFECTS)  # noqa: S311 - a choice, not a secret
    named = {clause for each in some for clause in each.noticed}
    jobs = {name: job for name, job in _jobs().items() if job.clauses & named}
    suite = Suite(profile(_LINE), jobs, forked(lambda: recorded(jobs, profile(_LINE))))
    results = list(try_all(some, suite, processes=2, known=True))
    assert {each.defect.id: each.elsewhere for each in results if each.fate is not FieldFate.NOTICED} == {}


def test_defects_and_their_rows_are_the_same() -> None:
    """Each row of field-defects.toml has its switch, and each switch its row."""
    assert set(DEFECTS) == set(field_defects())


def _members() -> dict[tuple[str, ...], object]:
    """Return what each module of the model that is imported holds, and what its classes and tables hold."""
    found: dict[tuple[str, ...], object] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("milvus_tck.model.") and not name.startswith("milvus_tck.model.defects"):
            for key, value in vars(module).items():
                found[name, key] = value
                inner = vars(value) if isinstance(value, type) else value if isinstance(value, dict) else {}
                found |= {(name, key, str(each)): held for each, held in inner.items() if key != "__builtins__"}
    return found


def _changed(before: dict[tuple[str, ...], object]) -> list[tuple[str, ...]]:
    """Return what is another thing than it was; caches and what Python notes of classes are none of it."""
    now = _members()
    names = [key for key in before.keys() | now.keys() if not any(part.startswith("__") for part in key)]
    return sorted(key for key in names if before.get(key) is not now.get(key))


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_leaves_the_model_alone(name: str) -> None:
    """What is planted stands in a copy: nothing that is imported becomes another thing, and the next copy is right."""
    before, right = _members(), ModelCopy.load()
    copy = planted(name)
    assert _changed(before) == []
    assert copy["queries"] is not right["queries"]


def test_a_defect_that_does_not_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function, a method and a handler that were put in their places are all seen."""
    before = _members()
    monkeypatch.setattr(queries, "query", lambda *_: None)
    monkeypatch.setattr(table.RowStore, "drop", lambda *_: None)
    monkeypatch.setitem(model._HANDLERS, "Query", lambda *_: None)
    assert {key[-1] for key in _changed(before)} == {"query", "drop", "Query"}


def test_what_is_said_to_be_equivalent_is_there() -> None:
    """A row of model-equivalents.toml is about functions and changes that the code still has."""
    every = {path: mutants_of(path, tree) for path, tree in model_trees().items()}
    gone = [
        (row.module, name)
        for row in equivalents().oracle
        for name in row.functions
        if name != "*"
        and not any(each.function == name or each.function.startswith(f"{name}.") for each in every[row.module])
    ]
    changes = {(each.path, each.function, each.change) for found in every.values() for each in found}
    stale = [
        (row.module, row.function, change)
        for row in equivalents().equivalent
        for change in row.changes
        if (row.module, row.function, change) not in changes
    ]
    assert (gone, stale) == ([], [])


def test_every_module_of_the_model_has_mutants() -> None:
    """At least 1,500 are generated, over all modules that do something."""
    found = {path: len(mutants_of(path, tree)) for path, tree in model_trees().items()}
    assert sum(found.values()) >= 1500
    silent = [
        path
        for path, count in found.items()
        if not count and any(isinstance(each, ast.FunctionDef) for each in ast.walk(model_trees()[path]))
    ]
    assert silent == []
