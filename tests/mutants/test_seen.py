"""From a matrix to the file of checks that were seen to fail."""

import tomllib

from milvus_tck.mutants.matrix import Matrix
from milvus_tck.mutants.mutant import Mutant
from milvus_tck.mutants.outcome import Cell, Fate, Verdict
from milvus_tck.mutants.seen import kill_counts, kills_toml
from milvus_tck.spec.kills import parse_kills
from milvus_tck.spec.profiles import profile

MUTANT = Mutant(id="m", clause="insert/valid", rpc="Insert", operator="refuse", sentence="It refuses.")
A, B, WIRE = "insert/valid:holds@grpc", "search/valid.empty:fails@http-v2", "wire/parses@grpc"


def verdict(fate: Fate, **cells: Fate) -> Verdict:
    """Make a verdict with one cell for each check."""
    names = {"a": A, "b": B, "wire": WIRE}
    return Verdict(MUTANT, fate, tuple(Cell(names[name], "test", each) for name, each in cells.items()))


def matrix(*verdicts: Verdict) -> Matrix:
    """Make a matrix."""
    return Matrix("milvus@2.3.5", "v2.3.5", profile("2.3"), verdicts, 1.0, {})


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
    found = parse_kills(tomllib.loads(written))
    assert (found.target, found.version, found.profile, found.mutants) == ("milvus@2.3.5", "v2.3.5", "2.3", 2)
    assert found.checks == {"insert/valid:holds": {"grpc": 2}, "search/valid.empty:fails": {"http-v2": 1}}
