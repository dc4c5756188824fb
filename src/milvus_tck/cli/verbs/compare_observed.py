"""`milvus-tck compare-observed`: which clauses disagree with what a server was seen to answer."""

import difflib
import json
from collections import Counter
from pathlib import Path

import click

from milvus_tck.cli.shared.command_line import again, aimed_at
from milvus_tck.cli.shared.option_values import known_profile
from milvus_tck.cli.shared.options import extension_options, profile_option
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.observed_answers import Observed, ObservedError, observed, read_observed
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.agreement import Agreement, AgreementKind, agreements, profile_of

__all__ = ["command"]

_LEVELS: tuple[Level, ...] = tuple(level for level in Level if level is not Level.OBSERVED)
_EPILOG = """\b
Examples:
  milvus-tck compare-observed ours.ndjson                  a file of `milvus-tck observe`
  milvus-tck compare-observed milvus@2.6.20 milvus@3.0.0   files that the suite brings with it
  milvus-tck compare-observed ours.ndjson --profile 2.6    by the clauses of a line

Exit codes: 0 no clause disagrees at --fail-on, 1 some do, 4 nothing could be compared, 64 usage."""
_JUDGED = frozenset({AgreementKind.AGREES, AgreementKind.DISAGREES, AgreementKind.DEVIATES})
#: Told of what is no agreement and no disagreement, by how many answers.
_ASIDE = {
    AgreementKind.DEVIATES: "that are wrong as that release is known to be",
    AgreementKind.ELSEWHERE: "of clauses that do not stand in that release",
    AgreementKind.PROVES_NOTHING: "that prove nothing",
    AgreementKind.UNKNOWN: "of clauses that there are none of",
}


@click.command("compare-observed", epilog=_EPILOG, short_help="Say which clauses disagree with answers.")
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@profile_option("Line or release to hold the answers to: the one of the file by default.")
@click.option(
    "--fail-on",
    type=click.Choice([level.value for level in _LEVELS]),
    default=Level.MUST.value,
    show_default=True,
    help="Lowest level of which a disagreement is exit code 1.",
)
@click.option("--strict", is_flag=True, help="Demand upstream's exact codes and reasons.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@extension_options
def command(files: tuple[str, ...], profile: str, fail_on: str, *, strict: bool, as_json: bool) -> int:
    """Hold the answers in each FILE against the clauses, as the release demands that the file is of.

    FILE was written by `milvus-tck observe`, or is SERVER@RELEASE: one that the suite brings with it.
    """
    wanted = known_profile(profile)
    read = [(word, _file(word)) for word in files]
    held = [(file, _line(word, file, wanted)) for word, file in read]
    found = [(file, line, agreements(file, line, clauses(), strict=strict)) for file, line in held]
    judged = sum(each.compared in _JUDGED for _, _, own in found for each in own)
    if as_json:
        click.echo(json.dumps([_as_dict(*each) for each in found], indent=1))
    else:
        for each in found:
            _say(*each)
    if not judged:
        fail(
            Exit.NOTHING_RAN,
            "nothing could be compared",
            "no answer is one to a clause that stands there",
            _then(found),
        )
    levels = set(_LEVELS[: _LEVELS.index(Level(fail_on)) + 1])
    return int(Exit.UNEXPECTED if any(each.level in levels for _, _, own in found for each in own) else Exit.OK)


def _file(word: str) -> Observed:
    """Read a file, or find one that the suite brings with it."""
    shipped = {str(each.server): each for each in observed()}
    if word in shipped and not Path(word).exists():
        return shipped[word]
    if not Path(word).exists():
        near = difflib.get_close_matches(word, [*shipped, *(str(path) for path in Path().glob("*.ndjson"))], 1, 0.6)
        why = f"the nearest is {near[0]}" if near else f"the suite brings {', '.join(shipped)}"
        then = aimed_at(word, near[0]) if near else "milvus-tck observe TARGET --out FILE"
        fail(Exit.USAGE, f"there is no file {word}", why, then)
    try:
        return read_observed(Path(word))
    except ObservedError as error:
        fail(Exit.USAGE, f"{word} cannot be compared", str(error), f"milvus-tck observe TARGET --out {word}")


def _line(word: str, file: Observed, wanted: str) -> Profile:
    if wanted != "auto":
        return profile(wanted)
    found = profile_of(file.server)
    if found is None:
        why = f"{file.server} is no release of Milvus, and the file says profile {file.server.profile!r}"
        fail(Exit.USAGE, f"nobody knows what to hold {word} to", why, again("--profile", "2.6"))
    return found


def _say(file: Observed, line: Profile, found: list[Agreement]) -> None:
    wrong = [each for each in found if each.compared is AgreementKind.DISAGREES]
    count = Counter(each.compared for each in found)
    click.echo(
        f"{file.server}, held to {line.release}: {count[AgreementKind.AGREES]} answers agree, {len(wrong)} do not"
    )
    for each in wrong:
        over = "" if each.binding == GRPC else f"@{each.binding}"
        click.echo(f"  {each.condition}{over}: {each.words}")
    for kind, words in _ASIDE.items():
        if count[kind]:
            click.echo(f"  {count[kind]} {words}{_nearest(found) if kind is AgreementKind.UNKNOWN else ''}")


def _nearest(found: list[Agreement]) -> str:
    """Name the clauses that there are none of, each with the nearest that there is."""
    names = list(dict.fromkeys(each.clause for each in found if each.compared is AgreementKind.UNKNOWN))
    near = ((name, difflib.get_close_matches(name, clauses(), 1)) for name in names[:4])
    told = [f"{name} (nearest: {close[0]})" if close else name for name, close in near]
    return f": {', '.join(told)}{' …' if len(names) > len(told) else ''}"


def _then(found: list[tuple[Observed, Profile, list[Agreement]]]) -> str:
    elsewhere = any(each.compared is AgreementKind.ELSEWHERE for _, _, own in found for each in own)
    return again("--profile", "2.6") if elsewhere else "milvus-tck list --by clause"


def _as_dict(file: Observed, line: Profile, found: list[Agreement]) -> dict[str, object]:
    count = Counter(each.compared.value for each in found)
    return {
        "schema": 1,
        "server": file.server.server,
        "release": file.server.release,
        "held_to": line.release,
        "counts": {each.value: count[each.value] for each in AgreementKind},
        "disagreements": [each.as_dict() for each in found if each.compared is AgreementKind.DISAGREES],
    }
