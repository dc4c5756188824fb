"""An installed extension: its promises, its target and its format are there without a word on the command line."""

import json
import shutil
from pathlib import Path

import pytest

from milvus_tck.reporting import formats
from milvus_tck.reporting.formats import write_reports
from milvus_tck.targets.degenerate import DegenerateServer
from tests.extensions.installed import ACME, Installed
from tests.reporting.builders import a_check, a_run

_ONLY = ("--select", "origin=acme")


def test_its_clauses_are_listed_with_their_origin(acme: Installed) -> None:
    """`list` knows the clauses, the tests that judge them, and who promises them."""
    done = acme.run("list", "null", *_ONLY, "--json")
    assert done.code == 0, done.err
    rows = {row["clause"]: row for row in json.loads(done.out)["clauses"]}
    assert rows.keys() == {"acme/says-its-version", "acme/list-is-sorted", "acme/no-name"}
    row = rows["acme/no-name"]
    assert (row["origin"], row["tests"]) == ("acme", ["acme:test_acme.py::test_no_name_is_refused"])
    assert all(check["becomes"] == "" for check in row["checks"])


def test_it_is_explained(acme: Installed) -> None:
    """`explain` says who promises a clause, and that no profile requires it."""
    done = acme.run("explain", "acme/no-name")
    assert done.code == 0, done.err
    assert "promised by: acme, and required by no profile" in done.out


def test_a_degenerate_target_earns_nothing_of_it(acme: Installed) -> None:
    """What nobody can believe is blocked, as a promise of the protocol is; the report format of the package is made."""
    done = acme.run("check", "null", *_ONLY, "--out", "null", "--format", "default,acme-csv")
    assert done.code == 2, done.err
    summary = acme.summary("null")
    states = {state for counts in summary["private"]["acme"].values() for state, number in counts.items() if number}
    assert states == {"blocked"}
    told = map(json.loads, (acme.work / "null" / "results.ndjson").read_text(encoding="utf-8").splitlines())
    form = [each["check"] for each in told if each.get("family") == "wire" and each.get("rpc") == "GetVersion"]
    assert sum(summary["by_rpc"]["GetVersion"]["must"].values()) == len(form)
    rows = (acme.work / "null" / "acme-csv" / "checks.csv").read_text(encoding="utf-8").splitlines()
    assert "acme/list-is-sorted:holds@grpc,blocked,acme" in rows
    assert "acme" in (acme.work / "null" / "report.html").read_text(encoding="utf-8")


def test_its_target_is_asked_by_name(acme: Installed) -> None:
    """A target that the package brings is judged by its name, and one that it does not have is a mistake."""
    server = DegenerateServer("refuser")
    server.start()
    try:
        done = acme.run("check", "acme-lab", *_ONLY, "--out", "lab", "--format", "summary", ACME_ADDRESS=server.address)
    finally:
        server.stop()
    assert done.code in {1, 2}, done.err
    assert acme.summary("lab")["target"]["name"] == "acme-lab"
    wrong = acme.run("check", "acme-lab@7")
    assert (wrong.code, "there is no release '7'" in wrong.err) == (64, True)
    near = acme.run("check", "acme-lob")
    assert (near.code, "acme-lab" in near.err) == (64, True)


def test_a_format_that_nobody_has_is_a_mistake(acme: Installed) -> None:
    """The formats that there are stand in the error, those of the package among them."""
    done = acme.run("check", "null", "--format", "acme-xml")
    assert (done.code, "acme-csv" in done.err) == (64, True)


def test_plain_pytest_runs_its_suites(acme: Installed) -> None:
    """`pytest --pyargs acme_tck.suites --target …` judges them; what the refuser earns is nothing."""
    words = ("-q", "-rs", "--pyargs", "acme_tck.suites", "--target", "refuser", "-p", "no:cacheprovider")
    done = acme.run(*words, module="pytest")
    assert "3 skipped" in done.out, done.out + done.err
    assert "blocked: " in done.out


def test_its_mutants_stand_beside_ours(acme: Installed) -> None:
    """A mutant of the package, and those that every refusal has, are mutants of its clauses."""
    program = (
        "from milvus_tck.extensions import extensions\n"
        "from milvus_tck.mutants.catalogue.files import mutants_dir, read_mutants\n"
        "from milvus_tck.spec.profiles import profile\n"
        "others = [each.mutants for each in extensions()]\n"
        "found = read_mutants(mutants_dir(), profile('2.3'), *others)\n"
        "print(*sorted(each.id for each in found if each.clause.startswith('acme/')))\n"
    )
    (acme.work / "mutants_of_acme.py").write_text(program, encoding="utf-8")
    done = acme.run(module="mutants_of_acme")
    assert done.code == 0, done.err
    names = done.out.split()
    assert "acme/says-its-version~empty" in names
    assert any(name.startswith("acme/no-name~") for name in names)


def test_a_working_copy_stands_for_the_package(acme: Installed) -> None:
    """Folders of the same origin are read in place of what is installed: no id is there twice."""
    copy = acme.work / "acme"
    for name in ("clauses", "suites"):
        shutil.copytree(ACME / "acme_tck" / name, copy / name)
    text = (copy / "clauses" / "acme.toml").read_text(encoding="utf-8")
    (copy / "clauses" / "acme.toml").write_text(text.replace('level = "should"', 'level = "may"'), encoding="utf-8")
    done = acme.run("list", "null", *_ONLY, "--json", "--clauses", "acme/clauses", "--suites", "acme/suites")
    assert done.code == 0, done.err
    assert {row["clause"]: row["level"] for row in json.loads(done.out)["clauses"]}["acme/list-is-sorted"] == "may"


@pytest.mark.parametrize("group", ["milvus_tck.extensions", "milvus_tck.targets"])
def test_a_package_that_can_not_be_used_is_named(acme: Installed, group: str) -> None:
    """An entry point that leads nowhere ends the verb with 64, and says which one it is."""
    broken = acme.work / f"broken-{group}"
    info = broken / "broken-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\nbroken = broken_tck:thing\n", encoding="utf-8")
    words = ("explain", "insert/valid") if group == "milvus_tck.extensions" else ("check", "broken")
    done = Installed(broken, acme.work).run(*words)
    assert (done.code, "broken_tck" in done.err) == (64, True), done.err


@pytest.mark.parametrize(("files", "said"), [(["x"], "no mapping"), ({"../x": "y"}, "outside of its folder")])
def test_a_format_that_makes_no_files_is_told(
    files: object, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a format returns is looked at; the other formats are written all the same."""
    monkeypatch.setattr(formats, "load", lambda _group, _name: lambda _run: files)
    run = a_run([a_check()])
    written = write_reports(tmp_path, run.results, run.summary, ["acme-csv", "badge"])
    assert [path.name for path in written.files] == ["badge.json"]
    assert [each.format for each in written.troubles] == ["acme-csv"]
    assert said in str(written.troubles[0])
