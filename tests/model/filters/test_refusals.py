"""What is no filter."""

import pytest

from milvus_tck.model.filters.fields import FilterSchema
from milvus_tck.model.filters.filter import compile_filter
from milvus_tck.model.filters.refusals import Fault, FilterError, OutOfReachError
from tests.model.filters.rows import SCHEMA, found

_ALL = ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0")
_EVERYWHERE = {
    Fault.SYNTAX: [
        "id == 1 and", "(id == 1", "id == 1)", "id = 1", "id === 1", "id <> 1", "id == 1;", "id in (1, 2)",
        "id in [1,, 2]", "id == 08", "text 'x'", 'doc["a" ] == 1', "longs[ 0 ] == 1", "longs [0] == 1",
        "longs[-1] == 1", "like == 1", 'text not like "a"', "`id` == 1",
    ],
    Fault.TYPE: [
        "id in (1)", "id == 1.0", "id == 1e0", "id in [1.0]", 'id in ["1"]', "id == true", "flag == 1",
        'flag == "true"', "text == 1", 'id == "1"', "flag in [1]", "1 < text < 2", "0 < tiny < 1.5",
        "false < flag < true", "id + tiny == 1", "(id + 1) * 2 == 4", "id + 1 + 1 == 3", "2 - id == 1",
        "7 / id == 1", "id + 1 == tiny", "single % 2 == 1", "id % 1.5 == 1", "tiny + 1.5 == 2.5", "text + 1 == 2",
        'doc["a"] + doc["a"] == 2', 'doc["a"] + 1 == 2.5', "id == 1 == true", "not id", "not id == 1", "not flag",
        "flag and id == 1", "id << 1 == 2", "-id == 1", "~id == 1", "id == 1 / 0", "id == 1 % 0", 'id == 1 + "a"',
        '"a" == 1', "true < false", "1 < 2 < 3", "1 < (tiny) < 3", "1 < tiny > 3", "1 < tiny < large", "1 in [1]",
        "id in [id]", "exists id", 'id["a"] == 1', "text[0] == 1", "text like 1", 'id like "1%"', "vec == 1",
        'json_contains(text, "a")', 'json_contains(doc["l"], id)', "id == 9223372036854775808",
        "id in [1, 9223372036854775808]", "double == 1e999", 'doc[""] == 1', "tiny ** 2 == 4",
    ],
    Fault.NOT_BOOLEAN: ["id", "flag", "1", "id + 1", '"a"', 'doc["a"]'],
}  # fmt: skip


@pytest.mark.parametrize(("fault", "text"), [(fault, text) for fault, texts in _EVERYWHERE.items() for text in texts])
@pytest.mark.parametrize("profile", _ALL)
def test_every_release_refuses(fault: Fault, text: str, profile: str) -> None:
    """What no release takes."""
    with pytest.raises(FilterError) as refused:
        found(text, profile)
    where = {Fault.TYPE: {Fault.TYPE, Fault.SYNTAX, Fault.EXECUTION}}.get(fault, {fault})
    assert refused.value.fault in where


#: Filters, the first release that takes them, and the last (none: they are taken ever since).
_TAKEN = [
    ("id IN [1]", "2.5", None), ("id == 1 AND id == 1", "2.5", None), ("NOT (id == 1)", "2.5", None),
    ("id not  in [1]", "2.5", None), ("not (id==1)", "2.2", None), ("id is null", "2.5", None),
    ('doc["a"] IS NOT NULL', "2.5", None), ("id in {x}", "2.5", None), ("tiny + 1 > 2", "2.4", None),
    ('text like "%a"', "2.4", None), ('text like "a%b"', "2.4", None), ("5 < tiny < 1", "2.2", "2.4"),
    ("1 < tiny < 1", "2.2", "2.4"), ("1 <= tiny <= 1", "2.2", None), ("true", "3.0", None), ("1 == 1", "3.0", None),
    ("true and id == 1", "3.0", None), ("large == -9223372036854775808", "2.6", None),
    ("double == 2 ** 1", "2.2", None), ("id == 2 ** 1", "2.5", None), ('exists doc["a"] and id == 1', "2.5", None),
    ('id == 1 and exists doc["a"]', "2.2", None), ('doc["a"] in [1, 1.5]', "2.6", None),
    ('0 < doc["a"] < 1.5', "2.6", None), ('doc["a"] == [1]', "2.3", None), ("array_contains(longs, 1)", "2.3", None),
    ("array_contains(longs, 1.0)", "2.3", "2.4"), ("json_contains(doc, 1)", "2.4", None),
    ('json_contains_any(doc["l"], [])', "2.5", None), ('text == r"a"', "3.0", None), ("text like {x}", "2.6", None),
    ('text_match(text, "a")', "2.5", None), ("id == (1 & 1)", "3.0", None), ("(id & 1) == 1", "3.0", None),
    ("tiny / 0 == 1", "3.1", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "first", "last"), _TAKEN)
@pytest.mark.parametrize("profile", _ALL)
def test_from_which_release_on(text: str, first: str, last: str | None, profile: str) -> None:
    """A form that came, or went, with a release."""
    given = {"x": "a" if "like" in text else [1]}
    if first <= profile <= (last or "9"):
        found(text, profile, **given)
        return
    with pytest.raises(FilterError):
        found(text, profile, **given)


def test_a_field_that_does_not_exist() -> None:
    """Without dynamic keys a name is a field; with them it is a key that nobody has."""
    assert found("nobody == 1") == []
    with pytest.raises(FilterError) as refused:
        compile_filter("nobody == 1", FilterSchema(SCHEMA.fields), "2.5")
    assert refused.value.fault == Fault.FIELD


@pytest.mark.parametrize("text", ["id == {x} + 1", "{x} == 1", "id == {y}", "text == {x}", "id in {x}"])
def test_parameters_that_do_not_fit(text: str) -> None:
    """A parameter without a value, of another type, or beside another constant."""
    with pytest.raises(FilterError):
        found(text, "2.5", x=1)


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("random_sample(0.5)", "2.6"),
        ('text =~ "a"', "3.0"),
        ('phrase_match(text, "a b")', "2.5"),
        ("empty(text)", "2.5"),
        ('text == u"abc"', "2.3"),
        ('id > ISO "2026-01-01"', "2.6"),
        ('text_match(text, "é")', "2.5"),
    ],
)
def test_what_the_model_does_not_evaluate(text: str, profile: str) -> None:
    """The model says so of what a release takes and it does not know."""
    with pytest.raises(OutOfReachError):
        found(text, profile)


def test_a_profile_without_a_number() -> None:
    """The early design documents have no filters of their own."""
    with pytest.raises(ValueError, match="no filters of its own"):
        found("id == 1", "design-2.0")
