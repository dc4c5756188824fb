"""The lines between us and a driver."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from milvus_tck.release.schemas import driver_schema
from milvus_tck.sdk.driver_protocol import (
    VERSION,
    BadLineError,
    DriverRequest,
    plain_value,
    read_answer,
    request_line,
    wire_value,
)
from milvus_tck.spec.data import data_dir


def test_the_schema_is_what_the_types_say() -> None:
    """A member that was added without `make schemas` is noticed."""
    kept = (data_dir("reports") / "schema" / "driver.schema.json").read_text(encoding="utf-8")
    assert kept == driver_schema()
    Draft202012Validator.check_schema(json.loads(kept))


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ({"mtck": 1, "id": 1, "ok": True, "result": {"value": True}}, True),
        ({"mtck": 1, "id": 1, "ok": False, "error": {"kind": "server", "code": 100}}, True),
        ({"mtck": 1, "id": 1, "skip": "no such method"}, True),
        ({"mtck": 1, "id": 1, "op": "hello"}, True),
        ({"mtck": 2, "id": 1, "ok": True}, False),
        ({"mtck": 1, "id": 1, "ok": False, "error": {"kind": "mood"}}, False),
        ({"mtck": 1, "id": -1, "ok": True}, False),
    ],
)
def test_the_schema_takes_what_the_reader_takes(line: dict[str, Any], fits: bool) -> None:  # noqa: FBT001 - the decision
    """A line that fits the schema is read, one that does not is refused."""
    # A request is an answer without a result as far as types go, so `oneOf` is asked of each alone.
    found = json.loads(driver_schema())
    kind = "DriverRequest" if "op" in line else "DriverAnswer"
    validator = Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": found["$defs"]})
    assert validator.is_valid(line) is fits
    if kind == "DriverAnswer":
        text = json.dumps(line).encode()
        if fits:
            assert read_answer(text) is not None
        else:
            with pytest.raises(BadLineError):
                read_answer(text)


@pytest.mark.parametrize("noise", [b"connected\n", b"\n", b'{"level": "info"}\n', b"\xff\xfe\n"])
def test_what_an_sdk_prints_is_noise(noise: bytes) -> None:
    """A line that does not begin with the version of the protocol is no answer, and no mistake."""
    assert read_answer(noise) is None


@pytest.mark.parametrize(
    "line",
    [b'{"mtck": 1, "id": 1}', b'{"mtck": 1, "id": 1, "ok": false}', b'{"mtck": 1, "id": 1, "ok": true, "skip": "x"}',
     b'{"mtck": 1, "id": 1, "ok": tr'],
)  # fmt: skip
def test_an_answer_says_one_thing(line: bytes) -> None:
    """An answer is a result, an error or a skip: one that is none of these, or cut short, is the driver's mistake."""
    with pytest.raises(BadLineError):
        read_answer(line)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ((1 << 53) + 1, {"int": "9007199254740993"}),
        (-(1 << 63), {"int": "-9223372036854775808"}),
        (0.5, 0.5),
        (float("inf"), {"float": "inf"}),
        (b"\x00\xff", {"b64": "AP8="}),
        ({"a": [1, "1", True, None]}, {"a": [{"int": "1"}, "1", True, None]}),
    ],
)
def test_values_have_one_form(value: object, form: object) -> None:
    """Integers travel as text, since not every language reads those of JSON exactly; what is written is read back."""
    assert wire_value(value) == form
    assert plain_value(json.loads(json.dumps(form))) == value


def test_an_integer_that_is_a_number_is_refused() -> None:
    """A driver that forgets the form would lose digits, and its SDK would be blamed."""
    with pytest.raises(ValueError, match="normal form"):
        plain_value({"rows": [{"id": 7}]})


@pytest.mark.parametrize("form", [{"int": 7}, {"int": None}, {"float": []}, {"b64": 5}, {"b64": "A"}])
def test_a_form_without_its_text_is_refused(form: object) -> None:
    """A driver that writes another kind of JSON, or no base64, is told so: the reader has no other way to fail."""
    with pytest.raises(ValueError, match=r"."):
        plain_value({"rows": [{"id": form}]})


def test_a_request_is_one_line() -> None:
    """Whatever stands in it."""
    line = request_line(DriverRequest(VERSION, 1, "query", "c", {"filter": 'title == "a\nb"'}))
    assert line.count(b"\n") == 1
    assert json.loads(line)["args"] == {"filter": 'title == "a\nb"'}
