"""Ids of checks: taken apart and put together again, they are what they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.kills import kills
from milvus_tck.spec.profiles import profiles
from milvus_tck.verdict.model.check import GRPC, key_of, over
from milvus_tck.verdict.model.obligations import checks_of

_WORD = st.text(st.characters(exclude_characters=".:@"), min_size=1, max_size=6)
_CASE = st.text(st.characters(exclude_characters=":@"), min_size=1, max_size=6)
_PART = st.just("") | _WORD


@given(_WORD, st.just("") | _CASE, _PART, st.just("") | st.text(min_size=1, max_size=9))
def test_what_is_written_is_read(clause: str, case: str, aspect: str, binding: str) -> None:
    """Whatever its parts are, and whichever are left open; the last may hold any text."""
    found = CheckId(clause, case, aspect, binding)
    assert CheckId.parse(str(found)) == found


@given(st.text(max_size=20))
def test_every_text_is_an_id(text: str) -> None:
    """A pattern, or a name that somebody misspelt, is taken apart as well; nothing is lost but empty parts."""
    found = CheckId.parse(text)
    assert CheckId.parse(str(found)) == found


def test_the_checks_of_the_suite() -> None:
    """Each has the parts that it was made of; without a case and with one."""
    for clause in clauses().values():
        for line in profiles()[-2:]:
            for case in ("", "a-case.of 2"):
                for check in checks_of(clause, line, GRPC, case) if clause.applies_to(line) else ():
                    assert CheckId.parse(check.id) == CheckId(clause.id, case, check.aspect, GRPC)


@pytest.mark.parametrize(
    ("text", "condition", "name", "request_", "uncased"),
    [
        ("a/b.c:holds@grpc", "a/b.c", "a/b.c:holds", "a/b.c@grpc", "a/b:holds@grpc"),
        ("a/b:code@http-v2", "a/b", "a/b:code", "a/b@http-v2", "a/b:code@http-v2"),
        ("a/b", "a/b", "a/b", "a/b", "a/b"),
        ("a/b@http-v2", "a/b", "a/b", "a/b@http-v2", "a/b@http-v2"),
    ],
)
def test_parts_together(text: str, condition: str, name: str, request_: str, uncased: str) -> None:
    """What is asked, what is judged whatever it travels over, which request it is of, the check of all cases."""
    found = CheckId.parse(text)
    assert (found.condition, found.name, found.request, found.uncased) == (condition, name, request_, uncased)


def test_over_another_binding() -> None:
    """The same check over another binding, and a clause as others need it."""
    assert over("a/b.c:holds@grpc", "http-v2") == "a/b.c:holds@http-v2"
    assert (key_of("a/b", GRPC), key_of("a/b", "http-v1")) == ("a/b", "a/b@http-v1")


def test_there_is_room_for_a_client_library() -> None:
    """The last part may hold the signs that part the others: a library with its version is one."""
    text = "insert/valid.empty:holds@sdk:pymilvus@2.5"
    found = CheckId.parse(text)
    assert found == CheckId("insert/valid", "empty", "holds", "sdk:pymilvus@2.5")
    assert str(found) == text
    assert over("insert/valid:holds@grpc", found.binding) == "insert/valid:holds@sdk:pymilvus@2.5"


def test_the_names_of_the_kill_record() -> None:
    """Those that were written down have a clause and an aspect, and no binding."""
    for name in kills().checks:
        found = CheckId.parse(name)
        assert found.clause in clauses()
        assert (bool(found.aspect), found.binding) == (True, "")
