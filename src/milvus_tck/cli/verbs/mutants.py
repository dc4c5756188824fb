"""`milvus-tck mutants`: put defects into a good server, one at a time, and see which check notices."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from milvus_tck.cli.shared.answer_mutants import AnswerOptions, collect, judge_answers
from milvus_tck.cli.shared.broken_rpc_table import judge_broken
from milvus_tck.cli.shared.completion import clause_ids
from milvus_tck.cli.shared.model_mutants import judge_field, judge_model
from milvus_tck.cli.shared.option_values import known_profile
from milvus_tck.cli.shared.options import extension_options, profile_option, target_argument
from milvus_tck.cli.terminal.errors import fail_target
from milvus_tck.spec.profiles import profiles
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.resolver import resolve

__all__ = ["command"]

#: The server that is good, and the profile that it is held to.
_TARGET, _PROFILE = "milvus@2.3.5", "2.3"
#: The line of a model that is given defects, where none is named.
_MODEL_LINE = "3.0"
#: What each way of the verb goes by, by the option that chooses it; the others say nothing there, and are refused.
_WAYS = {
    "model": {"line", "nouns", "sample", "seed", "out", "write_docs", "kept"},
    "field": {"line", "sample", "seed", "full"},
    "broken_rpc": {"target", "line", "each", "write_docs"},
    "": {"target", *(each.name for each in fields(AnswerOptions))},
}
_EPILOG = """\b
Examples:
  milvus-tck mutants                          all mutants, on a recording of milvus@2.3.5
  milvus-tck mutants --clause search/offset   those of one clause
  milvus-tck mutants --sample 200 --seed 5    a sample
  milvus-tck mutants --broken-rpc Search      what is still judged where Search is broken
  milvus-tck mutants --model --noun indexes   the suite over models whose code was changed
  milvus-tck mutants --field                  the suite over models with defects that were reported in public

Exit codes: 0 at least 97 % are killed by their own clause, every survivor is explained, and each could be made; with
--model 95 % of what is not equivalent; with --field all are noticed or explained;
1 otherwise, 3 the target cannot be had, 4 no mutant matched."""


@click.command("mutants", epilog=_EPILOG, short_help="Put defects into a good server; see which check notices.")
@target_argument
@profile_option("Profile that the target is held to.", "line", default=_PROFILE)
@click.option("--select", "word", default="", metavar="TEXT", help="Mutants whose id or RPC holds this text.")
@click.option(
    "--clause",
    "wanted",
    multiple=True,
    metavar="ID",
    shell_complete=clause_ids,
    help="Mutants of these clauses, tried on their own tests alone, unless --full is given.",
)
@click.option("--sample", type=click.IntRange(min=1), help="So many mutants, chosen by --seed.")
@click.option("--seed", default="0", show_default=True, help="Decides on the sample: a number, or any text.")
@click.option(
    "--mutants",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of other mutants than ours.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("tck-out/mutants"), help="Results."
)
@extension_options
@click.option("--live/--no-live", default=True, show_default=True, help="Also judge mutants that need a server.")
@click.option(
    "--recording",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the good server's recording (default: in your cache).",
)
@click.option("--record", "anew", is_flag=True, help="Record the good server anew.")
@click.option(
    "--full",
    is_flag=True,
    help="Run every test that touches the RPC, also where the clause noticed; with --field every test there is.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the matrix as JSON instead of text.")
@click.option(
    "--write-seen",
    "seen",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the checks that were seen to fail on a defect: proto/kills.toml.",
)
@click.option(
    "--add-seen",
    "added",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of --write-seen to which this run is added: what another server keeps, or a part of the mutants.",
)
@click.option(
    "--broken-rpc",
    multiple=True,
    metavar="RPC",
    help="Break this RPC wherever it is called (`all`: each of the core), and see what of the others is still judged.",
)
@click.option("--each", type=click.IntRange(min=1), default=1, show_default=True, help="Tests of each RPC for that.")
@click.option("--model", is_flag=True, help="Break the model's own code in place of a server's answers.")
@click.option("--noun", "nouns", multiple=True, metavar="NOUN", help="Modules of the model whose code is broken.")
@click.option(
    "--keep",
    "kept",
    type=click.Choice(["killed", "all"]),
    help="With --model: take over what the last run into --out killed, and try the others; or count what it tried.",
)
@click.option("--field", is_flag=True, help="Give the model defects that were reported of released servers.")
@click.option("--write-docs", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File for its table.")
def command(**given: Any) -> int:  # noqa: ANN401 - options, which click has read
    """Put defects into a good server's behaviour, one at a time, and see which check notices.

    TARGET is a server that is started here; it has to be good.
    """
    way, typed = next((name for name in _WAYS if name and given[name]), ""), _typed()
    _refuse_others(way, typed)
    line, sample, seed, docs = (given[name] for name in ("line", "sample", "seed", "write_docs"))
    if line not in {each.name for each in profiles()}:
        known_profile(line)
        raise click.UsageError("--profile: defects are put in on one profile: name it")
    console = Console(highlight=False)
    if way == "model":
        own = line if "line" in typed else ""
        return judge_model(console, own, given["nouns"], sample, seed, given["out"], docs, given["kept"] or "")
    if way == "field":
        return judge_field(console, line if "line" in typed else _MODEL_LINE, sample, seed, known=not given["full"])
    server = given["target"] or _TARGET
    try:
        resolve(server)
    except TargetError as error:
        fail_target(error)
    if way == "broken_rpc":
        return judge_broken(console, [*collect(line).values()], server, line, given[way], given["each"], docs)
    return judge_answers(server, AnswerOptions(**{each.name: given[each.name] for each in fields(AnswerOptions)}))


def _typed() -> dict[str, str]:
    """Return the options that stand in the command, as they are spelt, by their names here."""
    context = click.get_current_context()
    return {
        each.name: each.opts[0] if isinstance(each, click.Option) else str(each.metavar)
        for each in context.command.params
        if each.name is not None and context.get_parameter_source(each.name) is ParameterSource.COMMANDLINE
    }


def _refuse_others(way: str, typed: dict[str, str]) -> None:
    """End the verb where an option was given that would decide nothing."""
    own = {*_WAYS[way], way, "clauses", "suites"}
    others = [option for name, option in typed.items() if name not in own]
    if others:
        what = f"--{way.replace('_', '-')}" if way else "mutants of answers"
        raise click.UsageError(f"{others[0]} says nothing about {what}")
