"""What may stand in the repository, and what the lock promises."""

import re
from collections import Counter

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.checkout import ROOT, files, project

#: Addresses of package registries: where packages come from is the affair of whoever installs them.
_HOSTS = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org|npmjs\.com/package|crates\.io|proxy\.golang\.org"
    r"|docker\.io|ghcr\.io|quay\.io|conda\.anaconda\.org|repo1?\.maven\.(org|apache\.org))\b"
)
#: Folders of one machine.
_FOLDERS = re.compile(r"(?<![\w.}*/-])/(home|root|Users|work|workspace)/[\w.-]+")
_LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?P<marker> ;[^\\]*)? \\$", re.MULTILINE)


def _found(pattern: re.Pattern[str]) -> list[str]:
    texts = ((path, (ROOT / path).read_text(encoding="utf-8", errors="replace")) for path in files())
    return [f"{path}: {match[0]}" for path, text in texts for match in pattern.finditer(text)]


def test_no_registry_is_named() -> None:
    """No file holds the address of a package registry."""
    assert _found(_HOSTS) == []


def test_no_folder_of_a_machine_is_named() -> None:
    """No file holds a path into somebody's home or work folder."""
    assert _found(_FOLDERS) == []


def test_the_patterns_notice_what_they_are_for() -> None:
    """Addresses and paths of these kinds are found, and what only looks like them is not."""
    hosts = [
        "https://{}/simple".format("pypi" + ".org"),
        "files.{}".format("pythonhosted" + ".org"),
        "a {}/x".format("ghcr" + ".io"),
    ]
    paths = ["see /{}/me/x".format("home"), '"/{}/x"'.format("work"), "=/{}/.cache".format("root")]
    assert [text for text in hosts if not _HOSTS.search(text)] == []
    assert [text for text in paths if not _FOLDERS.search(text)] == []
    harmless = ["PyPI package milvus", "/var/lib/milvus", "some/work/item", "https://milvus.io/home/x", "{home}/work/x"]
    assert [text for text in harmless if _HOSTS.search(text) or _FOLDERS.search(text)] == []


def test_the_lock_names_no_index() -> None:
    """The lock says what is installed and its hashes, never where it comes from."""
    options = [line for line in _LOCK.splitlines() if line.startswith("-") or "://" in line]
    assert options == []


def test_every_pin_has_hashes() -> None:
    """Each package of the lock is pinned to one version and has at least one hash."""
    lines = [line for line in _LOCK.splitlines() if line and not line.startswith((" ", "#"))]
    pins = list(_PIN.finditer(_LOCK))
    assert len(pins) == len(lines) > 0
    ends = [match.start() for match in pins[1:]] + [len(_LOCK)]
    hashes = {pin["name"]: _LOCK[pin.end() : end].count("--hash=sha256:") for pin, end in zip(pins, ends, strict=True)}
    assert [name for name, count in hashes.items() if not count] == []


def test_the_lock_serves_the_project() -> None:
    """Every dependency that `pyproject.toml` names, extras included, is in the lock in a version that it allows."""
    pinned: dict[str, list[str]] = {}
    for pin in _PIN.finditer(_LOCK):
        pinned.setdefault(canonicalize_name(pin["name"]), []).append(pin["version"])
    data = project()["project"]
    texts = [*data["dependencies"], *(text for extra in data["optional-dependencies"].values() for text in extra)]
    wanted = [each for each in map(Requirement, texts) if canonicalize_name(each.name) != data["name"]]
    assert [
        str(each)
        for each in wanted
        if not any(each.specifier.contains(version) for version in pinned.get(canonicalize_name(each.name), ()))
    ] == []


def test_no_dependency_is_named_twice() -> None:
    """A dependency stands in one place of `pyproject.toml`."""
    data = project()["project"]
    for group in (data["dependencies"], *data["optional-dependencies"].values()):
        names = Counter(canonicalize_name(Requirement(text).name) for text in group)
        assert [name for name, count in names.items() if count > 1] == []
