"""`milvus-tck check`: judge a target, and say which promises of the protocol it breaks."""

from pathlib import Path
from typing import Any

import click

from milvus_tck.cli.shared.baseline_files import usable_baselines
from milvus_tck.cli.shared.check_options import LEVELS, check_options, level_option
from milvus_tck.cli.shared.command_line import command_line
from milvus_tck.cli.shared.formats import format_option, given_formats
from milvus_tck.cli.shared.option_values import Seconds, must_match, understood
from milvus_tck.cli.shared.options import (
    TARGET_HELP,
    binding_options,
    connection_options,
    extension_options,
    profile_option,
    select_option,
    target_argument,
)
from milvus_tck.cli.shared.output import Output
from milvus_tck.cli.shared.results_folder import results_folder
from milvus_tck.cli.terminal.errors import fail_target
from milvus_tck.extensions import extensions
from milvus_tck.planning.choice import must_be_known
from milvus_tck.spec.bindings import stand_ins
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.names import understand
from milvus_tck.verdict.session.options import DEADLINE, EXPLORE_SECONDS, IN_FLIGHT, CheckOptions

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck check                                start a real Milvus and judge it
  milvus-tck check lite@3.2.2                     judge a release of milvus-lite
  milvus-tck check host:19530 --profile 2.4       judge a running endpoint
  milvus-tck check host:19530 --select 'rpc=Search and level=must'
  milvus-tck check host:19530 --baseline known.toml
  milvus-tck check host:19530 --explore 3600      combinations and sequences for an hour
  milvus-tck check host:19530 --format default,allure   Allure results, too

Exit codes: 0 nothing unexpected, 1 unexpected failure, 2 undetermined, 3 target lost,
4 nothing ran, 64 usage, 70 our bug, 130 interrupted. docs/exit-codes.md has every case."""


_WRITE_BASELINE = "Write the failures of this run into a baseline; what people wrote there stays."
_EXPLORE = f"Seconds for explorations, 0 for none; from 120 on every triple.  [default: {EXPLORE_SECONDS:g}]"
_WORKERS = f"Tests in flight.  [default: {IN_FLIGHT}, fewer on targets that are known to like that]"


@click.command(
    "check",
    epilog=_EPILOG,
    help=f"Judge TARGET by the promises of the protocol.\n\n{TARGET_HELP}",
    short_help="Judge TARGET by the promises of the protocol.",
)
@target_argument
@profile_option("Protocol line, or a release of it such as 2.6.20, to hold it to.")
@binding_options
@select_option("Checks to run, by clause, rpc, level, family, capability.")
@level_option("run")
@click.option("--fail-on", type=LEVELS, default="must", show_default=True, help="Lowest level that fails the gate.")
@click.option("--strict", is_flag=True, help="Demand upstream's exact codes and reasons.")
@click.option("--strict-protocol", is_flag=True, help="Fail what released servers break just so, too.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Known failures of the target.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help=_WRITE_BASELINE)
@click.option("--explore", type=Seconds(zero=True), help=_EXPLORE)
@click.option("--workers", type=click.IntRange(1, 256), help=_WORKERS)
@click.option("--seed", type=int, help="Seed of data and order (printed by every run).")
@click.option("--timeout", type=Seconds(), default=DEADLINE, show_default=True, help="Seconds that one call may take.")
@click.option("--hostile/--no-hostile", default=None, help="Run checks known to kill servers (default: on our own).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results [tck-out/RUN].")
@format_option
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of text.")
@extension_options
@connection_options
def command(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Judge TARGET."""
    checked, output = _asked(options)
    from milvus_tck.cli.shared.check_run import run_check  # noqa: PLC0415 - pytest and reports: not needed to find a typo

    return run_check(checked, output)


def _asked(options: dict[str, Any]) -> tuple[CheckOptions, Output]:
    """Check what was asked for before anything is started, or written."""
    out: Path | None = options.pop("out")
    kept: Path | None = options.pop("write_baseline")
    as_json: bool = options.pop("as_json")
    formats = given_formats(options.pop("formats"))
    checked = check_options(options, fail_on=Level(options.pop("fail_on")), command=command_line())
    selection = understood(checked.select)
    if extensions():
        _readable_suites()
    try:
        target = understand(checked.word, checked.credentials, checked.urls)
    except TargetError as error:
        fail_target(error)
    must_match(checked, selection, target.declared.profile)
    usable_baselines(checked.baseline, kept, None if checked.profile == "auto" else checked.profile)
    _all_parts(checked)
    return checked, Output(results_folder(out), formats, kept, as_json)


def _readable_suites() -> None:
    """See, before anything is started, that tests of extensions can be read and judge what they may."""
    from milvus_tck.listing.known_tests import known_tests  # noqa: PLC0415 - most have no extension

    clauses()
    for each in known_tests():
        must_be_known(each)


def _all_parts(checked: CheckOptions) -> None:
    """See, before anything is made, that every part of ours is installed; raises `MissingExtraError`."""
    if stand_ins().intersection(checked.bindings):
        from milvus_tck.targets.monitor import need_gateway  # noqa: PLC0415 - the same
        from milvus_tck.targets.resolver import resolve  # noqa: PLC0415 - gRPC: not needed to find a typo

        need_gateway(resolve(checked.word, checked.credentials, urls=checked.urls), checked.bindings)
