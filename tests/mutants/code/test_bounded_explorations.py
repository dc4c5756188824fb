"""Explorations that ask the same things in every run notice what a model does wrong, and no right one."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from milvus_tck.fixtures.explore.request_variations import variations

from milvus_tck.listing.collected_jobs import collected_jobs
from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.defects.planted_model import planted
from milvus_tck.mutants.code.forked_call import forked
from milvus_tck.mutants.code.generator import model_trees, mutants_of, mutated
from milvus_tck.mutants.code.model_binding import ModelBinding
from milvus_tck.mutants.code.suite_runner import EXPLORED, SuiteRunner
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.wire import calls
from milvus_tck.wire.messages import CollectionSchema, DataType
from milvus_tck.wire.schema import int64_key, vector

_LINE = "3.0"


@cache
def _jobs() -> Mapping[str, Job]:
    _, jobs = collected_jobs(CheckOptions(target="null", profile=_LINE, bindings=("grpc",), explore=EXPLORED))
    return jobs


def _state(check: str, copy: ModelCopy) -> State:
    """Run the test of a check over a copy of the model."""
    job = next(job for job in _jobs().values() if check in {each.id for each in job.checks})
    return SuiteRunner(ModelBinding(copy, profile(_LINE))).run(job).states[check][0]


@pytest.mark.parametrize(
    ("check", "defect"),
    [
        ("explore/filters.members:holds@grpc", "not-in-as-in"),
        ("explore/filters.texts:holds@grpc", "escapes-in-text-kept"),
        ("explore/filters.joined:holds@grpc", "equality-of-truth-and-text-loses-rows"),
        ("insert/in-variations:holds@grpc", "long-text-accepted"),
        ("upsert/in-variations:holds@grpc", "upsert-leaves-old-rows"),
    ],
)
def test_a_defect_is_noticed(check: str, defect: str) -> None:
    """Each of them passes on the model, and fails on one that does something of its kind wrong."""
    assert forked(lambda: _state(check, ModelCopy.load())) is State.PASS
    assert forked(lambda: _state(check, planted(defect))) is State.FAIL


@pytest.mark.parametrize(
    ("rpc", "path", "function", "change"),
    [
        (
            "drop-collection",
            "collections.py",
            "drop_collection.drop",
            "del database.collections[found.name] -> nothing",
        ),
        (
            "rename-collection",
            "alteration.py",
            "rename_collection.rename",
            "target.collections[new] = found -> nothing",
        ),
        ("alter-collection", "alteration.py", "alter_collection.alter", "def alter -> return-None"),
        ("hybrid-search", "rank_options.py", "_normed", "1 + score -> 1 - score"),
        ("load-collection", "load_state.py", "_load", "def _load -> return-None"),
    ],
)
def test_what_is_left_behind_is_looked_at(rpc: str, path: str, function: str, change: str) -> None:
    """A change of what a request does, and not of its answer, is noticed by a look at what it left behind."""
    check = f"{rpc}/in-variations:holds@grpc"
    tree = model_trees()[path]
    mutant = next(each for each in mutants_of(path, tree) if (each.function, each.change) == (function, change))
    code = compile(mutated(tree, mutant), f"model/{path}", "exec")
    assert forked(lambda: _state(check, ModelCopy.load())) is State.PASS
    assert forked(lambda: _state(check, ModelCopy.load({path.removesuffix(".py"): code}))) is State.FAIL


@pytest.mark.parametrize("kind", ["types", "lists", "arithmetic", "ranges"])
def test_what_is_taken_for_a_filter_is_noticed(kind: str) -> None:
    """A model that refuses no value for its type passes no check of what is no filter."""

    def careless() -> State:
        copy = ModelCopy.load()
        for module in ("filters.comparisons", "filters.constants"):
            copy.replace(module, "is_number", lambda _value: True)
        copy.replace("filters.comparisons", "_comparable", lambda *_kinds: True)
        copy.replace("filters.operands", "cast", lambda value, _kind: value)
        return _state(f"query/no-filter.{kind}:holds@grpc", copy)

    assert forked(lambda: _state(f"query/no-filter.{kind}:holds@grpc", ModelCopy.load())) is State.PASS
    assert forked(careless) is State.FAIL


def test_variations_differ_in_one_place() -> None:
    """The request itself comes first, then others, each once: neighbours of numbers, other choices, one thing less."""
    request = calls.create_index("books", "vec", "HNSW", "L2", {"M": 8}).request
    found: list[Any] = list(variations(request))
    written = [each.request.SerializeToString() for each in found]
    assert written[0] == request.SerializeToString()
    assert len(set(written)) == len(written)
    params = [pair.value for each in found for pair in each.request.extra_params if pair.key == "params"]
    assert {'{"M": 9}', '{"M": 7}', "{}"} <= set(params)
    assert {"books", "booksx", "book", ""} <= {each.request.collection_name for each in found}


def _schema(written: bytes) -> CollectionSchema:
    """Read a schema; an empty one where it was cut."""
    try:
        return CollectionSchema.FromString(written)
    except DecodeError:
        return CollectionSchema()


def test_messages_in_bytes_are_varied_within() -> None:
    """A schema travels as bytes; its fields are varied all the same, and it can be read again."""
    every: list[Any] = list(variations(calls.create_collection("books", int64_key(), vector("vec", 8)).request))
    schemas = [_schema(each.request.schema) for each in every]
    kinds = {field.data_type for each in schemas for field in each.fields}
    assert {DataType.Int64, DataType.FloatVector, DataType.BinaryVector, DataType.JSON} <= kinds
    assert {0, 1, 2, 3} <= {len(each.fields) for each in schemas}
