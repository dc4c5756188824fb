"""`milvus-tck doctor`: what is here, what is not, and what to do about it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.targets.base import Target
from milvus_tck.targets.network import free_ports
from milvus_tck.targets.resolver import default_name, resolve
from milvus_tck.targets.tck_toml import FILE
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.model.states import Exit
from tests.cli.conftest import Done, Typed

_TOML = """
[targets.here]
address = "{here}"

[targets.gone]
address = "{gone}"
restart = "systemctl restart milvus"

[targets.untrusted]
address = "{here}"
tls-ca = "certs/nowhere.pem"

[targets.silent]
address = "{here}"
token = "env:TCK_TOKEN_THAT_NOBODY_SET"
"""


def findings(done: Done) -> dict[str, dict[str, Any]]:
    """Read what `doctor --json` printed."""
    found = json.loads(done.stdout)
    assert found["works"] == (done.returncode == Exit.OK)
    assert found["works"] == all(each["health"] != "fail" for each in found["findings"])
    return {each["name"]: each for each in found["findings"]}


def test_here_it_works(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where these tests run, servers can be started: exit 0."""
    monkeypatch.chdir(tmp_path)
    done = typed("doctor", "--json")
    assert done.returncode == Exit.OK, done.stdout
    assert {"python", "uv", "memory", "ports", "package registry"} <= set(findings(done))
    assert "would work here" in typed("doctor").stdout


def test_targets_of_tck_toml_are_looked_at(
    typed: Typed, lite: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that answers, one that does not, a file that is not there, a variable that is not set."""
    monkeypatch.chdir(tmp_path)
    gone = f"127.0.0.1:{free_ports(1)[0]}"
    (tmp_path / "tck.toml").write_text(_TOML.format(here=lite.address, gone=gone), encoding="utf-8")
    done = typed("doctor", "--json")
    found = findings(done)
    assert done.returncode == Exit.OK
    assert found["tck.toml: here"]["health"] == "ok"
    assert found["tck.toml: gone"]["health"] == "warn"
    assert found["tck.toml: gone"]["then"] == "systemctl restart milvus"
    assert "nowhere.pem cannot be read: No such file" in found["tck.toml: untrusted"]["text"]
    assert found["tck.toml: silent"]["then"] == "export TCK_TOKEN_THAT_NOBODY_SET=..."


def test_a_broken_tck_toml_is_said(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no reason why a run without it would fail."""
    monkeypatch.chdir(tmp_path)
    for text, name in (("[targets", FILE), ("targets = 1", FILE), ("[targets]\nx = 1", f"{FILE}: x")):
        (tmp_path / "tck.toml").write_text(text, encoding="utf-8")
        done = typed("doctor", "--json")
        assert done.returncode == Exit.OK
        assert findings(done)[name]["health"] == "warn"


def test_without_a_registry_and_a_cache_nothing_works(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1, with what could not be had."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    done = typed("doctor", "--json")
    found = findings(done)
    assert done.returncode == Exit.UNEXPECTED
    assert found["package registry"]["health"] == "fail"
    assert found["lite@3.2.2"]["health"] == "warn"
    assert "not work here" in typed("doctor").stdout


def test_without_a_registry_the_cache_is_enough(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was started once starts again."""
    started = resolve(default_name())
    started.start()
    started.stop()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UV_OFFLINE", "1")
    done = typed("doctor", "--json")
    assert done.returncode == Exit.OK
    assert findings(done)["package registry"]["health"] == "warn"


def test_what_killed_runs_left_is_counted(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger of a process that is gone."""
    monkeypatch.chdir(tmp_path)
    ledger = Ledger("killed", "127.0.0.1:1")
    ledger.close(clean=False)
    text = ledger.path.read_text(encoding="utf-8").replace(f'"pid": {os.getpid()}', f'"pid": {1 << 22}')
    ledger.path.write_text(text, encoding="utf-8")
    left = findings(typed("doctor", "--json"))["leftovers"]
    assert left["health"] == "warn"
    assert "1 ledgers" in left["text"]
    assert left["then"] == "milvus-tck sweep"


def test_a_folder_that_can_not_be_written(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands where the folder of the ledgers should be: no run could begin."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("MILVUS_TCK_STATE", str(tmp_path / "file"))
    done = typed("doctor", "--json")
    assert done.returncode == Exit.UNEXPECTED
    assert findings(done)["folder for ledgers"]["health"] == "fail"
