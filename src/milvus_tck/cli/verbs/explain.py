"""`milvus-tck explain`: one promise of the protocol, with all that is known of it."""

import difflib
import json
import re
from fnmatch import fnmatchcase

import click
from rich.console import Console

from milvus_tck.cli.shared.completion import bindings, explained
from milvus_tck.cli.shared.options import extension_options, named_bindings
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.listing.explanation import Explained, JudgingTest, explain, judges_of
from milvus_tck.listing.known_tests import known_tests
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.spec.clause_files import clauses, kebab
from milvus_tck.spec.clauses import Clause
from milvus_tck.verdict.model.states import Exit

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck explain insert/valid                             a clause
  milvus-tck explain 'create-collection/other-schema:code@grpc'   a check, as reports name it
  milvus-tck explain Search                                   the clauses of an RPC
  milvus-tck explain names                                    those of a family
  milvus-tck explain 'search/filter-*'                        those of a pattern

Exit codes: 0 explained, 64 there is no such clause."""
#: `clause[.case]:aspect@binding`, as reports write it.
_CHECK = re.compile(r"(?P<clause>[^.:@]+)(\.(?P<case>[^:@]*))?(:(?P<aspect>[^@]*))?(@(?P<binding>.*))?")


@click.command("explain", epilog=_EPILOG, short_help="Explain a clause, a check or an RPC.")
@click.argument("clause", metavar="CLAUSE", shell_complete=explained)
@click.option(
    "--binding",
    "words",
    multiple=True,
    metavar="NAMES",
    shell_complete=bindings,
    help="Only clauses that are judged over these.",
)
@extension_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def command(clause: str, *, words: tuple[str, ...], as_json: bool) -> int:
    """Explain CLAUSE: a clause, a check, or all clauses of an RPC, a family or a pattern."""
    bindings = named_bindings(words) if words else tuple(binding_rows())
    parts = _CHECK.fullmatch(clause)
    found = clauses().get(parts["clause"]) if parts else None
    if found is not None and parts is not None and (found.rpc == "wire" or set(found.bindings) & set(bindings)):
        _one(found, clause, parts, as_json=as_json)
        return int(Exit.OK)
    several = [each for each in _several(clause) if each.rpc == "wire" or set(each.bindings) & set(bindings)]
    if not several:
        _unknown(clause)
    if as_json:
        rows = [{"clause": each.id, "rpc": each.rpc, "level": each.level.value, "text": each.text} for each in several]
        click.echo(json.dumps(rows, indent=1))
    else:
        for each in several:
            click.echo(f"{each.id}  ({each.level.value}) {each.text}")
    return int(Exit.OK)


def _one(found: Clause, word: str, parts: re.Match[str], *, as_json: bool) -> None:
    judged = judges_of(found, known_tests())
    explained = explain(found, judged)
    if parts["aspect"] is not None or parts["case"] is not None:
        _known_check(explained, judged, word, parts)
    if as_json:
        click.echo(json.dumps(explained.as_dict(), indent=1))
    else:
        explained.say(
            Console(highlight=False, soft_wrap=True), parts["aspect"] or "", parts["case"] or "", parts["binding"] or ""
        )


def _known_check(explained: Explained, judged: tuple[JudgingTest, ...], word: str, parts: re.Match[str]) -> None:
    """Refuse a check that nobody makes: a clause has its own aspects and cases only."""
    own = explained.clause
    cases = {case for each in judged for case in each.cases}
    aspects = {aspect for part in explained.parts for aspect in part.aspects} | {_STRICT_ASPECT}
    # What holds for every answer is judged once for each RPC, which is its case.
    wanted = [("case", parts["case"], cases)] if own.rpc != "wire" else []
    for what, given, known in (*wanted, ("aspect", parts["aspect"], aspects)):
        if given is not None and given not in known:
            there = ", ".join(sorted(known - {"", _STRICT_ASPECT})) or "none"
            why = f"{own.id} has no {what} {given!r}; there are {there}"
            fail(Exit.USAGE, f"there is no check {word!r}", why, f"milvus-tck explain {own.id}")


#: Judged with --strict alone, where a clause names a stable part of the reason.
_STRICT_ASPECT = "reason-text"


def _several(word: str) -> list[Clause]:
    """Find the clauses of an RPC, a family, a folder of ids, or a pattern."""
    plain = word.rstrip("/").lower()
    every = list(clauses().values())
    found = [each for each in every if plain in {each.rpc.lower(), kebab(each.rpc)}]
    found = found or [each for each in every if plain == each.family]
    found = found or [each for each in every if each.id.startswith(f"{plain}/")]
    return found or [each for each in every if fnmatchcase(each.id, word)]


def _of_case(word: str) -> list[str]:
    """Name the clauses of which a word has the beginning and a case: `search/topk-16385` is a case of one of topk."""
    begin, _, end = re.split(r"[:@]", word)[0].rpartition("." if "." in word else "-")
    marks = (mark for test in known_tests() for mark in test.marks)
    found = (clause for clause, case in marks if begin and case == end and re.match(rf"{re.escape(begin)}\b", clause))
    return list(dict.fromkeys(found))


def _unknown(word: str) -> None:
    names = [*clauses(), *dict.fromkeys(each.rpc for each in clauses().values())]
    identifier = re.split(r"[:@.]", word)[0]
    near = list(dict.fromkeys([*_of_case(word), *difflib.get_close_matches(identifier, names, 4, 0.6)]))[:4]
    # Whoever knows only the end of an id finds it by that.
    near += [name for name in clauses() if identifier and identifier in name and name not in near][: 4 - len(near)]
    why = f"the nearest are {', '.join(near)}" if near else "nothing is named like that"
    then = f"milvus-tck explain {near[0]}" if near else "milvus-tck list --by clause"
    fail(Exit.USAGE, f"there is no clause {word!r}", why, then)
