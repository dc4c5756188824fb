"""`milvus-tck list`: what would be judged, and why the rest would not."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from milvus_tck.spec.capabilities import capabilities_of, core_rpcs, lacking_because
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import EXPLORATIONS
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.spec.rpcs import rpcs_of
from milvus_tck.targets.base import AUTHORIZATION, BY_WHAT_IS_GIVEN, Target
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.network import free_ports
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import read_results
from tests.cli.conftest import Done, Typed


@cache
def _schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_dir("reports") / "schema" / "list.schema.json").read_text())
    return found


def parsed(done: Done) -> dict[str, Any]:
    """Read what `list --json` printed, and hold it against its schema."""
    assert done.returncode == Exit.OK, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    faults = [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(_schema()).iter_errors(found)]
    assert faults == []
    return found


@pytest.mark.parametrize("name", [each.name for each in profiles()])
def test_every_clause_stands_in_the_list(typed: Typed, name: str) -> None:
    """Whatever is not judged is named with the reason: nothing is lost in silence."""
    found = parsed(typed("list", "--json", "--profile", name))
    judged = {each["clause"] for each in found["clauses"]}
    absent = {each["clause"]: each["kind"] for each in found["absent"]}
    always = {each["clause"] for each in found["always"]}
    every_answer = {each.id for each in clauses().values() if each.rpc == "wire"}
    assert judged | set(absent) | every_answer == set(clauses())
    assert always == {each for each in every_answer if clauses()[each].applies_to(profile(name))}
    assert not judged & set(absent)
    for identifier, kind in absent.items():
        clause = clauses()[identifier]
        if kind == "not-testable":
            assert not clause.testable
        elif kind == "other-binding":
            assert "grpc" not in clause.bindings
        elif kind == "patch-unknown":
            assert clause.applies_to(profile(name))
            assert clause.depends_on_patch(profile(name))
        elif kind == "not-selected":
            assert clause.family == EXPLORATIONS
        elif kind == "unsupported":
            assert BY_WHAT_IS_GIVEN & set(capabilities_of(clause))
        else:
            assert kind in {"no-test", "not-in-profile"}
            assert clause.applies_to(profile(name)) == (kind == "no-test")


@pytest.mark.parametrize("name", ["2.2", "2.3"])
def test_every_core_rpc_has_a_promise_of_success(typed: Typed, name: str) -> None:
    """A core RPC of which only refusals were judged could refuse everything."""
    rows = {each["rpc"]: each for each in parsed(typed("list", "--json", "--profile", name))["rpcs"]}
    assert set(core_rpcs()) <= set(rows)
    own = {rpc: [each for each in rows[rpc]["success"] if not each.endswith("/implemented")] for rpc in core_rpcs()}
    assert [rpc for rpc, found in own.items() if not found] == []


def test_a_selection_lists_its_checks_one_a_line(typed: Typed) -> None:
    """`--by check` is made for scripts: ids, and nothing else."""
    done = typed("list", "--select", "clause=create-collection/valid", "--by", "check")
    assert (done.returncode, done.stdout) == (Exit.OK, "create-collection/valid:holds@grpc\n")


def test_levels_and_strict_decide_as_they_do_for_check(typed: Typed) -> None:
    """`--strict` makes a `must` of codes that are `should` otherwise."""
    select = ("list", "--json", "--profile", "2.3", "--level", "must", "--select", "aspect=code")
    lenient, strict = parsed(typed(*select)), parsed(typed(*select, "--strict"))
    assert 0 < lenient["checks"] < strict["checks"]
    assert {check["level"] for each in strict["clauses"] for check in each["checks"]} == {"must"}


def test_hostile_checks_need_a_server_of_ours_or_the_option(typed: Typed, lite: Target) -> None:
    """What may kill a foreign server is listed as left out."""
    select = ("--json", "--profile", "2.3")
    ours = parsed(typed("list", *select))
    hostile = {each["clause"] for each in ours["clauses"] if each["hostile"]}
    assert hostile
    foreign = parsed(typed("list", lite.address, *select))
    assert hostile <= {each["clause"] for each in foreign["absent"] if each["kind"] in {"hostile", "unsupported"}}
    assert hostile & {each["clause"] for each in parsed(typed("list", lite.address, *select, "--hostile"))["clauses"]}


def test_a_running_endpoint_is_asked_what_it_lacks(typed: Typed, lite: Target) -> None:
    """Without partitions, their checks are listed as unsupported, but for the one that asks whether they are there."""
    found = parsed(typed("list", lite.address, "--profile", "2.5", "--json", "--select", "rpc=CreatePartition"))
    assert [each["clause"] for each in found["clauses"]] == ["create-partition/implemented"]
    lacking = {each["why"] for each in found["absent"] if each["kind"] == "unsupported"}
    # Privileges are lacking for another reason: nobody said who asks.
    assert lacking == {"the target lacks CreatePartition", lacking_because(AUTHORIZATION)}
    assert "(--token, --user)" in lacking_because(AUTHORIZATION)
    assert all(each["checks"] for each in found["absent"] if each["kind"] == "unsupported")


def test_without_a_profile_that_can_be_told_none_is_guessed(typed: Typed, lite: Target) -> None:
    """The release 2.5.1 of lite says nothing of its version: exit 64, with the profiles."""
    done = typed("list", lite.address)
    assert done.returncode == Exit.USAGE
    assert "belongs to no profile" in done.stderr


def test_a_selection_that_matches_nothing(typed: Typed) -> None:
    """Exit 4."""
    done = typed("list", "--select", "rpc=Nonsense")
    assert done.returncode == Exit.NOTHING_RAN
    assert "no rpc is called 'Nonsense'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "why"), [(("--profile", "9.9"), "there are auto, 2.2"), (("--select", "(rpc=Search"), "parenthesis")]
)
def test_what_can_not_be_meant(typed: Typed, arguments: tuple[str, ...], why: str) -> None:
    """Exit 64, with what is wrong."""
    done = typed("list", *arguments)
    assert done.returncode == Exit.USAGE
    assert why in done.stderr


def test_an_endpoint_that_is_not_there(typed: Typed) -> None:
    """Exit 3; there is no list of a target that nobody knows."""
    done = typed("list", f"127.0.0.1:{free_ports(1)[0]}")
    assert done.returncode == Exit.TARGET_LOST
    assert "cannot be reached" in done.stderr


def test_the_text_names_every_core_rpc_and_every_reason(typed: Typed) -> None:
    """What a reader sees first: a line for each RPC, then what is not judged and why."""
    done = typed("list", "--profile", "2.3")
    assert done.returncode == Exit.OK
    starts = {line.split(" ")[0] for line in done.stdout.splitlines()}
    assert set(core_rpcs()) <= starts
    assert "not judged, not-in-profile:" in done.stdout
    assert "  service/rate-limit: not testable: " in done.stdout


@pytest.mark.parametrize("name", [each.name for each in profiles()])
def test_every_rpc_of_a_profile_has_its_row(typed: Typed, name: str) -> None:
    """Those without a clause are named as well, and the sentence below counts them.

    Nobody asked for those whose clauses hang on the patch, or are judged by explorations alone.
    """
    done = typed("list", "--profile", name)
    scope = parsed(typed("list", "--json", "--profile", name))["scope"]
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line and not line.startswith(" ")}
    assert {each.name for each in rpcs_of(profile(name))} <= rows.keys()
    assert {rpc for rpc, line in rows.items() if line.endswith("no clause yet")} == set(scope["no_clause"])
    untestable = {rpc for rpc, line in rows.items() if " not testable: " in line}
    assert untestable == set(scope["not_testable"])
    assert f"{len(scope['judged'])} of the {scope['rpcs']} RPCs of {name} are judged" in done.stdout
    assert {rpc for rpc, line in rows.items() if line.endswith("no released server has it")} == set(scope["no_server"])
    named = {
        *scope["judged"],
        *scope["open"],
        *scope["not_asked"],
        *scope["no_clause"],
        *scope["not_testable"],
        *scope["no_server"],
    }
    assert named == {each.name for each in rpcs_of(profile(name))}
    line = profile(name)
    own = [each for each in clauses().values() if each.rpc in scope["not_asked"] and each.applies_to(line)]
    assert {each.family for each in own if not each.depends_on_patch(line)} <= {EXPLORATIONS}


_LACKING = """
[targets.frugal]
address = "{address}"
profile = "2.3"
lacks = ["aliases", "delete"]
"""


def test_list_and_check_leave_out_the_same(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its owner says that a target lacks is left out by both, and so is what stands on that."""
    server = DegenerateServer("refuser")
    server.start()
    monkeypatch.chdir(tmp_path)
    asked = ("frugal", "--select", "clause=*alias* or rpc=Search or rpc=HasPartition")
    try:
        (tmp_path / "tck.toml").write_text(_LACKING.format(address=server.address), encoding="utf-8")
        plan = parsed(typed("list", "--json", *asked))
        typed("check", *asked, "--out", tmp_path / "out")
    finally:
        server.stop()
    events = read_results(tmp_path / "out").checks
    told = {each["clause"]: each["checks"] for each in plan["absent"] if each["kind"] == "unsupported"}
    assert told
    assert told == Counter(each.clause for each in events if each.signature.startswith("declared:"))
    blocked = {each["clause"] for each in plan["absent"] if each["kind"] == "blocked"}
    assert {each.state for each in events if each.clause in blocked} <= {"blocked"}
    would_run = {check["check"] for each in plan["clauses"] for check in each["checks"]}
    assert would_run.isdisjoint(each.check for each in events if each.signature.startswith("declared:"))
    left_out = Counter(each.clause for each in events if each.check not in would_run and each.family != "wire")
    assert left_out == Counter({each["clause"]: each["checks"] for each in plan["absent"] if each["checks"]})


