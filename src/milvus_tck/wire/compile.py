"""`make proto`: compile the `.proto` files into what the engine and the type checker read.

Writes `proto/descriptors.binpb` and the stubs in `wire/stubs`.
Needs the development environment: grpcio-tools and mypy-protobuf.
"""

import re
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

__all__ = ["compile_descriptors", "compile_stubs", "main"]

_HERE = Path(__file__).parent
_PROTO = _HERE.parents[2] / "proto"
_HIDDEN = ("msg", "feder", "rg")  # packages whose names are not offered by `wire.messages`


def compile_descriptors(target: Path, *, comments: bool = False) -> None:
    """Write the descriptor set of every `.proto` file to `target`, on request with the comments in it."""
    _protoc(f"--descriptor_set_out={target}", *(["--include_source_info"] if comments else []))


def compile_stubs(target: Path) -> None:
    """Write one stub per `.proto` file into the folder `target`."""
    with tempfile.TemporaryDirectory() as scratch:
        plugin = Path(sys.executable).with_name("protoc-gen-mypy")
        _protoc(f"--plugin=protoc-gen-mypy={plugin}", f"--mypy_out=quiet:{scratch}")
        for stub in sorted(Path(scratch).rglob("*.pyi")):
            text = re.sub(r"\bmilvus\.proto\.(\w+_pb2)", r"milvus_tck.wire.stubs.\1", stub.read_text(encoding="utf-8"))
            text = re.sub(r"from milvus\.proto import", "from milvus_tck.wire.stubs import", text)
            (target / stub.name).write_text(text, encoding="utf-8")


def _protoc(*options: str) -> None:
    sources = [str(path.relative_to(_PROTO)) for path in sorted(_PROTO.rglob("*.proto"))]
    if protoc.main(["protoc", f"-I{_PROTO}", *options, *sources]):
        sys.exit(1)


def main() -> None:
    """Compile everything in place."""
    compiled = _PROTO / "descriptors.binpb"
    compile_descriptors(compiled)
    stubs = _HERE / "stubs"
    stubs.mkdir(exist_ok=True)
    compile_stubs(stubs)
    described = FileDescriptorSet.FromString(compiled.read_bytes())
    lines = [line for file in described.file if _shown(file) for line in _imports(file)]
    (_HERE / "messages.pyi").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _shown(file: FileDescriptorProto) -> bool:
    return file.package.rpartition(".")[2] not in _HIDDEN


def _imports(file: FileDescriptorProto) -> list[str]:
    stub = f"milvus_tck.wire.stubs.{Path(file.name).stem}_pb2"
    names = [each.name for each in file.message_type] + [each.name for each in file.enum_type]
    return [f"from {stub} import {name} as {name}" for name in sorted(names)]


if __name__ == "__main__":
    main()
