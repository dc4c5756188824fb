"""Every verb that reads clauses knows those of a vendor: from an empty folder, and before a server that runs."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from milvus_tck.cli.main import cli
from milvus_tck.extensions import given
from milvus_tck.spec.clause_files import clauses, protocol_clauses
from tests.extensions.installed import run

_CLAUSES = """
[[clause]]
id = "vendor/version"
rpc = "GetVersion"
text = "GetVersion tells a release of milvus-lite."

[[clause]]
id = "vendor/missing"
rpc = "HasCollection"
text = "HasCollection of a collection that is missing is refused."
expect = { any-error = true }
"""
_TESTS = '''
import pytest
from milvus_tck import Case, calls

@pytest.mark.clause("vendor/version")
def test_version(tck: Case) -> None:
    """GetVersion tells a release of milvus-lite."""
    tck.expect(True, tck.ok(calls.get_version()).version.startswith("milvus_lite"))

@pytest.mark.clause("vendor/missing")
def test_missing(tck: Case) -> None:
    """HasCollection of a collection that is missing is refused."""
    tck.refused(calls.has_collection(tck.name()), neighbour=calls.get_version(), untouched=lambda: True)
'''
_MUTANT = """
[[mutant]]
id = "vendor/version~empty"
clause = "vendor/version"
operator = "default"
path = "version"
sentence = "GetVersion leaves its version out."
"""
_FOLDERS = ("--clauses", "vendor/clauses", "--suites", "vendor/suites")
#: What milvus-lite 3.2.2 breaks of the vendor's.
_BROKEN = "vendor/missing:fails@grpc"


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a vendor's promises in it and nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    texts = {"clauses/own.toml": _CLAUSES, "suites/test_own.py": _TESTS, "mutants/own.toml": _MUTANT}
    for name, text in texts.items():
        path = folder / "vendor" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def judged(work: Path) -> Path:
    """The same folder, after a check that wrote its results to `out` and a baseline."""
    words = ("--select", "origin=vendor", "--write-baseline", "known.toml", "--out", "out")
    done = run(work, "check", "lite@3.2.2", *_FOLDERS, *words)
    assert done.code == 1, done.out + done.err
    return work


def test_the_mutant_of_a_vendor_is_killed_by_his_own_clause(work: Path) -> None:
    """A private promise is proven as one of the protocol is: its test fails on the defect of its mutant."""
    words = ("mutants", "lite@3.2.2", *_FOLDERS, "--select", "vendor/version~empty", "--recording", "good.rec")
    done = run(work, *words)
    assert done.code == 0, done.out + done.err
    assert "killed by its own clause: vendor/version:holds@grpc (false!=true)" in done.out
    assert "1 mutants of lite@3.2.2: 1 killed by its own clause" in done.out


@pytest.mark.parametrize(
    ("verb", "code", "said", "without"),
    [
        (("baseline", "check", "known.toml", "out"), 0, "0 to mend", (1, "no clause is called 'vendor/missing'")),
        (("repro", "out", _BROKEN), 0, '"aspect": "fails"', (64, "try: milvus-tck repro out")),
        (("explain", _BROKEN), 0, "vendor, and required by no profile", (64, "there is no clause")),
        (("list", "null", "--by", "clause"), 0, "promised by vendor", (0, "")),
    ],
    ids=["baseline", "repro", "explain", "list"],
)
def test_a_verb_takes_the_folders(
    judged: Path, verb: tuple[str, ...], code: int, said: str, without: tuple[int, str]
) -> None:
    """With the folders the promise is known; without them, the verb says that it is not."""
    known = run(judged, *verb, *_FOLDERS)
    assert (known.code, said in known.out) == (code, True), known.out[-2000:] + known.err
    unknown = run(judged, *verb)
    assert (unknown.code, without[1] in unknown.out + unknown.err) == (without[0], True), unknown.out + unknown.err
    assert said not in unknown.out


def test_what_a_vendor_promised_is_observed_and_compared(judged: Path) -> None:
    """Answers in the condition of a private clause are kept, and are held against it where it is known."""
    assert run(judged, "observe", "--from", "out", "--out", "seen.ndjson").code == 0
    assert '"clause": "vendor/missing"' in (judged / "seen.ndjson").read_text(encoding="utf-8")
    known = run(judged, "compare-observed", "seen.ndjson", *_FOLDERS)
    assert (known.code, "vendor/missing: fails (must)" in known.out) == (1, True), known.out + known.err
    unknown = run(judged, "compare-observed", "seen.ndjson")
    assert (unknown.code, "of clauses that there are none of" in unknown.out) == (0, True), unknown.out + unknown.err


def test_a_target_of_a_matrix_is_held_to_what_a_vendor_promised(work: Path) -> None:
    """The runs of targets are given the folders: the promise is a row of the page."""
    done = run(work, "matrix", "lite@3.2.2", "--select", "origin=vendor", "--out", "side", *_FOLDERS)
    assert done.code == 0, done.out + done.err
    assert "vendor/missing" in (work / "side" / "matrix.html").read_text(encoding="utf-8")


def test_releases_speak_of_the_protocol_alone(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No release of Milvus promised what a vendor does."""
    monkeypatch.setattr("milvus_tck.extensions._GIVEN.extensions", given([work / "vendor/clauses"]))
    assert "vendor/version" in clauses()
    assert "vendor/version" not in protocol_clauses()


def _verbs(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from _verbs(command, f"{before}{name} ")
        elif command is not None:
            yield f"{before}{name}", command


def test_which_verbs_take_the_folders() -> None:
    """All that name, judge or show clauses; others start servers, disturb them, read results or judge clients."""
    taking = {name for name, command in _verbs(cli) if "clauses" in {each.name for each in command.params}}
    assert taking == {
        "baseline check", "baseline prune", "check", "compare-observed", "explain", "list", "matrix", "mutants",
        "observe", "report", "repro",
    }  # fmt: skip
    others = {name for name, _ in _verbs(cli)} - taking
    assert others == {
        "diff", "doctor", "gateway", "load", "new case", "new clause", "proxy", "releases", "sdk check-driver",
        "sdk clauses", "sdk judge", "sdk run", "serve", "sweep",
    }  # fmt: skip
