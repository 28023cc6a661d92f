"""Several processes that begin and end as one: with real processes, since that is what it is about."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from demo.supervisor import ChildEnded, Program, Supervisor, free_ports, is_free

# A child that starts a grandchild, writes both process ids, and sleeps.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1] + ".partial", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".partial", sys.argv[1])
time.sleep(600)
"""
SUPERVISE = """
import sys, time
from pathlib import Path
from demo.supervisor import Program, Supervisor
with Supervisor(logs=Path(sys.argv[1])) as supervisor:
    supervisor.start(Program("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"]))
    print(supervisor.children["sleeper"].pid, flush=True)
    time.sleep(600)
"""


class TestSupervisor:
    def test_ends_its_children_and_all_that_they_started(self, tmp_path):
        pids = tmp_path / "pids"

        with Supervisor(logs=tmp_path) as supervisor:
            supervisor.start(Program("family", [sys.executable, "-c", FAMILY, str(pids)]))
            child, grandchild = map(int, when(pids.exists, lambda: pids.read_text().split()))
            assert (is_alive(child), is_alive(grandchild)) == (True, True)

        when(lambda: not is_alive(grandchild))
        assert (is_alive(child), is_alive(grandchild)) == (False, False)

    def test_kills_a_child_that_does_not_listen(self, tmp_path, monkeypatch):
        monkeypatch.setattr("demo.supervisor.PATIENCE", 0.2)
        deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"

        with Supervisor(logs=tmp_path) as supervisor:
            supervisor.start(Program("deaf", [sys.executable, "-c", deaf]))
            when(lambda: "deaf" in supervisor.tail("deaf"))
            child = supervisor.children["deaf"]

        assert child.returncode == -signal.SIGKILL

    def test_tells_which_child_ended_and_what_it_said_last(self, tmp_path):
        with Supervisor(logs=tmp_path) as supervisor:
            supervisor.start(Program("site", [sys.executable, "-c", "print('no database'); raise SystemExit(3)"]))

            with pytest.raises(ChildEnded, match=r"site ended with status 3\.\nno database"):
                supervisor.wait()

    def test_waits_for_a_program_that_ends_by_itself(self, tmp_path):
        with Supervisor(logs=tmp_path) as supervisor:
            supervisor.start(Program("collect", [sys.executable, "-c", "print('done')"]))
            supervisor.wait_for_end("collect")

            assert supervisor.children == {}
            assert supervisor.tail("collect") == "done"

    def test_tells_that_such_a_program_failed(self, tmp_path):
        with Supervisor(logs=tmp_path) as supervisor:
            supervisor.start(Program("collect", [sys.executable, "-c", "raise SystemExit('disk full')"]))

            with pytest.raises(ChildEnded, match=r"collect ended with status 1\.\ndisk full"):
                supervisor.wait_for_end("collect")

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent has gone")
    def test_leaves_no_orphan_when_it_is_killed_itself(self, tmp_path):
        command = [sys.executable, "-c", SUPERVISE, str(tmp_path)]
        root = Path(__file__).resolve().parents[2]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as supervisor:
            sleeper = int(supervisor.stdout.readline())
            assert is_alive(sleeper)
            supervisor.kill()

        when(lambda: not is_alive(sleeper))


class TestPorts:
    def test_a_port_that_somebody_listens_on_is_not_free(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            assert is_free(port) is False
        assert is_free(port) is True

    def test_free_ports_are_neighbours(self):
        first, second = free_ports(2)

        assert second == first + 1


def when(condition, answer=lambda: None, *, seconds=10):
    """Wait for what another process does, and answer; fail if it never does."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until, "It did not happen"
        sleep(0.02)
    return answer()


def is_alive(pid):
    """A process that has ended but was not yet collected by its parent counts as ended."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
