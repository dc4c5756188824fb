"""Whether servers can be started here, and whether those of `tck.toml` are there."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.doctor.finding import Finding, Health
from milvus_tck.targets import lite, milvus
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.names import DEFAULTS
from milvus_tck.targets.tck_toml import FILE, described, described_names
from milvus_tck.targets.toolchain import environment, has_milvus_wheel, tool_command, uv_command

__all__ = ["described_targets", "own_servers", "registry", "uv_itself"]

#: Seconds that uv may take to answer, and an endpoint.
_SECONDS = 30
_ASK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Package:
    """A server that a run would start, as a package."""

    name: str
    requirement: str
    beside: tuple[str, ...]


def _packages() -> list[_Package]:
    """Every server that can be started here by default; the one that is meant without a name first."""
    found = [_package("lite", "milvus-lite", lite.BESIDE)]
    if has_milvus_wheel():
        found.insert(0, _package("milvus", "milvus", milvus.BESIDE))
    return found


def _package(name: str, package: str, beside: tuple[str, ...]) -> _Package:
    return _Package(f"{name}@{DEFAULTS[name]}", f"{package}=={DEFAULTS[name]}", beside)


def uv_itself() -> Finding:
    """Look whether uv runs."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = _quiet(uv_command("--version"))
        if done.returncode == 0:
            return Finding("uv", Health.OK, done.stdout.strip())
    return Finding("uv", Health.FAIL, "it cannot be run: no server can be installed", "pip install --upgrade uv")


def own_servers() -> Iterator[Finding]:
    """Look for the servers that a run would start, in the cache of uv."""
    for each in _packages():
        if _is_cached(each):
            yield Finding(each.name, Health.OK, "is in the cache and starts without a package registry")
        else:
            text = "is not in the cache: it is downloaded when it is first started"
            yield Finding(each.name, Health.WARN, text, f"milvus-tck serve {each.name}")


def registry() -> Finding:
    """Ask uv to look a package up past its cache: nothing else tells whether it reaches its registry."""
    wanted = _packages()[0]
    command = uv_command("pip", "compile", "--quiet", "--no-deps", "--no-cache", "--no-header", "--no-annotate", "-")
    why = f"does not answer within {_SECONDS} s"
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = _quiet(command, wanted.requirement)
        if done.returncode == 0:
            return Finding("package registry", Health.OK, f"knows {wanted.requirement}")
        said = [line.lstrip("\N{MULTIPLICATION SIGN}│╰─▶ ") for line in done.stderr.splitlines()]
        why = next(filter(None, said), "cannot be asked")
    if _is_cached(wanted):
        return Finding("package registry", Health.WARN, f"{why}; what is in the cache is enough for `check`")
    then = "check the network, or set UV_INDEX_URL to a registry that can be reached"
    return Finding("package registry", Health.FAIL, f"{why}; {wanted.requirement} has to come from there", then)


def _is_cached(package: _Package) -> bool:
    command = tool_command(package.requirement, "python", "-c", "", beside=package.beside, offline=True)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return _quiet(command).returncode == 0
    return False


def _quiet(command: list[str], given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, timeout=_SECONDS, env=environment()
    )


def described_targets() -> Iterator[Finding]:
    """Look at every target of `tck.toml` here: its keys, its files, its variables, and whether it answers."""
    try:
        names = described_names()
    except TargetError as error:
        yield Finding(FILE, Health.WARN, f"{error.what}: {error.why}", error.then)
        return
    for name in names:
        try:
            yield _described(name)
        except TargetError as error:
            yield Finding(f"{FILE}: {name}", Health.WARN, f"{error.what}: {error.why}", error.then)


def _described(name: str) -> Finding:
    target = described(name)
    if target is None:
        raise TargetError(f"{name} is not described any more", f"{FILE} changed", f"$EDITOR {FILE}")
    with contextlib.closing(GrpcBinding(target.address, target.credentials)) as binding:
        reply = binding.send("GetVersion", b"", _ASK_SECONDS)
    if reply.code in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}:
        text = f"{target.address} does not answer: {reply.details or reply.code}"
        return Finding(f"{FILE}: {name}", Health.WARN, text, target.restart_command)
    return Finding(f"{FILE}: {name}", Health.OK, f"answers at {target.address}")
