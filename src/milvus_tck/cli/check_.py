"""`milvus-tck check`: judge a target, and say which promises of the protocol it breaks."""

from pathlib import Path
from typing import Any

import click

from milvus_tck.cli.command_line import command_line, results_folder
from milvus_tck.cli.errors import fail, fail_target
from milvus_tck.cli.formats import format_option, given_formats
from milvus_tck.cli.options import (
    TARGET_HELP,
    binding_options,
    connection_options,
    given_bindings,
    given_credentials,
    profile_option,
    select_option,
    target_argument,
)
from milvus_tck.cli.output import Output
from milvus_tck.cli.values import Seconds, known_profile, must_be_writable, must_match, understood
from milvus_tck.spec.clauses import Level
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.names import default_name, understand
from milvus_tck.verdict.baseline import BaselineError, read_baseline
from milvus_tck.verdict.options import DEADLINE, IN_FLIGHT, CheckOptions
from milvus_tck.verdict.states import Exit

__all__ = ["command"]

_LEVELS = click.Choice([level.value for level in Level])
_EPILOG = """\b
Examples:
  milvus-tck check                                start a real Milvus and judge it
  milvus-tck check lite@3.2.2                     judge a release of milvus-lite
  milvus-tck check host:19530 --profile 2.4       judge a running endpoint
  milvus-tck check host:19530 --select 'rpc=Search and level=must'
  milvus-tck check host:19530 --baseline known.toml
  milvus-tck check host:19530 --format default,allure   Allure results, too

Exit codes: 0 nothing unexpected, 1 unexpected failure, 2 undetermined, 3 target lost,
4 nothing ran, 64 usage, 70 our bug, 130 interrupted. docs/exit-codes.md has every case."""


_WRITE_BASELINE = "Write the failures of this run into a baseline; what people wrote there stays."
_WORKERS = f"Tests in flight.  [default: {IN_FLIGHT}, fewer on targets that are known to like that]"


@click.command(
    "check",
    epilog=_EPILOG,
    help=f"Judge TARGET by the promises of the protocol.\n\n{TARGET_HELP}",
    short_help="Judge TARGET by the promises of the protocol.",
)
@target_argument
@profile_option("Protocol line to hold it to.")
@binding_options
@select_option("Checks to run, by clause, rpc, level, family, capability.")
@click.option("--level", "levels", multiple=True, type=_LEVELS, help="Levels to run (all by default).")
@click.option("--fail-on", type=_LEVELS, default="must", show_default=True, help="Lowest level that fails the gate.")
@click.option("--strict", is_flag=True, help="Demand upstream's exact codes and reasons.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Known failures of the target.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help=_WRITE_BASELINE)
@click.option("--workers", type=click.IntRange(1, 256), help=_WORKERS)
@click.option("--seed", type=int, help="Seed of data and order (printed by every run).")
@click.option("--timeout", type=Seconds(), default=DEADLINE, show_default=True, help="Seconds that one call may take.")
@click.option("--hostile/--no-hostile", default=None, help="Run checks known to kill servers (default: on our own).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results [tck-out/RUN].")
@format_option
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of text.")
@connection_options
def command(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Judge TARGET."""
    checked, output = _asked(options)
    from milvus_tck.cli.check_run import run_check  # noqa: PLC0415 - pytest and reports: not needed to find a typo

    return run_check(checked, output)


def _asked(options: dict[str, Any]) -> tuple[CheckOptions, Output]:
    """Check what was asked for before anything is started, or written."""
    word = options.pop("target") or default_name()
    out: Path | None = options.pop("out")
    kept: Path | None = options.pop("write_baseline")
    as_json: bool = options.pop("as_json")
    formats = given_formats(options.pop("formats"))
    checked = CheckOptions(
        target=word,
        profile=known_profile(options.pop("profile")),
        credentials=given_credentials(options),
        **given_bindings(options),
        levels=frozenset(map(Level, options.pop("levels"))),
        fail_on=Level(options.pop("fail_on")),
        command=command_line(),
        **options,
    )
    selection = understood(checked.select)
    try:
        target = understand(word, checked.credentials, checked.urls)
    except TargetError as error:
        fail_target(error)
    must_match(checked, selection, target.declared.profile, "check")
    _usable_baselines(checked, kept)
    return checked, Output(results_folder(out, "check"), formats, kept, as_json)


def _usable_baselines(checked: CheckOptions, kept: Path | None) -> None:
    """End the verb where a baseline can not be read, or written."""
    wanted = None if checked.profile == "auto" else checked.profile
    if checked.baseline is not None and not checked.baseline.is_file():
        if checked.baseline.is_dir():
            fail(Exit.USAGE, f"{checked.baseline} is a folder, and no baseline", then=f"ls {checked.baseline}/*.toml")
        then = f"milvus-tck check {checked.target} --write-baseline {checked.baseline}"
        fail(Exit.USAGE, f"there is no baseline {checked.baseline}", then=then)
    if kept is not None:
        must_be_writable(kept, "--write-baseline")
    for path in (checked.baseline, kept):
        if path is not None and path.is_file():
            try:
                read_baseline(path, wanted)
            except BaselineError as error:
                then = f"milvus-tck baseline check {path}"
                fail(Exit.USAGE, "the baseline can not be used", str(error), then)
