"""Mutants are read from tables; what contradicts itself is refused when it is read."""

from pathlib import Path

import pytest

from milvus_tck.mutants.catalogue.files import read_mutants
from milvus_tck.mutants.catalogue.mutant import Concerns, Mutant, MutantScope
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import ClauseKind
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profile

_ROW = 'id = "has-collection/existing~x"\nclause = "has-collection/existing"\nsentence = "It is wrong."\n'
_FAMILY = '[[family]]\nsuffix = "x"\noperator = "negate"\nsentence = "x."\n'


def _read(folder: Path, text: str) -> list[Mutant]:
    (folder / "mutants.toml").write_text(text, encoding="utf-8")
    return read_mutants(folder, profile("2.3"))


def test_a_row(tmp_path: Path) -> None:
    """A row says all; the RPC is that of its clause, and a success is what it changes."""
    (mutant,) = _read(tmp_path, f'[[mutant]]\n{_ROW}operator = "negate"\npath = "value"\nwhen = {{ db_name = "d" }}\n')
    assert (mutant.rpc, mutant.scope, mutant.concerns) == ("HasCollection", MutantScope.RPC, Concerns.SUCCESS)
    assert (mutant.when, mutant.live) == ((("db_name", "d"),), False)


def test_operators_on_refusals_concern_refusals(tmp_path: Path) -> None:
    """Who writes another code means refusals; behaviours need a server that runs."""
    (mutant,) = _read(tmp_path, f'[[mutant]]\n{_ROW}operator = "code"\n')
    assert mutant.concerns is Concerns.REFUSAL
    (mutant,) = _read(tmp_path, f'[[mutant]]\n{_ROW}operator = "swallow"\n')
    assert mutant.live


def test_folders_below_are_read(tmp_path: Path) -> None:
    """Mutants may lie in a file of their own for each RPC, below the folder of its family."""
    below = tmp_path / "collections"
    below.mkdir()
    (below / "has-collection.toml").write_text(f'[[mutant]]\n{_ROW}operator = "nothing"\n', encoding="utf-8")
    with pytest.raises(SpecError, match=r"collections/has-collection\.toml"):
        read_mutants(tmp_path, profile("2.3"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'[[mutant]]\n{_ROW}operator = "nothing"\n', "line 5: .*: there is no operator 'nothing'; there are "),
        (f'[[mutant]]\n{_ROW}operator = "negate"\npaht = "value"\n', "line 6: .* has no paht; there are path, "),
        ('[[mutant]]\nid = "x"\noperator = "negate"\n', "lacks sentence"),
        (f'[[mutant]]\n{_ROW.replace("existing", "nowhere")}operator = "negate"\n', "no clause"),
        (f'[[mutant]]\n{_ROW}operator = "negate"\n' * 2, "written twice"),
        ("[other]\n", "the file has no other; there are "),
        (f'{_FAMILY}clauses = ["nowhere/x"]\n', "no such clauses"),
        (f'{_FAMILY}clauses = "refused"\nexcept = {{ "a/b" = "why" }}\n', "no such clauses"),
    ],
    ids=["operator", "key", "lacks sentence", "clause", "twice", "table", "family clause", "exception"],
)  # fmt: skip
def test_what_contradicts_itself(tmp_path: Path, text: str, said: str) -> None:
    """A mutant that is written wrongly would be one that nothing notices."""
    with pytest.raises(SpecError, match=said):
        _read(tmp_path, text)


def test_a_family(tmp_path: Path) -> None:
    """A family is a mutant for each of its clauses, named after it."""
    found = _read(
        tmp_path,
        '[[family]]\nsuffix = "gone"\nclauses = "accepted"\nanswers = ["BoolResponse"]\nkinds = ["missing-name"]\n'
        'operator = "negate"\npath = "value"\nsentence = "{name} is wrong."\n'
        'rpc = { "has-collection/collection-unknown" = "Search" }\n',
    )
    by_clause = {each.clause: each for each in found}
    assert {clauses()[name].rpc for name in by_clause} == {"HasCollection"}
    assert {clauses()[name].kind for name in by_clause} == {ClauseKind.MISSING_NAME}
    assert by_clause["has-collection/collection-unknown"].sentence == "Search is wrong."
    assert by_clause["has-collection/collection-other-case"].id == "has-collection/collection-other-case~gone"


def test_a_family_without_kinds(tmp_path: Path) -> None:
    """Clauses of some kinds are left out; those of no kind are not."""
    found = _read(
        tmp_path, f'{_FAMILY}clauses = "accepted"\nanswers = ["BoolResponse"]\nnot-kinds = ["missing-name", "header"]\n'
    )
    kinds = {clauses()[each.clause].kind for each in found}
    assert kinds == {None, ClauseKind.IMPLEMENTED, ClauseKind.PRIVILEGE, ClauseKind.SURVIVAL}


def test_a_wrong_number_is_never_the_right_one(tmp_path: Path) -> None:
    """Of several numbers the first that the clause does not take for right is written."""
    found = _read(
        tmp_path,
        '[[family]]\nsuffix = "code"\nclauses = "refused"\naspect = "code"\nvalues = [100, 4711]\noperator = "code"\n'
        'sentence = "Another code."\n',
    )
    values = {each.clause: each.arguments.value for each in found}
    assert values["describe-collection/collection-unknown"] == 4711
    assert 100 in values.values()
