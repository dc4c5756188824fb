"""Options that several verbs share."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.bindings.names import bindings_of
from milvus_tck.cli.shared.completion import bindings, profile_names, selections, targets
from milvus_tck.extensions import given, use
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.targets.credentials import credentials
from milvus_tck.targets.names import FORMS
from milvus_tck.targets.tck_toml import HTTP_KEYS

__all__ = [
    "binding_options",
    "connection_options",
    "extension_options",
    "extension_words",
    "given_bindings",
    "given_credentials",
    "named_bindings",
    "no_empty_word",
    "profile_option",
    "select_option",
    "target_argument",
]

Function = TypeVar("Function", bound=Callable[..., Any])

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def no_empty_word(_context: click.Context, parameter: click.Parameter, word: str | None) -> str | None:
    """Take no empty word for no word: where a variable is not set, a server of ours would stand in for another."""
    if word is not None and not word.strip():
        name = parameter.opts[0] if isinstance(parameter, click.Option) else "TARGET"
        message = f"{name} is empty: a variable that is not set, perhaps"
        raise click.UsageError(message)
    return word


target_argument = click.argument(
    "target", required=False, metavar="[TARGET]", shell_complete=targets, callback=no_empty_word
)


def profile_option(text: str, *names: str, default: str = "auto") -> Callable[[Function], Function]:
    """Add the line of the protocol, which a shell completes; `names` is what the verb calls it."""
    return click.option(
        "--profile", *names, default=default, show_default=True, shell_complete=profile_names, help=text
    )


def select_option(text: str) -> Callable[[Function], Function]:
    """Add a selection of checks, which a shell completes; given several times, it is what any of them selects."""
    return click.option(
        "--select", multiple=True, metavar="EXPR", shell_complete=selections, callback=_any_of, help=text
    )


def _any_of(_context: click.Context, _parameter: click.Parameter, value: Sequence[str]) -> str:
    given = [each for each in value if each.strip()]
    return given[0] if len(given) == 1 else " or ".join(f"({each})" for each in given)


def connection_options(function: Function) -> Function:
    """Add what it takes to reach a target that asks for credentials."""
    options = (
        click.option("--token", envvar="MILVUS_TCK_TOKEN", help="Token, or user:password."),
        click.option("--user", help="User name."),
        click.option("--password", envvar="MILVUS_TCK_PASSWORD", help="Password of --user."),
        click.option("--db", help="Database to work in."),
        click.option("--tls", is_flag=True, help="Speak TLS."),
        click.option("--tls-ca", type=_FILE, help="Certificates to trust (PEM)."),
        click.option("--tls-cert", type=_FILE, help="Certificate of ours (PEM)."),
        click.option("--tls-key", type=_FILE, help="Key of --tls-cert (PEM)."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def extension_options(function: Function) -> Function:
    """Add folders of promises of one's own, which are known from then on, whatever the other options ask about them."""

    def known(context: click.Context, parameter: click.Parameter, value: tuple[Path, ...]) -> None:
        folders = context.meta.setdefault("milvus_tck.folders", {})
        folders[parameter.name] = value
        use(given(folders.get("clauses", ()), folders.get("suites", ())))

    for name, text in (("--suites", "Tests of --clauses."), ("--clauses", "Clauses of your own, beside the suite's.")):
        function = click.option(
            name,
            multiple=True,
            metavar="DIR",
            type=_FOLDER,
            callback=known,
            is_eager=True,
            expose_value=False,
            help=text,
        )(function)
    return function


def extension_words() -> tuple[str, ...]:
    """Return what to type so that another process knows the folders that `extension_options` was given."""
    folders = click.get_current_context().meta.get("milvus_tck.folders", {})
    return tuple(word for name, paths in sorted(folders.items()) for path in paths for word in (f"--{name}", str(path)))


def binding_options(function: Function) -> Function:
    """Add what calls travel over, and where a running target speaks HTTP."""
    names = ", ".join(binding_rows())
    options = (
        click.option(
            "--binding",
            "bindings",
            multiple=True,
            metavar="NAMES",
            shell_complete=bindings,
            help=f"How calls travel: {names}.  [default: grpc]",
        ),
        click.option("--http", metavar="URL", help="Where a running target, or its gateway, speaks HTTP."),
        click.option("--http-management", metavar="URL", help="Its management port, with /api/v1."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def named_bindings(words: Iterable[str]) -> tuple[str, ...]:
    """Read names of bindings, some of them joined by commas; gRPC where there are none."""
    try:
        return bindings_of(words)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def given_bindings(options: dict[str, Any]) -> dict[str, Any]:
    """Take the options of bindings out of `options`, as `CheckOptions` wants them."""
    names = named_bindings(options.pop("bindings"))
    given = {"http": options.pop("http"), "http-management": options.pop("http_management")}
    urls = {port: url for key, url in given.items() if url for port in HTTP_KEYS[key]}
    return {"bindings": names, "urls": urls}


def given_credentials(options: dict[str, Any]) -> Credentials | None:
    """Take the connection options out of `options`; `None` where none was given."""
    names = ("token", "user", "password", "db", "tls", "tls_ca", "tls_cert", "tls_key")
    values = {name: options.pop(name) for name in names}
    if not any(values.values()):
        return None
    if (values["tls_cert"] is None) != (values["tls_key"] is None):
        message = "--tls-cert and --tls-key go together"
        raise click.UsageError(message)
    if values["token"] and values["user"]:
        message = "--token and --user exclude each other"
        raise click.UsageError(message)
    renamed = {"tls_ca": "ca", "tls_cert": "certificate", "tls_key": "key"}
    try:
        return credentials(**{renamed.get(name, name): value for name, value in values.items()})
    except ValueError as error:
        raise click.UsageError(str(error)) from error


TARGET_HELP = f"TARGET is {FORMS}. Without one, a real Milvus is started."
