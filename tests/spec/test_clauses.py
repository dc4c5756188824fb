"""The clauses of `proto/clauses/`: does each say all that it owes, and nothing that contradicts the tables?"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import TopologicalSorter

import pytest
from grpc import StatusCode

from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.clause_files import clauses, kebab, parse_clauses
from milvus_tck.spec.clause_witnesses import WitnessKind
from milvus_tck.spec.clauses import Clause, Expectation, Level
from milvus_tck.spec.errors import codes, legacy_codes, legacy_of
from milvus_tck.spec.profiles import Profile, profile, profiles
from milvus_tck.wire.descriptors import HTTP, descriptor_set, methods

BINDINGS = {"grpc", "http-api-v1", "http-design", "http-v1", "http-v2"}

_WORDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|etc|vs)\.")
_NEXT_SENTENCE = re.compile(r"[.!?] ")


def _id(each: Clause) -> bool:
    """An id is the RPC in small letters, `service` or `explore` where none is special, a slash, and the condition."""
    rpc, _, words = each.id.partition("/")
    if each.rpc == HTTP:
        return rpc == each.bindings[0] and bool(_WORDS.fullmatch(words))
    return rpc in {kebab(each.rpc), "service", "explore"} and bool(_WORDS.fullmatch(words))


def _rpc(each: Clause) -> bool:
    """A clause is a promise of an RPC that exists, of HTTP itself, or of every answer."""
    return each.rpc in {"wire", HTTP} or each.rpc in methods()


def _needs(each: Clause) -> bool:
    """What a clause needs is written, stands wherever the clause stands, and is a `must` that can be tested."""
    for need in each.needs:
        other = clauses().get(need)
        if other is None or other.level is not Level.MUST or not other.testable:
            return False
        if any(not other.applies_to(release) for release in _releases(each)):
            return False
    return True


def _witness(each: Clause) -> bool:
    """Something makes a clause true, and says so once."""
    return bool(each.witness) and len(set(each.witness)) == len(each.witness)


def _observed(each: Clause) -> bool:
    """What a single running server did, with no other witness, is `observed` until a second one agrees."""
    alone = len(each.witness) == 1 and each.witness[0].kind is WitnessKind.SERVER
    return not alone or each.level is Level.OBSERVED


def _testable(each: Clause) -> bool:
    """A clause that cannot be tested says why, and no other does."""
    return each.testable != bool(each.reason.strip())


def _text(each: Clause) -> bool:
    """A promise is one sentence, with a capital or the name of a field at its start and a full stop at its end."""
    return all(_is_sentence(text) for text in (each.texts.values() if each.texts else (each.text,)))


def _covered(each: Clause) -> bool:
    """Where the sentence differs by profile, each profile in which the clause stands has just one."""
    here = _releases(each)
    return not each.texts or all(sum(line in part for part in each.texts) == 1 for line in here)


def _once(each: Clause) -> bool:
    """A profile is held to one expectation: the ranges of a clause do not overlap."""
    return all(sum(release in part for part in each.ranges) <= 1 for release in _releases(each))


def _demands(each: Clause) -> bool:
    """A refusal names what is right in each profile: the code where Status has one, the legacy number where not."""
    return all(
        expected.ok
        or expected.any_error
        or expected.grpc
        or (expected.codes if line.status_code or each.rpc == HTTP else expected.legacy)
        for line, expected in _expectations(each)
    )


def _codes(each: Clause) -> bool:
    """A code is expected only in profiles that define it."""
    return all(
        set(expected.codes) <= {code.number for code in codes() if line in code.profiles}
        for line, expected in _expectations(each)
        if line.status_code
    )


def _legacy(each: Clause) -> bool:
    """A legacy number is expected where Status has nothing else, and is one that the profile defines."""
    old = [(line, expected) for line, expected in _expectations(each) if not line.status_code]
    wanted = {number for _, expected in _expectations(each) for number in expected.legacy}
    return all(set(expected.legacy) <= _defined(line) - {0} for line, expected in old) and (not wanted or bool(old))


def _exceptions(each: Clause) -> bool:
    """An exception to the map is about a code that is expected, and says something else than the map."""
    exceptions = (
        (code, {legacy for other, legacy in expected.legacy_of if other == code}, expected, line)
        for line, expected in _expectations(each)
        if line.status_code
        for code in dict(expected.legacy_of)
    )
    return all(
        code in expected.codes and own <= _defined(line) and own != legacy_of(code, line)
        for code, own, expected, line in exceptions
    )


def _strict(each: Clause) -> bool:
    """Only a refusal has a text of its reason, and in each release one at most."""
    refusals = [release for release, expected in _expectations(each) if not expected.ok]
    twice = [release for release in refusals if sum(release in part for part in each.strict) > 1]
    return not twice and all(any(release in part for release in refusals) for part in each.strict)


def _names(each: Clause) -> bool:
    """Bindings, capability and gRPC codes are ones that exist; OK stands only beside another way to fail."""
    refusals = [set(expected.grpc) for _, expected in _expectations(each) if expected.grpc]
    known = {one.id for one in capabilities()} | {""}
    exist = all(found != {"OK"} and found <= {code.name for code in StatusCode} for found in refusals)
    return bool(each.bindings) and set(each.bindings) <= BINDINGS and each.capability in known and exist


RULES: tuple[Callable[[Clause], bool], ...] = (
    _id, _rpc, _needs, _witness, _observed, _testable, _text, _covered, _once, _demands, _codes, _legacy, _exceptions,
    _strict, _names,
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.strip("_"))
def test_every_clause_keeps_the_rule(rule: Callable[[Clause], bool]) -> None:
    """Each clause keeps each rule that the docstring of a function above states."""
    assert [each.id for each in clauses().values() if not rule(each)] == [], rule.__doc__


def test_needs_never_go_in_a_circle() -> None:
    """Following what clauses need comes to an end."""
    order = TopologicalSorter({each.id: each.needs for each in clauses().values()})
    assert set(order.static_order()) >= clauses().keys()


#: A clause that keeps every rule, and changes to it that break one each.
GOOD = {
    "id": "drop-index/unknown",
    "rpc": "DropIndex",
    "text": "DropIndex of an index that does not exist fails.",
    "expect": {"code": [700], "legacy": 25, "legacy-of": {"700": 1}},
    "strict": {"reason": "index not found"},
    "witness": ["upstream-source", "milvus@2.3.5"],
}
BROKEN: tuple[tuple[Callable[[Clause], bool], dict[str, object]], ...] = (
    (_id, {"id": "dropindex/unknown"}),
    (_id, {"id": "drop-index/Un known"}),
    (_id, {"id": "drop-index"}),
    (_rpc, {"rpc": "DropIndices", "id": "drop-indices/unknown"}),
    (_needs, {"needs": ["drop-index/nothing"]}),
    (_witness, {"witness": []}),
    (_witness, {"witness": ["proto3", "milvus@2.3.5", "proto3"]}),
    (_observed, {"witness": ["lite@3.2.2"]}),
    (_testable, {"testable": False}),
    (_testable, {"reason": "it can be tested"}),
    (_text, {"text": "DropIndex fails"}),
    (_text, {"text": "DropIndex fails. It says why."}),
    (_text, {"text": "drops nothing."}),
    (_text, {"text": {"2.2": "It fails.", "2.3..": "It fails"}}),
    (_covered, {"text": {"2.2": "It fails.", "2.4..": "It succeeds."}}),
    (_covered, {"text": {"2.2..2.4": "It fails.", "2.4..": "It succeeds."}}),
    (_once, {"expect": {"2.2..2.4": {"ok": True}, "2.4..": {"ok": True}}, "strict": {}}),
    (_demands, {"expect": {"code": 700}}),
    (_demands, {"expect": {"legacy": 25}, "strict": {}}),
    (_codes, {"expect": {"code": [109, 700], "legacy": 25}}),
    (_legacy, {"expect": {"code": 700, "legacy": 6}}),
    (_legacy, {"expect": {"2.3..": {"code": 700, "legacy": 25}}}),
    (_exceptions, {"expect": {"code": 700, "legacy": 25, "legacy-of": {"100": 1}}}),
    (_exceptions, {"expect": {"code": 700, "legacy": 25, "legacy-of": {"700": 25}}}),
    (_strict, {"strict": {"2.2..2.4": {"reason": "a"}, "2.4..": {"reason": "b"}}}),
    (_strict, {"expect": {"ok": True}, "strict": {"reason": "index not found"}}),
    (_names, {"bindings": ["smoke-signals"]}),
    (_names, {"bindings": []}),
    (_names, {"expect": {"grpc": ["UNIMPLEMENTD"]}, "strict": {}}),
    (_names, {"expect": {"grpc": ["OK"]}, "strict": {}}),
    (_names, {"capability": "flying"}),
)


def _sample(**changes: object) -> Clause:
    (found,) = parse_clauses({"clause": [{**GOOD, **changes}]}, "sample")
    return found


@pytest.mark.parametrize(("rule", "changes"), BROKEN)
def test_the_rules_notice_what_breaks_them(rule: Callable[[Clause], bool], changes: dict[str, object]) -> None:
    """A good clause keeps every rule; a change against one breaks that one and no other."""
    assert [each.__name__ for each in RULES if not each(_sample())] == []
    assert [each.__name__ for each in RULES if not each(_sample(**changes))] == [rule.__name__]


def _expectations(each: Clause) -> Iterator[tuple[Profile, Expectation]]:
    return ((release, each.expectation(release)) for release in _releases(each))


def _releases(each: Clause) -> list[Profile]:
    """Every kind of release that the clause tells apart, and stands in."""
    found = [release for line in profiles() for release in each.releases(line)]
    return [release for release in found if each.applies_to(release)]


def _defined(line: Profile) -> set[int]:
    return {each.number for each in legacy_codes() if profile(line.wire) in each.profiles}


def _is_sentence(text: str) -> bool:
    plain = _ABBREVIATION.sub("", text)
    capital = text[:1].isupper() or text.partition(" ")[0].partition(".")[0] in _field_names()
    return capital and text.endswith(".") and not _NEXT_SENTENCE.search(plain) and "\n" not in text and "{" not in text


@cache
def _field_names() -> set[str]:
    return {field.name for file in descriptor_set().file for message in file.message_type for field in message.field}
