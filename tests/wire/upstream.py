"""The protocol definitions that released clients carry, each read in an isolated environment."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from milvus_tck.targets.toolchain import environment, tool_command

__all__ = ["PYMILVUS", "released"]

#: The pymilvus release that stands for each profile; 3.0.2 has what no server of 3.0 has.
PYMILVUS = {
    "2.2": "2.2.17",
    "2.3": "2.3.7",
    "2.4": "2.4.15",
    "2.5": "2.5.18",
    "2.6": "2.6.17",
    "3.0": "3.0.1",
    "next": "3.0.2",
}

#: What old generated code needs: the newest protobuf that still reads it.
_BESIDE = ("protobuf<8",)
#: Everything else that a pymilvus asks for: not needed to read its definitions, and old releases of it
#: have no wheel for a new Python.
_WITHOUT = (
    "azure-storage-blob", "cachetools", "environs", "grpcio", "grpcio-tools", "mmh3", "milvus-lite", "minio", "numpy",
    "orjson", "pandas", "pyarrow", "python-dotenv", "requests", "setuptools", "ujson",
)  # fmt: skip

#: Imports the generated modules alone, past the packages around them, and prints what they define.
_DUMP = """
import importlib, importlib.util, pathlib, sys, types
from google.protobuf.descriptor_pb2 import FileDescriptorSet

home = pathlib.Path(importlib.util.find_spec("pymilvus").submodule_search_locations[0])
for name, folder in {"pymilvus": home, "pymilvus.grpc_gen": home / "grpc_gen"}.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [str(folder)]
found = FileDescriptorSet()
for path in sorted((home / "grpc_gen").glob("*_pb2.py")):
    module = importlib.import_module(f"pymilvus.grpc_gen.{path.stem}")
    module.DESCRIPTOR.CopyToProto(found.file.add())
print(found.SerializeToString().hex())
"""


@cache
def released(version: str, scratch: Path) -> FileDescriptorSet:
    """Return what the generated code of a pymilvus release defines; `scratch` is a folder to write into."""
    dropped = scratch / "without.txt"
    dropped.write_text("".join(f"{name}; python_version < '3'\n" for name in _WITHOUT), encoding="utf-8")
    command = tool_command(f"pymilvus=={version}", "python", "-c", _DUMP, beside=_BESIDE)
    variables = {**environment(), "UV_OVERRIDE": str(dropped), "UV_PYTHON": sys.executable}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=variables)
    assert not done.returncode, f"pymilvus {version} cannot be read:\n{done.stderr}"
    return FileDescriptorSet.FromString(bytes.fromhex(done.stdout))
