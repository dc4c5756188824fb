"""Java SDK, MilvusClientV2: `python drivers/java/run.py [VERSION]`."""

import hashlib
import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from isolation import place_of, take_over, tool

_DEFAULT = "2.6.22"
#: The SDK asks for a logger and brings none: without this one it says so on the output.
_WANTED = (("io.milvus", "milvus-sdk-java", None), ("org.slf4j", "slf4j-nop", "1.7.36"))
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_SOURCES = [_HERE / name for name in ("Driver.java", "Loop.java")]


def pom(version):
    """Write what a project that uses the SDK asks for."""
    each = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{own or version}</version>"
        "</dependency>"
        for group, name, own in _WANTED
    )
    head = "<modelVersion>4.0.0</modelVersion><groupId>tck</groupId><artifactId>driver</artifactId><version>0</version>"
    return f"<project>{head}<dependencies>{each}</dependencies></project>"


def install(folder, lock, version):
    """Fetch the SDK with what it takes, hold each archive against the lock, and compile the driver."""
    (folder / "pom.xml").write_text(pom(version), encoding="utf-8")
    tool("mvn", "--batch-mode", "--quiet", _COPY, "-DoutputDirectory=lib", "-DincludeScope=runtime", cwd=folder)
    if lock is not None:
        check(folder / "lib", lock)
    tool("javac", "-nowarn", "-cp", "lib/*", "-d", "classes", *map(str, _SOURCES), cwd=folder)


def check(folder, lock):
    """End where an archive is not the one that the lock names, or stands beside them."""
    found = {f"{jar.name} sha256:{hashlib.sha256(jar.read_bytes()).hexdigest()}" for jar in folder.glob("*.jar")}
    wanted = set(lock.read_text(encoding="utf-8").splitlines())
    if found != wanted:
        sys.exit("\n".join(["what was fetched is not what the lock names:", *sorted(found ^ wanted)]))


if __name__ == "__main__":
    version = sys.argv[1] if len(sys.argv) > 1 else _DEFAULT
    place = place_of(f"java-{version}", version, _HERE, lambda folder, lock: install(folder, lock, version), *_SOURCES)
    take_over(["java", "-cp", os.pathsep.join([str(place / "classes"), str(place / "lib" / "*")]), "Driver", version])
