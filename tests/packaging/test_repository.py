"""What may stand in the repository, and what the lock promises."""

import re
from collections import Counter
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from milvus_tck.extras import EXTRAS
from tests.packaging.checkout import ROOT, files, project
from tests.packaging.locks import LOCKS, pins

#: Addresses of package registries: where packages come from is the affair of whoever installs them.
_HOSTS = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org|npmjs\.com/package|crates\.io|proxy\.golang\.org"
    r"|docker\.io|ghcr\.io|quay\.io|conda\.anaconda\.org|repo1?\.maven\.(org|apache\.org))\b"
)
#: Folders of one machine.
_FOLDERS = re.compile(r"(?<![\w.}*/-])/(home|root|Users|work|workspace)/[\w.-]+")
#: What each lock serves beside the project's own dependencies; the rest are pips for a test.
_SERVES = {
    "check": ["build"],
    **{extra: ["build", extra] for extra in EXTRAS},
    "dev": list(project()["project"]["optional-dependencies"]),
}


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


def test_every_lock_is_known() -> None:
    """There is a lock for a check, for each extra, and for those who work here."""
    assert {lock.stem for lock in LOCKS} == {*_SERVES, "pip-oldest", "pip-newest"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_says_what_and_not_where(lock: Path) -> None:
    """A lock holds pins with their hashes, and nothing else: no option, and no place that packages come from."""
    text = lock.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    found = pins(lock)
    assert len(found) == len(lines) > 0
    assert "://" not in text


@pytest.mark.parametrize("name", _SERVES)
def test_a_lock_serves_its_purpose(name: str) -> None:
    """Every dependency that `pyproject.toml` names for it is in the lock, in a version that it allows."""
    pinned: dict[str, list[str]] = {}
    for pin in pins(ROOT / "requirements" / f"{name}.lock"):
        pinned.setdefault(pin.name, []).append(pin.version)
    data = project()["project"]
    texts = [*data["dependencies"], *(text for extra in _SERVES[name] for text in data["optional-dependencies"][extra])]
    wanted = [each for each in map(Requirement, texts) if canonicalize_name(each.name) != data["name"]]
    assert [
        str(each)
        for each in wanted
        if not any(each.specifier.contains(version) for version in pinned.get(canonicalize_name(each.name), ()))
    ] == []


@pytest.mark.parametrize("name", _SERVES)
def test_locks_agree(name: str) -> None:
    """What a lock has, that for those who work here has in the same version: what they test is what others run."""
    everything = {(pin.name, pin.version) for pin in pins(ROOT / "requirements" / "dev.lock")}
    assert {(pin.name, pin.version) for pin in pins(ROOT / "requirements" / f"{name}.lock")} - everything == set()


def test_no_dependency_is_named_twice() -> None:
    """A dependency stands in one place of `pyproject.toml`."""
    data = project()["project"]
    for group in (data["dependencies"], *data["optional-dependencies"].values()):
        names = Counter(canonicalize_name(Requirement(text).name) for text in group)
        assert [name for name, count in names.items() if count > 1] == []