def test_a_list_over_several_bindings(typed: Typed) -> None:
    """Each binding has checks of its own; what it cannot say is not among them."""
    wanted = ("--profile", "2.3", "--binding", "grpc,http-api-v1", "--binding", "http-v1")
    assert parsed(typed("list", "--json", *wanted))["binding"] == "grpc,http-api-v1,http-v1"
    ids = set(typed("list", "--by", "check", *wanted).stdout.split())
    bindings = {check.rpartition("@")[2] for check in ids}
    assert bindings == {"grpc", "http-api-v1", "http-v1"}
    assert "insert/json:holds@grpc" in ids
    assert "insert/json:holds@http-api-v1" not in ids


def test_an_unknown_binding_is_refused(typed: Typed) -> None:
    """A binding that nobody has is named, with those that there are."""
    done = typed("list", "--binding", "smoke-signals")
    assert done.returncode == Exit.USAGE
    assert "smoke-signals is none of grpc, http-api-v1" in done.stderr


def test_two_selections_select_what_either_does(typed: Typed) -> None:
    """None that was typed is left out in silence: what is asked for twice is asked for by either."""
    found = parsed(typed("list", "--json", "--profile", "2.3", "--select", "rpc=Flush", "--select", "rpc=Connect"))
    assert {each["rpc"] for each in found["clauses"]} == {"Flush", "Connect"}
