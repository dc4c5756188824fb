"""JSON Schemas of the files that people write: made from the types of their readers, and kept."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from milvus_tck.release.schemas import AUTHORED, AuthoredFile, schema_of, schemas
from milvus_tck.spec.data import data_dir, proto_dir

_BY_NAME = {each.name: each for each in AUTHORED}
_REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def _faults(name: str, value: object) -> list[str]:
    validator = Draft202012Validator(schema_of(_BY_NAME[name]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def _parsed(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_what_is_kept_is_what_the_types_say() -> None:
    """A reader that was changed without `make schemas` is noticed, and so is a schema that nothing makes."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in (proto_dir() / "schema").iterdir()}
    assert sorted(kept) == sorted(schemas())
    assert [name for name, text in schemas().items() if kept[name] != text] == []


@pytest.mark.parametrize("file", AUTHORED, ids=lambda each: each.name)
def test_every_file_of_ours_fits(file: AuthoredFile) -> None:
    """The schema is valid JSON Schema 2020-12, and takes each file of its sort."""
    Draft202012Validator.check_schema(schema_of(file))
    paths = list(file.paths())
    assert paths or not file.ours or file.name in {"baseline", "family"}  # no suite, and no family, has to have one
    assert {path.name: _faults(file.name, _parsed(path)) for path in paths} == {path.name: [] for path in paths}


def test_every_file_has_a_schema() -> None:
    """A file that people write is of one sort, and of no other."""
    sorts = [path for each in AUTHORED for path in each.paths()]
    assert len(sorts) == len(set(sorts))
    written = {
        *proto_dir().rglob("*.toml"),
        *data_dir("loadtests").rglob("*.toml"),
        *data_dir("reports").rglob("*.toml"),
    }
    assert written - set(sorts) == set()


@pytest.mark.parametrize(("page", "name"), [("rules", "rules"), ("scenarios", "scenario"), ("tck-toml", "tck-toml")])
def test_the_examples_of_the_reference_fit(page: str, name: str) -> None:
    """What the documentation shows is what an editor takes."""
    text = (_REFERENCE / f"{page}.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert examples
    assert [_faults(name, tomllib.loads(each)) for each in examples] == [[] for _ in examples]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clauses", {"clause": [{"id": "a/b", "text": "It is so.", "levle": "may"}]}),
        ("clauses", {"clause": [{"id": "a/b", "text": "It is so.", "expect": {"codes": [1]}}]}),
        ("clauses", {"clause": [{"id": "a/b", "text": "It is so.", "kind": "idle"}]}),
        ("mutants", {"mutant": [{"id": "a", "clause": "b", "sentence": "c", "operator": "dance"}]}),
        ("routes", {"binding": "b", "port": "moon"}),
        ("rules", {"fault": [{"probability": 2, "drop": True}]}),
        ("scenario", {"phase": [{"name": "a", "seconds": 1, "op": [{"op": "dance", "rate": 1}]}]}),
        ("tck-toml", {"targets": {"a": {"adress": "h:1"}}}),
        ("rpcs", {"Ask": {"family": "a"}}),
    ],
)
def test_a_schema_refuses_what_is_wrong(name: str, value: object) -> None:
    """A schema that takes anything proves nothing."""
    assert _faults(name, value) != []


def test_the_words_of_the_fields_are_in_the_schema() -> None:
    """An editor shows what a key means: what stands above its field, in the class or in the one below it."""
    properties = schema_of(_BY_NAME["clauses"])["$defs"]["RowTable"]["properties"]
    assert properties["hostile"]["description"] == "Known to kill servers."
    assert schema_of(_BY_NAME["rules"])["$defs"]["FaultTable"]["properties"]["times"]["description"]


def test_the_schemas_are_json_that_people_can_read() -> None:
    """One key a line, so that a change shows in a diff."""
    for text in schemas().values():
        assert json.loads(text)["$schema"].endswith("2020-12/schema")
        assert text.count("\n") > 5
