"""Real Milvus standalone, as the PyPI package `milvus` brings it."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from milvus_tck.spec.bindings import stand_ins
from milvus_tck.targets.certificates import CA, SERVER, SERVER_KEY, made_for
from milvus_tck.targets.names import MTLS
from milvus_tck.targets.network import LOOPBACK, free_ports
from milvus_tck.targets.process import ServerCommand
from milvus_tck.targets.started_server import StartedServer, link_tree
from milvus_tck.targets.toolchain import cache_folder, run_tool, tool_command

__all__ = ["BESIDE", "MilvusServer"]

#: The launcher imports pkg_resources, which newer setuptools no longer bring.
BESIDE = ("setuptools<80",)
#: The launcher, whose search for a port of the management service begins where we say: two that start at once
#: would take the same one, and one of them would answer for both.
_LAUNCH = "import sys, milvus; milvus.default_server.webservice_port = int(sys.argv.pop(1)); milvus.main()"
_UNPACK = "import sys, milvus; milvus._initialize_data_files(sys.argv[1])"


@dataclass
class MilvusServer(StartedServer):
    """One standalone server; several live side by side because each has its own etcd ports."""

    #: Whether it asks who calls; `credentials` have to be those of its root user then.
    authorization: bool = False
    #: `tls`: it shows a certificate. `mtls`: clients have to show one, too.
    tls: str = ""
    #: Bindings of its ports that it does not speak: what a gateway stands in for came after all that can be started.
    unspoken: frozenset[str] = field(default_factory=stand_ins)
    _http_port: int = 0

    @property
    def management_port(self) -> int:
        """Where its management service listens, with /healthz, /metrics and /api/v1; the launcher chose it.

        0 while the server does not run.
        """
        return 0 if self._process is None else int(self._process.variable("METRICS_PORT") or 0)

    def url(self, port: str) -> str:
        """Where it speaks HTTP: on the port of gRPC, and on that of the management service."""
        # With TLS it does not tell HTTP from gRPC any more, and takes a port of its own for it.
        numbers = {"proxy": self._http_port if self.tls else self._port, "management": self.management_port}
        number = numbers.get(port, 0)
        scheme = "https" if self.tls and port == "proxy" else "http"
        return f"{scheme}://{LOOPBACK}:{number}" if number else ""

    def launch(self, folder: Path, port: int) -> ServerCommand:
        """Say what starts the launcher, which starts the server."""
        package = f"milvus=={self.version}"
        link_tree(self._binaries(package), folder / "bin")
        peer, client, management, self._http_port, *inner = free_ports(4 + len(_INNER_PORTS))
        settings = folder / "etcd.yaml"
        settings.write_text(_etcd(folder, peer, client), encoding="utf-8")
        ports = [f"--{name}-port={number}" for name, number in zip(_INNER_PORTS, inner, strict=True)]
        command = tool_command(
            package, "python", "-c", _LAUNCH, str(management), "--data", str(folder), "--proxy-port", str(port),
            f"--etcd-port={client}", *ports, beside=BESIDE,
        )  # fmt: skip
        # Milvus takes any setting from the environment; these have no flag.
        asks = {"COMMON_SECURITY_AUTHORIZATIONENABLED": "true"} if self.authorization else {}
        soon = _SOON if self._to_be_killed else {}
        return ServerCommand(
            command, {"ETCD_CONFIG_PATH": str(settings), **_ROOM, **asks, **self._secured(folder / "tls"), **soon}
        )

    def _secured(self, folder: Path) -> Mapping[str, str]:
        """Make certificates, and return the settings that a server takes for TLS."""
        if not self.tls:
            return {}
        mutual = self.tls == MTLS
        self.credentials = made_for(folder, self.credentials, clients=mutual)
        return {
            "COMMON_SECURITY_TLSMODE": "2" if mutual else "1",
            "TLS_SERVERPEMPATH": str(folder / SERVER),
            "TLS_SERVERKEYPATH": str(folder / SERVER_KEY),
            "TLS_CAPEMPATH": str(folder / CA),
            "PROXY_HTTP_PORT": str(self._http_port),
        }

    def _binaries(self, package: str) -> Path:
        """Unpack the server once; every start links to the same files."""
        unpacked = cache_folder("servers", package.replace("==", "-"))
        run_tool(package, "python", "-c", _UNPACK, str(unpacked), beside=BESIDE)
        return unpacked / "bin"


#: 2.3.0 stops at 64 collections, which a run has at once; later releases have this limit by themselves.
_ROOM = {"QUOTAANDLIMITS_LIMITS_MAXCOLLECTIONNUMPERDB": "65536"}
#: A server that comes back waits until the leases of its forerunner have run out, by default for a minute.
_SOON = {"COMMON_SESSION_TTL": "10"}
_INNER_PORTS = (
    "root-coord", "proxy-internal", "query-coord", "query-node", "index-coord", "index-node", "data-coord",
    "data-node",
)  # fmt: skip


def _etcd(folder: Path, peer: int, client: int) -> str:
    """Write the settings of etcd; its data goes with the server, so nothing has to reach a disk before it answers."""
    return textwrap.dedent(f"""\
        name: default
        data-dir: {folder}/data/etcd.data
        listen-peer-urls: http://{LOOPBACK}:{peer}
        listen-client-urls: http://{LOOPBACK}:{client}
        initial-advertise-peer-urls: http://{LOOPBACK}:{peer}
        advertise-client-urls: http://{LOOPBACK}:{client}
        initial-cluster: default=http://{LOOPBACK}:{peer}
        log-outputs: [{folder}/etcd.log]
        unsafe-no-fsync: true
    """)
