"""Rust SDK, ClientV2: `python drivers/rust/run.py [VERSION]`."""

import re
import shutil
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from isolation import place_of, take_over, tool

_DEFAULT = "3.0.3"
_MANIFEST = _HERE / "Cargo.toml"
_SOURCES = [_MANIFEST, *sorted((_HERE / "src").glob("*.rs"))]


def install(folder, lock, version):
    """Build the driver with a version of the SDK; what is left is the program, and not what it was made of."""
    shutil.copytree(_HERE / "src", folder / "src", dirs_exist_ok=True)
    manifest = _MANIFEST.read_text(encoding="utf-8").replace(f'"={_DEFAULT}"', f'"={version}"')
    (folder / "Cargo.toml").write_text(manifest, encoding="utf-8")
    tool("cargo", "generate-lockfile", "--quiet", cwd=folder)
    if lock is not None:
        chosen = folder / "Cargo.lock"
        chosen.write_text(
            sourced(lock.read_text(encoding="utf-8"), chosen.read_text(encoding="utf-8")), encoding="utf-8"
        )
    tool("cargo", "build", "--quiet", "--locked", "--target-dir", "target", cwd=folder)
    shutil.move(folder / "target" / "debug" / "driver", folder / "driver")
    shutil.rmtree(folder / "target")


def sourced(lock, chosen):
    """Write into a lock where cargo takes packages from, which our locks do not say, as cargo itself has it."""
    source = re.search(r'^source = ".*"$', chosen, re.MULTILINE)
    return re.sub(r"^checksum = ", lambda found: f"{source[0]}\n{found[0]}", lock, flags=re.MULTILINE)


if __name__ == "__main__":
    version = sys.argv[1] if len(sys.argv) > 1 else _DEFAULT
    place = place_of(f"rust-{version}", version, _HERE, lambda folder, lock: install(folder, lock, version), *_SOURCES)
    take_over([str(place / "driver"), version])
