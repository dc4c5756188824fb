"""Certificates: for servers that we start with TLS, for their clients, and for clients that no server may take.

They are made in an environment of their own: our dependencies have nothing that could.
"""

import contextlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.network import LOOPBACK
from milvus_tck.targets.toolchain import cache_folder, run_tool

__all__ = ["CA", "SERVER", "SERVER_KEY", "made_for", "with_strangers"]

CA, SERVER, SERVER_KEY = "ca.pem", "server.pem", "server.key"
_CLIENT, _CLIENT_KEY = "client.pem", "client.key"
_STRANGERS = "strangers"

_TRUSTME = "trustme==1.2.1"
#: The other authority has the name of the right one: only its key tells them apart.
_MAKE = """
import datetime, pathlib, sys, trustme

folder, host = pathlib.Path(sys.argv[1]), sys.argv[2]
now = datetime.datetime.now(datetime.timezone.utc)
day = datetime.timedelta(days=1)

def keep(name, key, *chain):
    key.write_to_path(folder / f"{name}.key")
    (folder / f"{name}.pem").write_bytes(b"".join(each.bytes() for each in chain))

def issue(authority, name, **dates):
    made = authority.issue_cert(host, "localhost", common_name=name, **dates)
    keep(name, made.private_key_pem, *made.cert_chain_pems)

named = {"organization_name": "milvus-tck", "organization_unit_name": "a server that is judged"}
right, other = trustme.CA(**named), trustme.CA(**named)
right.cert_pem.write_to_path(folder / "ca.pem")
issue(right, "server")
issue(right, "client")
issue(right, "expired", not_before=now - 2 * day, not_after=now - day)
issue(right, "not-yet-valid", not_before=now + day, not_after=now + 2 * day)
issue(other, "other-authority")
itself = trustme.CA(organization_name="milvus-tck", organization_unit_name="itself")
keep("self-signed", itself.private_key_pem, itself.cert_pem)
"""
#: What is made here and tells nothing about a server that was given another authority.
_NOT_OF_STRANGERS = ("server", "client", "expired", "not-yet-valid")


def made_for(folder: Path, given: Credentials, *, clients: bool) -> Credentials:
    """Make certificates for a server of ours in a folder, once, and return what its clients need beside the rest.

    `clients` says whether they have one of their own to show. Raises `TargetError` where none can be made.
    """
    if not folder.exists():
        folder.mkdir(mode=0o700)
        _make(folder)
    pair = (folder / _CLIENT, folder / _CLIENT_KEY) if clients else (None, None)
    return replace(
        given, tls=True, ca=folder / CA, certificate=pair[0], key=pair[1], server=folder / SERVER, others=folder
    )


def with_strangers(given: Credentials) -> Credentials:
    """Add certificates of clients that a server has to refuse which takes one of ours, as far as they can be made.

    Nobody trusts the authority of these, so that they are made once, and kept. Whose dates are wrong is not among
    them: that takes an authority that the server trusts.
    """
    if given.certificate is None or given.others is not None:
        return given
    kept = cache_folder() / _STRANGERS
    if not kept.exists():
        try:
            _make_strangers(kept)
        except TargetError:  # nobody is there to fetch what makes them: the checks that need them say so
            return given
    return replace(given, others=kept)


def _make_strangers(kept: Path) -> None:
    with TemporaryDirectory(dir=kept.parent) as folder:
        made = Path(folder, _STRANGERS)
        made.mkdir(mode=0o700)
        _make(made)
        for each in made.iterdir():
            if each.stem in _NOT_OF_STRANGERS or each.name == CA:
                each.unlink()
        with contextlib.suppress(OSError):  # another run was faster
            made.rename(kept)


def _make(folder: Path) -> None:
    run_tool(_TRUSTME, "python", "-c", _MAKE, str(folder), LOOPBACK)
