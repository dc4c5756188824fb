"""milvus-lite as a gRPC server: the C++ one of 2.x, the Python one of 3.x."""

from dataclasses import dataclass
from pathlib import Path

from milvus_tck.targets.network import LOOPBACK
from milvus_tck.targets.process import ServerCommand
from milvus_tck.targets.started_server import StartedServer
from milvus_tck.targets.toolchain import run_tool, tool_command

__all__ = ["BESIDE", "LiteServer"]

#: 3.x imports the messages of pymilvus without asking for it.
BESIDE = ("pymilvus==3.0.2",)
_WHERE = "import importlib.util as u, pathlib; print(pathlib.Path(u.find_spec('milvus_lite').origin).parent / 'lib')"


@dataclass
class LiteServer(StartedServer):
    """One milvus-lite server on an address."""

    def launch(self, folder: Path, port: int) -> ServerCommand:
        """Say what starts the server; 2.x has no command for it, so its binary is run where the wheel put it."""
        package = f"milvus-lite=={self.version}"
        if int(self.version.partition(".")[0]) >= 3:  # noqa: PLR2004 - the rewrite in Python
            command = tool_command(
                package, "milvus-lite", "server", "--host", LOOPBACK, "--port", str(port),
                "--data-dir", str(folder / "data"), beside=BESIDE,
            )  # fmt: skip
            return ServerCommand(command)
        library = Path(run_tool(package, "python", "-c", _WHERE))
        command = [str(library / "milvus"), str(folder / "a.db"), f"{LOOPBACK}:{port}", "ERROR"]
        return ServerCommand(command, {"LD_LIBRARY_PATH": str(library)})
