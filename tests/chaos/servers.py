"""Elasticsearch nodes that can be killed and started again on their data."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.supervisor import Supervisor, free_ports, signal_group
from tools.services import ELASTICSEARCH_YML, Tools, elasticsearch_program

# Starting a server on a busy machine.
START_SECONDS = 240

CLUSTER_YML = """\
cluster.name: lapau-chaos
node.name: {name}
discovery.seed_hosts: [{seeds}]
cluster.initial_master_nodes: [{names}]
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
http.host: 127.0.0.1
transport.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
path.data: {folder}/data
path.logs: {folder}/logs
"""


class Node:
    """One server."""

    def __init__(
        self, supervisor: Supervisor, tools: Tools, folder: Path, *, name: str, port: int, settings: str
    ) -> None:
        self.supervisor, self.tools, self.folder = supervisor, tools, folder
        self.name, self.settings = name, settings
        self.url = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        """Start it, without waiting."""
        program = elasticsearch_program(self.tools, self.folder, settings=self.settings, name=self.name)
        self.supervisor.start(program, folder=self.folder)

    def wait(self) -> None:
        """Wait until it answers."""
        self.supervisor.wait_for(f"{self.url}/_cluster/health?local=true", seconds=START_SECONDS)

    def kill(self) -> None:
        """End it as a power cut would."""
        child = self.supervisor.children.pop(self.name)
        signal_group(child, signal.SIGKILL)
        child.wait()


@contextmanager
def single_node() -> Iterator[Node]:
    """One server of its own, running."""
    with tempfile.TemporaryDirectory(prefix="lapau-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Supervisor(logs=folder / "log") as supervisor:
            http, transport = free_ports(2)
            own = folder / "elasticsearch"
            settings = ELASTICSEARCH_YML.format(http=http, transport=transport, folder=own)
            node = Node(supervisor, tools(), own, name="Elasticsearch", port=http, settings=settings)
            node.start()
            node.wait()
            yield node


@contextmanager
def cluster(count: int = 3) -> Iterator[list[Node]]:
    """Several servers that know each other, running."""
    with tempfile.TemporaryDirectory(prefix="lapau-cluster-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Supervisor(logs=folder / "log") as supervisor:
            ports = free_ports(2 * count)
            transports = ports[count:]
            names = [f"node-{number}" for number in range(count)]
            nodes = []
            for name_, http, transport in zip(names, ports, transports, strict=False):
                settings = CLUSTER_YML.format(
                    name=name_,
                    seeds=", ".join(f'"127.0.0.1:{port}"' for port in transports),
                    names=", ".join(names),
                    http=http,
                    transport=transport,
                    folder=folder / name_,
                )
                nodes.append(Node(supervisor, tools(), folder / name_, name=name_, port=http, settings=settings))
            for node in nodes:
                node.start()
            for node in nodes:
                node.wait()
            supervisor.wait_for(
                f"{nodes[0].url}/_cluster/health?wait_for_nodes={count}&timeout=60s", seconds=START_SECONDS
            )
            yield nodes


def tools() -> Tools:
    """The programs, of which only Elasticsearch and Java are needed here."""
    return Tools.find({"DATABASE_URL": "given", "REDIS_URL": "given", "ELASTICSEARCH_URL": ""})
