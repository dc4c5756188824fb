"""From a matrix to the file of checks that were seen to fail."""

import tomllib
from dataclasses import replace

import msgspec

from milvus_tck.mutants.campaign.fates import CheckFate, Fate, MutantResult
from milvus_tck.mutants.campaign.kill_record import kill_counts, kills_toml
from milvus_tck.mutants.campaign.matrix import Matrix
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.spec.kills import AddedCampaign, KillTables, parse_kills
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.tables import TableFile

MUTANT = Mutant(id="m", clause="insert/valid", rpc="Insert", operator="refuse", sentence="It refuses.")
A, B, WIRE = "insert/valid:holds@grpc", "search/offset.empty:fails@http-v2", "wire/parses@grpc"


def verdict(fate: Fate, **cells: Fate) -> MutantResult:
    """Make a verdict with one cell for each check."""
    names = {"a": A, "b": B, "wire": WIRE}
    return MutantResult(MUTANT, fate, tuple(CheckFate(names[name], "test", each) for name, each in cells.items()))


def matrix(*verdicts: MutantResult, target: str = "milvus@2.3.5", line: str = "2.3") -> Matrix:
    """Make a matrix."""
    return Matrix(target, "v2.3.5", profile(line), verdicts, 1.0, {})


def test_who_noticed_is_counted() -> None:
    """By its own clause or elsewhere; not a survivor, an invalid check, or a mutant that was not made."""
    found = kill_counts(
        matrix(
            verdict(Fate.OWN, a=Fate.OWN, b=Fate.ELSEWHERE, wire=Fate.ELSEWHERE),
            verdict(Fate.OWN, a=Fate.OWN, b=Fate.SURVIVED),
            verdict(Fate.INVALID, a=Fate.INVALID, b=Fate.NOT_APPLIED),
            verdict(Fate.FAULTY, a=Fate.OWN, b=Fate.OWN),
        )
    )
    assert found == {A: 2, B: 1, "wire/parses:holds@grpc": 1}


def test_the_file_is_read_as_it_is_written() -> None:
    """What was counted comes back, with the server and the number of mutants."""
    written = kills_toml(matrix(verdict(Fate.OWN, a=Fate.OWN, b=Fate.ELSEWHERE), verdict(Fate.OWN, a=Fate.OWN)))
    found = parse_kills(TableFile("kills.toml", tomllib.loads(written)))
    assert (found.target, found.version, found.profile, found.mutants) == ("milvus@2.3.5", "v2.3.5", "2.3", 2)
    assert found.checks == {"insert/valid:holds": {"grpc": 2}, "search/offset.empty:fails": {"http-v2": 1}}


def test_another_server_is_added() -> None:
    """Its kills stand beside the first one's, of which none is lost; added again, it counts once."""
    first = tables(kills_toml(matrix(verdict(Fate.OWN, a=Fate.OWN), verdict(Fate.OWN, a=Fate.OWN))))
    other = matrix(verdict(Fate.OWN, a=Fate.OWN, b=Fate.OWN), target="lite@3.2.2", line="3.0")
    once = tables(kills_toml(other, first))
    assert (once.target, once.profile, once.mutants) == (first.target, first.profile, 2)
    own = {"insert/valid": {"holds@grpc": 1}, "search/offset.empty": {"fails@http-v2": 1}}
    assert once.added == (AddedCampaign("lite@3.2.2", "v2.3.5", "3.0", 1, own),)
    assert once.checks == {"insert/valid": {"holds@grpc": 2}}
    read = parse_kills(TableFile("kills.toml", tomllib.loads(kills_toml(other, first))))
    assert read.checks == {"insert/valid:holds": {"grpc": 2}, "search/offset.empty:fails": {"http-v2": 1}}
    assert tables(kills_toml(other, once)) == once


def test_what_is_no_longer_true_is_forgotten() -> None:
    """Added again, a campaign takes the place of what it made fail; a part of it only of its own clauses."""
    first = tables(kills_toml(matrix(verdict(Fate.OWN, a=Fate.OWN))))
    whole = {"target": "lite@3.2.2", "line": "3.0"}
    once = tables(kills_toml(matrix(verdict(Fate.OWN, a=Fate.OWN, b=Fate.OWN), **whole), first))
    weaker = matrix(verdict(Fate.SURVIVED, a=Fate.SURVIVED), **whole)
    assert tables(kills_toml(weaker, once)).added[0].checks == {}
    part = replace(weaker, partial=True)
    assert tables(kills_toml(part, once)).added[0].checks == {"search/offset.empty": {"fails@http-v2": 1}}


def test_a_clause_that_there_is_no_more() -> None:
    """What is no clause is not told as seen to fail."""
    first = tables(kills_toml(matrix(verdict(Fate.OWN, a=Fate.OWN))))
    gone = msgspec.structs.replace(first, checks={**first.checks, "insert/gone": {"holds@grpc": 3}})
    assert "insert/gone" not in kills_toml(matrix(verdict(Fate.OWN, a=Fate.OWN)), gone)


def tables(text: str) -> KillTables:
    """Read what was written."""
    return TableFile("kills.toml", tomllib.loads(text)).value(KillTables)
