"""`milvus-tck releases`: what is known of released servers, and what changes from one to another."""

import difflib
import json
from collections import Counter
from pathlib import Path

import click

from milvus_tck.cli.shared.command_line import again, aimed_at
from milvus_tck.cli.shared.option_values import must_be_writable
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.reporting.releases_page import change_lines, releases_markdown
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.clause_files import protocol_clauses
from milvus_tck.spec.profiles import Profile, profile, profiles
from milvus_tck.spec.releases import Change, EvidenceKind, changes, evidence, releases
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck releases                     which releases are known, and how well
  milvus-tck releases 2.5 2.6             what changes from one line to another
  milvus-tck releases 2.6.18 2.6.20       from one release to another
  milvus-tck releases --markdown --out docs/releases.md   the page of all of it

Exit codes: 0 told, 64 there is no such release."""


@click.command("releases", epilog=_EPILOG, short_help="Say what changes from one release to another.")
@click.argument("before", required=False, metavar="[FROM")
@click.argument("after", required=False, metavar="TO]")
@click.option("--markdown", is_flag=True, help="Write the page of all releases.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File for the page [standard output].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def command(before: str | None, after: str | None, out: Path | None, *, markdown: bool, as_json: bool) -> int:
    """Say what released servers of Milvus answer otherwise in TO than in FROM; without them, which are known."""
    if before is not None and after is None:
        raise click.UsageError(f"from {before} to which release? There are {', '.join(_names())}")
    if markdown:
        _write(releases_markdown(), out)
    elif before is not None and after is not None:
        found = [each for each in changes(_named(before), _named(after)) if GRPC in each.clause.bindings]
        _say_changes(found, as_json=as_json)
    else:
        _say_known(as_json=as_json)
    return int(Exit.OK)


def _names() -> list[str]:
    """Name lines, which are meant in their newest release that is known, and releases."""
    return list(dict.fromkeys([*(each.name for each in profiles() if each.order is not None), *releases()]))


def _named(word: str) -> Profile:
    """Return a release, or the newest of a line that is known."""
    newest = {each.profile.name: each.profile for each in releases().values()}
    try:
        return newest.get(word) or profile(word)
    except KeyError:
        near = difflib.get_close_matches(word, _names(), 1, 0.5)
        why = f"the nearest is {near[0]}" if near else f"there are {', '.join(_names())}"
        fail(Exit.USAGE, f"there is no release {word}", why, aimed_at(word, near[0]) if near else "milvus-tck releases")


def _write(page: str, out: Path | None) -> None:
    if out is None:
        click.echo(page, nl=False)
        return
    must_be_writable(out, "--out")
    try:
        write_whole(out, page)
    except OSError as error:
        fail(Exit.UNDETERMINED, f"{out} cannot be written", error.strerror or str(error), again("--out", "FILE"))


def _say_changes(found: list[Change], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_as_dict(each) for each in found], indent=1))
        return
    for line in change_lines(found) if found else ("nothing that a clause speaks of",):
        click.echo(line.replace("**", "").replace("`", ""))


def _as_dict(change: Change) -> dict[str, str]:
    own = change.clause
    beside = dict(zip(("error_code_before", "error_code_after"), change.error_codes, strict=True))
    words = {"before": change.before, "after": change.after, **beside, "text": change.text}
    return {"clause": own.id, "rpc": own.rpc, "level": own.level.value, "change": change.kind.value, **words}


def _say_known(*, as_json: bool) -> None:
    rows = []
    for release in releases().values():
        own = [
            each for each in protocol_clauses().values() if GRPC in each.bindings and each.applies_to(release.profile)
        ]
        count = Counter(evidence(each, release) for each in own)
        rows.append({"release": release.name, "clauses": len(own)} | {each.value: count[each] for each in EvidenceKind})
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    click.echo(f"{'release':9}{'clauses':>8}{'seen':>7}{'read':>7}{'unknown':>9}")
    for row in rows:
        click.echo(f"{row['release']:9}{row['clauses']:>8}{row['seen']:>7}{row['read']:>7}{row['unknown']:>9}")
