"""The reference pages and the readers: each key stands on its page, each example is read, and typos are answered."""

import re
import tomllib
from pathlib import Path

import pytest
from msgspec import structs

from milvus_tck.gateway.http.fault_files import HttpFaultTable, parse_http_faults
from milvus_tck.load.plan.scenario import DataPlan
from milvus_tck.load.plan.scenario_files import parse_scenario
from milvus_tck.load.plan.scenario_tables import OPERATIONS, OperationTable, PhaseTable, RampTable, ScenarioTables
from milvus_tck.proxy.mutation import mutations
from milvus_tck.proxy.rule_files import FaultTable, MutationTable, RuleError, RuleTable, RuleTables, parse_rules
from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.keys import nearest
from milvus_tck.spec.tables import Table
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.tck_toml import FILE, TargetTable, described
from milvus_tck.verdict.session.selection import FIELDS, SelectionError, selector

_FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def _page(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


def _rows(page: str, heading: str = "") -> set[str]:
    """Keys in the first column of the tables of a section, or of the whole page."""
    part = page if not heading else page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([\w-]+)` \|", part, re.MULTILINE))


def _examples(page: str, kind: str = "toml") -> list[str]:
    found = re.findall(rf"^```{kind}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found
    return found


def _keys(kind: type[Table]) -> set[str]:
    return {each.encode_name for each in structs.fields(kind)}


@pytest.mark.parametrize(
    ("page", "heading", "keys"),
    [
        ("rules", "The file", _keys(RuleTables)),
        ("rules", "Every rule", _keys(RuleTable)),
        ("rules", "A fault", _keys(FaultTable) - _keys(RuleTable)),
        ("rules", "A mutation", _keys(MutationTable) - _keys(RuleTable)),
        ("http-faults", "", _keys(HttpFaultTable)),
        ("select", "", FIELDS.keys()),
        ("tck-toml", "", _keys(TargetTable)),
        ("scenarios", "The file", _keys(ScenarioTables)),
        ("scenarios", "`[data]`", _keys(DataPlan)),
        ("scenarios", "`[[phase]]`", _keys(PhaseTable)),
        ("scenarios", "`[[phase.op]]`", _keys(OperationTable)),
        ("scenarios", "`[ramp]`", _keys(RampTable)),
    ],
)
def test_a_page_has_each_key_of_its_reader_and_no_other(page: str, heading: str, keys: set[str]) -> None:
    """What the code reads stands on the page, and what stands there is read."""
    assert _rows(_page(page), heading) == set(keys)


def test_pages_name_every_operation_and_operator() -> None:
    """What a value may be is listed whole."""
    assert [each for each in OPERATIONS if f"`{each}`" not in _page("scenarios")] == []
    assert [each for each in mutations() if f"`{each}`" not in _page("rules")] == []


def test_examples_of_rules_and_scenarios_are_read() -> None:
    """Each is what its reader takes."""
    for each in _examples(_page("rules")):
        assert len(parse_rules(tomllib.loads(each)).rules) == 4
    for each in _examples(_page("http-faults")):
        assert len(parse_http_faults(tomllib.loads(each))) == 4
    for each in _examples(_page("scenarios")):
        assert parse_scenario("example", tomllib.loads(each)).phases


def test_examples_of_targets_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each target can be asked, with its files and variables in place."""
    for name in ("STAGING_TOKEN", "MILVUS_PASSWORD"):
        monkeypatch.setenv(name, "secret")
    (tmp_path / "certs").mkdir()
    for name in ("ca.pem", "client.pem", "client.key"):
        (tmp_path / "certs" / name).write_text("-", encoding="utf-8")
    for each in _examples(_page("tck-toml")):
        (tmp_path / FILE).write_text(each, encoding="utf-8")
        for name in tomllib.loads(each)["targets"]:
            assert described(name, tmp_path) is not None


def test_examples_of_selections_are_read() -> None:
    """Lines of the page, and the terms in its table."""
    page = _page("select")
    known = {each.id for each in capabilities()}
    lines = [line for each in _examples(page, "") for line in each.splitlines()]
    lines += re.findall(r"\| `([^`|]+)` \|$", page, re.MULTILINE)
    assert len(lines) == 13
    for line in lines:
        selector(line)
        assert all(name in known for name in re.findall(r"capability=([\w-]+)", line))


def test_a_typo_is_answered_with_what_there_is_the_nearest_first(tmp_path: Path) -> None:
    """In every reader."""
    phase = {"name": "a", "seconds": 1, "op": [{"op": "insert", "rate": 1, "bacth": 3}]}
    with pytest.raises(ValueError, match=r"no bacth; there are batch, "):
        parse_scenario("x", {"phase": [phase]})
    with pytest.raises(RuleError, match=r"no wher; there are where, "):
        parse_rules({"fault": [{"wher": {}, "drop": True}]})
    with pytest.raises(SelectionError, match=r"'claus' is none of clause, "):
        selector("claus=search/*")
    (tmp_path / FILE).write_text('[targets.x]\naddress = "h:1"\ntokn = "a"\n', encoding="utf-8")
    with pytest.raises(TargetError) as caught:
        described("x", tmp_path)
    assert "there are token, " in caught.value.why
    assert nearest("b", ["c", "b"]) == ["b", "c"]


@pytest.mark.parametrize(
    "raw",
    [
        {"fault": 7}, {"fault": [7]}, {"seed": "x"}, {"fault": [{"status": 4}]}, {"fault": [{"status": {"code": "x"}}]},
        {"fault": [{"where": 3, "drop": True}]}, {"mutate": [{"operator": []}]},
        {"mutate": [{"operator": "set", "with": 7}]}, {"mutate": [{"operator": "set", "with": {"membr": "x"}}]},
    ],
)  # fmt: skip
def test_rules_of_another_kind_are_refused(raw: dict[str, object]) -> None:
    """A value of the wrong kind is no crash."""
    with pytest.raises(RuleError, match=r"\w"):
        parse_rules(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"phase": 7}, {"phase": [7]}, {"phase": [{"name": "a"}]}, {"data": 7}, {"data": {"rows": "x"}}, {"ramp": 3},
        {"phase": [{"name": "a", "seconds": float("nan"), "op": []}]},
        {"phase": [{"name": "a", "seconds": 1, "op": [{"op": "get-version", "rate": 1e300}]}]},
        {"phase": [{"name": "a", "seconds": 1, "op": [{"op": ["x"], "rate": 1}]}]},
        {"phase": [{"name": "a", "seconds": 1, "op": [{"op": "get-version", "rate": 1}]}], "objectives": 7},
    ],
)  # fmt: skip
def test_scenarios_of_another_kind_are_refused(raw: dict[str, object]) -> None:
    """A value of the wrong kind, and a number that nobody can wait for, is no crash and no endless run."""
    with pytest.raises(ValueError, match=r"\w"):
        parse_scenario("x", raw)
