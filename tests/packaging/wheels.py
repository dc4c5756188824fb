"""An index of our own: wheels of every package of a lock, and of a newer release of each."""

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution
from pathlib import Path

from tests.packaging.locks import Pin

__all__ = ["NEWER", "index_of"]

#: A release that came out after the lock was made.
NEWER = "9999.0"


def index_of(pins: Iterable[Pin], folder: Path) -> dict[Pin, str]:
    """Fill a folder of links; returns each package of the lock as the lock would write it for this folder.

    The packages are empty, but ask for what the real ones ask for: that is what a resolver goes by.
    The one that builds is whole.
    """
    return {pin: _offered(pin, folder) for pin in pins if pin.here}


def _offered(pin: Pin, folder: Path) -> str:
    known = distribution(pin.name)
    needs = "".join(f"Requires-Dist: {each}\n" for each in known.requires or ())
    extras = "".join(f"Provides-Extra: {each}\n" for each in known.metadata.get_all("Provides-Extra") or ())
    _wheel(folder, pin.name, NEWER, {}, extras + needs)
    content = _content(pin.name) if pin.name == "setuptools" else {}
    made = _wheel(folder, pin.name, pin.version, content, extras + needs)
    marker = f" ; {pin.marker}" if pin.marker else ""
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    return f"{pin.name}=={pin.version}{marker} \\\n    --hash=sha256:{digest}\n"


def _content(name: str) -> Mapping[str, bytes]:
    """Return the modules of an installed package, by their paths."""
    files = distribution(name).files or ()
    wanted = [each for each in files if not each.parts[0].endswith((".dist-info", "..")) and each.suffix != ".pyc"]
    kept = {str(each): Path(str(each.locate())).read_bytes() for each in wanted}
    points = distribution(name).read_text("entry_points.txt") or ""
    return {**kept, "entry_points.txt": points.encode()}


def _wheel(folder: Path, name: str, version: str, content: Mapping[str, bytes], metadata: str) -> Path:
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    inside = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in content.items():
            archive.writestr(f"{stem}.dist-info/{file}" if file == "entry_points.txt" else file, data)
        for file, text in inside.items():
            archive.writestr(f"{stem}.dist-info/{file}", text)
        names = [*archive.namelist(), f"{stem}.dist-info/RECORD"]
        archive.writestr(names[-1], "".join(f"{each},,\n" for each in names))
    return path
