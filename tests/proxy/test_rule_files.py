"""Rules from files: what is meant is understood, and what makes no sense is refused with the reason."""

from pathlib import Path

import pytest

from milvus_tck.proxy import rule_files
from milvus_tck.proxy.rule_files import RuleError, parse_rules, read_rules
from milvus_tck.proxy.rules import RuleStage


def test_the_example_in_the_documentation_is_a_file(tmp_path: Path) -> None:
    """What the module shows as an example can be read, and says what it says."""
    example = (rule_files.__doc__ or "").partition("\n")[2]
    (tmp_path / "rules.toml").write_text(example, encoding="utf-8")
    found = read_rules(tmp_path / "rules.toml")
    assert found.seed == 7
    fault, mutation = found.rules
    assert (fault.id, fault.where.rpc, fault.times, fault.probability, fault.delay) == (
        "too-fast", ("Insert",), 2, 0.5, 0.3,
    )  # fmt: skip
    assert (fault.stage, fault.where.request) == (RuleStage.REQUEST, {"collection_name": "shop_*"})
    assert (mutation.id, mutation.stage) == ("count-is-zero", RuleStage.RESPONSE)


def test_rules_without_a_name_get_one() -> None:
    """Every rule has a name by which it is counted."""
    rows = {"fault": [{"drop": True}, {"delay": 1}], "mutate": [{"operator": "truncate", "with": {"keep": 1}}]}
    assert [rule.id for rule in parse_rules(rows).rules] == ["fault-1", "fault-2", "mutate-1"]


_FINE = {"rpc": "Insert", "grpc": "ABORTED"}
_SET = {"rpc": "Insert", "operator": "set", "with": {"member": "insert_cnt", "value": 1}}


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"faults": []}, "has no faults; there are fault, "),
        ({"fault": [{**_FINE, "oops": 1}]}, "[[fault]] 1 has no oops"),
        ({"fault": [{**_FINE, "operator": "set"}]}, "[[fault]] 1 has no operator"),
        ({"fault": [{"rpc": "Insert"}]}, "one of status, grpc and drop"),
        ({"fault": [{**_FINE, "drop": True}]}, "one of status, grpc and drop"),
        ({"fault": [{**_FINE, "rpc": "Insrt"}]}, "there is no RPC Insrt"),
        ({"fault": [{**_FINE, "where": {"colection_name": "a"}}]}, "has a member colection_name"),
        ({"fault": [{**_FINE, "where": {"base.oops": "a"}}]}, "has a member base.oops"),
        ({"fault": [{"grpc": "OK"}]}, "there is no grpc 'OK'; there are "),
        ({"fault": [{"grpc": {"code": "ABORTED", "text": "x"}}]}, "[fault.grpc] has no text; there are "),
        ({"fault": [{"drop": False}]}, "drop is true"),
        ({"fault": [{"status": {"number": 1}}]}, "number"),
        ({"fault": [{**_FINE, "times": -1}]}, "times = -1"),
        ({"fault": [{**_FINE, "times": 1.5}]}, "times = 1.5"),
        ({"fault": [{**_FINE, "probability": 1.1}]}, "probability = 1.1"),
        ({"fault": [{**_FINE, "delay": "1s"}]}, "delay = '1s'"),
        ({"fault": [{**_FINE, "at": "never"}]}, "never"),
        ({"fault": [{**_FINE, "id": "a"}, {**_FINE, "id": "a"}]}, "two rules are called 'a'"),
        ({"mutate": [{"rpc": "Insert"}]}, "lacks operator"),
        ({"mutate": [{**_SET, "operator": "oops"}]}, "there is no operator 'oops'"),
        ({"mutate": [{**_SET, "with": {"member": "oops", "value": 1}}]}, "has a member oops"),
        ({"mutate": [{**_SET, "at": "request"}]}, "has a member insert_cnt"),
        ({"mutate": [{**_SET, "with": {"member": "insert_cnt"}}]}, "value"),
        ({"fault": [{"status": {"code": "RateLimit"}}]}, "code = 'RateLimit' is not a whole number"),
        ({"fault": [{"status": {"code": 2**31}}]}, "code = 2147483648 is not a whole number <= 2147483647"),
        ({"fault": [{"status": {"legacy": -(2**31) - 1}}]}, "is not a whole number >= -2147483648"),
        ({"fault": [{"status": {"reason": "why"}}]}, "a status says code, legacy or both"),
        ({"fault": [{**_FINE, "count": "client"}]}, "client"),
        ({"mutate": [{**_SET, "with": {"member": "insert_cnt", "value": "1"}}]}, "cannot be carried out"),
        ({"mutate": [{**_SET, "with": {"member": "status.code", "value": 2**40}}]}, "cannot be carried out"),
        ({"mutate": [{**_SET, "with": {"member": "status.reason", "value": 5}}]}, "cannot be carried out"),
        ({"mutate": [{**_SET, "with": {"member": "succ_index", "value": "x"}}]}, "cannot be carried out"),
        ({"mutate": [{**_SET, "with": {"member": "IDs.int_id.data[0]", "value": "x"}}]}, "cannot be carried out"),
        ({"mutate": [{**_SET, "operator": "truncate", "with": {"keep": "3"}}]}, "cannot be carried out"),
        ({"mutate": [{**_SET, "operator": "flip", "with": {"member": "status.reason"}}]}, "cannot be carried out"),
    ],
)
def test_what_makes_no_sense_is_refused(raw: dict[str, object], why: str) -> None:
    """A rule that could never do what it says is no rule."""
    with pytest.raises(RuleError) as caught:
        parse_rules(raw)
    assert why in str(caught.value)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    """A missing file, one that is not TOML, and one that is not UTF-8, are errors that name it, in a user's words."""
    broken, latin = tmp_path / "broken.toml", tmp_path / "latin.toml"
    broken.write_text("[[fault", encoding="utf-8")
    latin.write_bytes(b"# \xe9")
    for path, why in ((tmp_path / "missing.toml", " cannot be read: No such file"), (broken, ":"), (latin, " is not")):
        with pytest.raises(RuleError, match=path.name + why):
            read_rules(path)


@pytest.mark.parametrize(
    ("operator", "told"),
    [
        ("set", {"member": "IDs.int_id.data[0]", "value": 7}),
        ("set", {"member": "status.reason", "value": "why"}),
        ("plus", {"member": "status.reason"}),
        ("reverse", {"member": "succ_index"}),
        ("set", {"member": "status.extra_info{}", "value": "x"}),
    ],
)
def test_what_makes_sense_is_taken(operator: str, told: dict[str, object]) -> None:
    """A value that fits the member is taken, also where the member stands in a list, a map or a message within."""
    assert len(parse_rules({"mutate": [{"rpc": "Insert", "operator": operator, "with": told}]}).rules) == 1
