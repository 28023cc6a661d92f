"""The whole stack on loopback, each part of which can be taken away and given back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from demo.supervisor import Program, Supervisor, signal_group
from tests.databases import fresh_postgresql, fresh_sqlite
from tests.faults.ports import DATABASE, Ports
from tests.stack import ROOT
from tools.services import Tools, start_elasticsearch, start_postgresql, start_redis, unprivileged_user

START_SECONDS = 180


@dataclass
class Stack:
    """A running site without sample data, and the hands that break it."""

    port: int
    folder: Path
    supervisor: Supervisor
    tools: Tools | None
    ports: Ports
    programs: dict[str, Program] = field(default_factory=dict)
    times: int = 0

    @property
    def simulator(self) -> str:
        """Where Midtrans is."""
        return f"http://127.0.0.1:{self.port + 1}"

    def start(self, *programs: Program) -> None:
        """Start programs of ours."""
        for program in programs:
            self.programs[program.name] = program
            self.supervisor.start(program, folder=ROOT)

    def kill(self, name: str) -> None:
        """End a child and all that it started, without asking."""
        child = self.supervisor.children.pop(name)
        signal_group(child, signal.SIGKILL)
        child.wait()

    def kill_web_process(self) -> None:
        """End one of the processes that serve pages; its master starts another."""
        master = self.supervisor.children["site"].pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)

    def restart_postgresql(self) -> None:
        """End PostgreSQL as a power cut would, and start it on the same data."""
        child = self.supervisor.children.pop("PostgreSQL")
        command = child.args
        child.send_signal(signal.SIGQUIT)
        child.wait()
        self.supervisor.start(
            Program("PostgreSQL", command, unprivileged_user()),
            folder=self.folder / "postgresql",  # type: ignore[arg-type]
        )

    def heal(self) -> None:
        """Give back whatever is gone."""
        self.times += 1
        children = self.supervisor.children
        # A worker whose Redis goes away in the middle of an answer may end; whatever runs it starts it again.
        for name in [name for name, child in children.items() if child.poll() is not None]:
            del children[name]
        if self.tools and "Redis" not in children:
            start_redis(self.supervisor, self.tools, self.folder / f"redis-{self.times}", port=self.ports.redis)
        if self.tools and "Elasticsearch" not in children:
            start_elasticsearch(
                self.supervisor,
                self.tools,
                self.folder / f"elasticsearch-{self.times}",
                http=self.ports.elasticsearch,
                transport=self.ports.transport,
            )
            self.supervisor.wait_for(
                f"http://127.0.0.1:{self.ports.elasticsearch}/_cluster/health", seconds=START_SECONDS
            )
        for name, program in self.programs.items():
            if name not in children:
                self.supervisor.start(program, folder=ROOT)
        self.supervisor.wait_for(f"http://127.0.0.1:{self.port}/healthz", seconds=START_SECONDS)


@contextmanager
def services(folder: Path, ports: Ports, *, full: bool) -> Iterator[Stack]:
    """Start the services where the settings say that they are, with a migrated database."""
    tools = Tools.find({"DATABASE_URL": "", "REDIS_URL": "", "ELASTICSEARCH_URL": ""}) if full else None
    with Supervisor(logs=folder / "log") as supervisor:
        stack = Stack(ports.site, folder, supervisor, tools, ports)
        if tools is None:
            fresh_sqlite(folder / "data" / "lapau.sqlite3")
            yield stack
            return
        start_elasticsearch(
            supervisor, tools, folder / "elasticsearch", http=ports.elasticsearch, transport=ports.transport
        )
        start_postgresql(supervisor, tools, folder / "postgresql", port=ports.postgresql, durable=True)
        start_redis(supervisor, tools, folder / "redis", port=ports.redis)
        supervisor.wait_for(f"http://127.0.0.1:{ports.elasticsearch}/_cluster/health", seconds=START_SECONDS)
        with fresh_postgresql(f"postgres://lapau@127.0.0.1:{ports.postgresql}/lapau", DATABASE):
            yield stack


def start_ours(stack: Stack) -> None:
    """Start web, worker, beat and Midtrans; notifications are tried again in seconds instead of minutes."""
    from demo.runner import programs

    stack.supervisor.environment = dict(os.environ)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"], cwd=ROOT, check=True
    )
    for program in programs(port=stack.port):
        if program.name == "simulator":
            program = Program("simulator", [*program.command, "--retry-scale", "0.02"])
        stack.start(program)
    stack.supervisor.wait_for(f"{stack.simulator}/__sim__/clock", seconds=START_SECONDS)
    stack.supervisor.wait_for(f"http://127.0.0.1:{stack.port}/healthz", seconds=START_SECONDS)
    sleep(1)
