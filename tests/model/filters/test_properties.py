"""What holds of every filter, whatever it says."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from milvus_tck.fixtures.explore.filter_generator import FilterGenerator, GeneratedFilter
from milvus_tck.fixtures.explore.sample_rows import Sample, sample

from milvus_tck.model.filters.fields import Column
from milvus_tck.model.filters.filter import compile_filter
from milvus_tck.model.filters.refusals import FilterError
from milvus_tck.model.filters.releases import filter_rules
from milvus_tck.model.filters.truth import FALSE, TRUE, UNKNOWN, Truth

_PROFILES = ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0")


def _with_nulls(made: Sample, random: Random) -> Sample:
    """Return the same rows with some values gone."""
    columns = {
        name: column
        if name in {"id", "$meta"}
        else Column(column.values, np.array([random.random() < 0.8 for _ in column.values]))
        for name, column in made.columns.items()
    }
    return Sample(made.fields, made.data, made.schema, columns)


def _made(seed: int, profile: str) -> tuple[Sample, GeneratedFilter]:
    random, rules = Random(seed), filter_rules(profile)  # noqa: S311 - a seed
    rows = sample(random, 20, arrays=rules.arrays)
    return _with_nulls(rows, random), FilterGenerator(random, rows, rules).filter()


def _evaluated(text: str, rows: Sample, profile: str) -> Truth | None:
    try:
        return compile_filter(text, rows.schema, profile).evaluate(rows.columns)
    except FilterError:
        return None


@given(st.integers(0, 1 << 32), st.sampled_from(_PROFILES))
@settings(deadline=None, max_examples=300)
def test_a_filter_its_negation_and_nulls_partition_the_rows(seed: int, profile: str) -> None:
    """Each row is found by a filter, or by its negation, or it is unknown; never twice."""
    rows, made = _made(seed, profile)
    plain, negated = (_evaluated(text, rows, profile) for text in (made.text, f"not ({made.text})"))
    assert (plain is None) == (negated is None)
    if plain is None or negated is None:
        return
    assert set(np.unique(plain)) <= {FALSE, TRUE, UNKNOWN}
    assert ((plain == TRUE) == (negated == FALSE)).all()
    assert ((plain == FALSE) == (negated == TRUE)).all()
    assert ((plain == UNKNOWN) == (negated == UNKNOWN)).all()


@given(st.integers(0, 1 << 32), st.sampled_from(_PROFILES))
@settings(deadline=None, max_examples=100)
def test_both_and_either(seed: int, profile: str) -> None:
    """`not (a and b)` is `not a or not b`, and `a or a` is `a`."""
    rows, first = _made(seed, profile)
    second = FilterGenerator(Random(seed + 1), rows, filter_rules(profile)).filter()  # noqa: S311 - a seed
    if _evaluated(first.text, rows, profile) is None or _evaluated(second.text, rows, profile) is None:
        return
    together = _evaluated(f"not (({first.text}) and ({second.text}))", rows, profile)
    apart = _evaluated(f"(not ({first.text})) or (not ({second.text}))", rows, profile)
    assert together is not None
    assert apart is not None
    assert (together == apart).all()
    twice = _evaluated(f"({first.text}) or ({first.text})", rows, profile)
    assert twice is not None
    assert (twice == _evaluated(first.text, rows, profile)).all()


@given(st.integers(0, 1 << 32), st.sampled_from(_PROFILES), st.integers(-9, 9), st.integers(-9, 9))
@settings(deadline=None, max_examples=100)
def test_a_range_is_two_comparisons_and_a_list_is_many(seed: int, profile: str, low: int, high: int) -> None:
    """`1 < a <= 5` is `1 < a and a <= 5`, and `a in [1, 5]` is `a == 1 or a == 5`."""
    rows, _ = _made(seed, profile)
    chain = _evaluated(f"{low} < tiny <= {high}", rows, profile)
    if chain is not None:
        assert (chain == _evaluated(f"{low} < tiny and tiny <= {high}", rows, profile)).all()
    listed = _evaluated(f"tiny in [{low}, {high}]", rows, profile)
    assert listed is not None
    assert (listed == _evaluated(f"tiny == {low} or tiny == {high}", rows, profile)).all()


@pytest.mark.parametrize("profile", _PROFILES)
def test_what_is_generated_means_something(profile: str) -> None:
    """Most generated filters are taken, and most of these find some rows and not all."""
    random, rules = Random(5), filter_rules(profile)  # noqa: S311 - a seed
    rows = sample(random, arrays=rules.arrays)
    generator = FilterGenerator(random, rows, rules)
    found = [_evaluated(generator.filter().text, rows, profile) for _ in range(600)]
    kinds = Counter(
        "refused" if each is None else "some" if 0 < (each == TRUE).sum() < rows.rows else "flat" for each in found
    )
    assert kinds["refused"] < 200
    assert kinds["some"] > 200


def test_a_seed_makes_the_same_filters() -> None:
    """The same seed gives the same rows and the same filters."""

    def made() -> list[str]:
        random = Random(3)  # noqa: S311 - a seed
        generator = FilterGenerator(random, sample(random), filter_rules("2.5"))
        return [generator.filter().text for _ in range(50)]

    assert made() == made()
