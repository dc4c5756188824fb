"""Who owns a folder: dead is only what is proven to be."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from milvus_tck.targets.owner import RECORD, Life, ProcessOwner, claim, life_of_folder
from tests.robust.runs import eventually


@pytest.fixture
def zombie() -> Iterator[int]:
    """A process that ended, and whose parent has not asked for it."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    assert eventually(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    yield pid
    os.waitpid(pid, 0)


@pytest.fixture
def living() -> "Iterator[subprocess.Popen[bytes]]":
    """A process that does nothing."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()
    assert process.stdin is not None
    process.stdin.close()


def test_a_process_that_lives(living: "subprocess.Popen[bytes]") -> None:
    """It is itself, also after it was written and read."""
    owner = ProcessOwner.of(living.pid)
    assert owner.life() is Life.ALIVE
    assert ProcessOwner.read(json.loads(json.dumps(owner.row()))) == owner
    living.kill()
    living.wait()
    assert owner.life() is Life.DEAD


def test_a_zombie_is_dead(zombie: int) -> None:
    """Its number is still there, and nothing else of it."""
    assert psutil.pid_exists(zombie)
    assert ProcessOwner.of(zombie).life() is Life.DEAD


def test_another_process_under_its_number() -> None:
    """Numbers are given out again: who began at another moment is somebody else."""
    owner = ProcessOwner.of(os.getpid())
    assert replace(owner, began=owner.began - 1).life() is Life.DEAD


@pytest.mark.parametrize("place", ["boot", "namespace"])
def test_what_was_written_elsewhere(place: str) -> None:
    """Of a process of another container, or of a machine since started anew, nothing is known here."""
    here = ProcessOwner.of(os.getpid())
    owner = replace(here, boot="elsewhere") if place == "boot" else replace(here, namespace="elsewhere")
    assert owner.life() is Life.UNKNOWN
    assert replace(owner, pid=1 << 22).life() is Life.UNKNOWN


@pytest.mark.parametrize("row", [None, {}, {"pid": "x"}, {"pid": 0, "began": 1, "boot": "", "namespace": ""}, [1]])
def test_what_is_no_record(row: object) -> None:
    """It names nobody, and so nobody who could be dead."""
    assert ProcessOwner.read(row) is None


def test_a_process_that_does_not_exist() -> None:
    """It cannot be described."""
    with pytest.raises(psutil.NoSuchProcess):
        ProcessOwner.of(1 << 22)


# -- folders ----------------------------------------------------------------------------


def test_a_folder_lives_as_long_as_any_owner(tmp_path: Path, zombie: int, living: "subprocess.Popen[bytes]") -> None:
    """Several may use it; it is nobody's where all of them are dead."""
    claim(tmp_path, zombie, living.pid)
    assert life_of_folder(tmp_path) is Life.ALIVE
    living.kill()
    living.wait()
    assert life_of_folder(tmp_path) is Life.DEAD


@pytest.mark.parametrize("text", [None, "", "[]", '{"owners": 1}', '{"owners": [{"pid": 1}]}', "\xff"])
def test_a_folder_that_does_not_say(tmp_path: Path, text: str | None) -> None:
    """Without a record that can be read nobody is proven dead."""
    if text is not None:
        (tmp_path / RECORD).write_text(text, encoding="latin-1")
    assert life_of_folder(tmp_path) is Life.UNKNOWN
