"""Make the environment: Python packages, front-end assets, message catalogues.

Run by any Python from 3.8 on that has pip, before anything else exists, so it uses the standard library alone.
Each step leaves a stamp of what it was made from; a second run finds the stamps and does nothing.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterable, List, Optional

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ASSETS = ROOT / "frontend" / "assets"
UV_FOLDER = ROOT / "var" / "tools" / "uv"
UV = "uv>=0.9,<1"
# The oldest Python that runs Lapau, and the one that .python-version asks for.
OLDEST = (3, 12)
WANTED = (ROOT / ".python-version").read_text().strip()


class SetupFailed(Exception):
    """Setting up cannot go on; the message says what the person can do."""


def main() -> None:
    """Do the steps that are not done yet, or with --lock compile requirements.txt again."""
    parser = argparse.ArgumentParser(
        prog="python3 tools/setup.py",
        description="Make .venv, the front-end assets and the message catalogues, where they are not as they should be.",
        epilog="Example: python3 tools/setup.py",
    )
    parser.add_argument("--lock", action="store_true", help="compile requirements.txt from pyproject.toml instead")
    os.chdir(ROOT)
    if parser.parse_args().lock:
        lock()
        return
    make_environment()
    install_requirements()
    build_assets()
    compile_messages()


def make_environment() -> None:
    """Make .venv with the Python that .python-version names, or with the nearest that Lapau runs on."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0:
        return
    say("Making .venv")
    attempts = [["--python", WANTED, "--no-python-downloads"]]
    if sys.version_info >= OLDEST:
        attempts.append(["--python", sys.executable])
    attempts.append(["--python", ">={}.{}".format(*OLDEST), "--no-python-downloads"])
    attempts.append(["--python", WANTED])
    for attempt in attempts:
        made = subprocess.run(
            [*uv(), "venv", "--quiet", "--clear", *attempt, str(VENV)],
            env=uv_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if made.returncode == 0:
            return
    sys.stderr.write(made.stdout.decode(errors="replace"))
    raise SetupFailed(
        "Python {} or newer is needed. None was found, and uv could not download one (see above). "
        "Install Python {} and run this again.".format("{}.{}".format(*OLDEST), WANTED)
    )


def install_requirements() -> None:
    """Install exactly what requirements.txt pins, each file checked against its hash."""
    lock_file = ROOT / "requirements.txt"
    stamp = Stamp(VENV / ".requirements-stamp", [lock_file])
    if stamp.is_current():
        return
    say("Installing Python packages")
    run(
        [
            *uv(),
            "pip",
            "sync",
            "--quiet",
            "--compile-bytecode",
            "--require-hashes",
            "--python",
            str(PYTHON),
            str(lock_file),
        ],
        env=uv_environment(),
    )
    stamp.write()


def build_assets() -> None:
    """Install the front end's packages and build its assets, with the Node that came into .venv."""
    if not (ASSETS / "package.json").exists():
        return
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", "")])
    # The system's certificates here too: Node's own set knows no local proxy.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}
    npm = str(VENV / "bin" / "npm")
    packages = Stamp(ASSETS / "node_modules" / ".lapau-stamp", [ASSETS / "package.json", ASSETS / "package-lock.json"])
    if not packages.is_current():
        say("Installing front-end packages")
        run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ASSETS, env=environment)
        packages.write()
    dist = ASSETS / "dist"
    bundle = Stamp(dist / ".lapau-stamp", sources(ASSETS))
    if not bundle.is_current():
        say("Building front-end assets")
        run([npm, "run", "--silent", "build"], cwd=ASSETS, env=environment)
        bundle.write()


def compile_messages() -> None:
    """Compile the message catalogues that are newer than their compiled form."""
    run([str(PYTHON), "-m", "tools.messages", "compile"])


def lock() -> None:
    """Resolve pyproject.toml: every version pinned, every file hashed; for the image without what only we need."""
    options = ["--quiet", "--universal", "--generate-hashes", "--no-header", "pyproject.toml"]
    compile_lock = [*uv(), "pip", "compile", *options]
    run([*compile_lock, "--group", "dev", "-o", "requirements.txt"], env=uv_environment())
    run(
        [*compile_lock, "--constraint", "requirements.txt", "--no-annotate", "-o", "deploy/requirements.txt"],
        env=uv_environment(),
    )


def uv() -> List[str]:
    """Answer the command that runs uv: this Python's own, or one fetched into var/tools."""
    own = [sys.executable, "-m", "uv"]
    if subprocess.run([*own, "--version"], env=uv_environment(), capture_output=True, check=False).returncode == 0:
        return own
    say("Fetching uv")
    # --target works where pip may not touch the system's packages (PEP 668), and without root.
    fetch = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
    if subprocess.run([*fetch, "--target", str(UV_FOLDER), UV], check=False).returncode:
        raise SetupFailed(
            "uv could not be fetched by '{} -m pip'. Give another Python with pip: make PYTHON=/path/to/python3 ...".format(
                sys.executable
            )
        )
    return own


def uv_environment() -> Dict[str, str]:
    """Answer the environment in which `python -m uv` also finds the uv under var/tools."""
    paths = [str(UV_FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
    # The system's certificates, as pip and curl use them: uv's own set knows no local proxy.
    return {"UV_SYSTEM_CERTS": "1", **os.environ, "PYTHONPATH": os.pathsep.join(paths)}


class Stamp:
    """A file that holds the digest of what something was made from."""

    def __init__(self, path: Path, made_from: Iterable[Path]) -> None:
        self.path = path
        self.made_from = sorted(made_from)

    def is_current(self) -> bool:
        """Tell whether nothing has changed since the stamp was written."""
        return self.path.exists() and self.path.read_text() == self.digest()

    def write(self) -> None:
        """Remember the present state as done."""
        self.path.write_text(self.digest())

    def digest(self) -> str:
        """Digest names and contents."""
        digest = hashlib.sha256()
        for path in self.made_from:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
            digest.update(path.read_bytes() if path.exists() else b"")
        return digest.hexdigest()


def sources(folder: Path) -> List[Path]:
    """List the files of the front end that its build reads."""
    made = {folder / "node_modules", folder / "dist"}
    found = []  # type: List[Path]
    for parent, folders, names in os.walk(str(folder)):
        folders[:] = [name for name in folders if Path(parent) / name not in made]
        found.extend(Path(parent) / name for name in names)
    return found


def run(command: List[str], cwd: Path = ROOT, env: Optional[Dict[str, str]] = None) -> None:
    """Run a step; where it fails, show what it said and end the whole."""
    done = subprocess.run(command, cwd=str(cwd), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        raise SetupFailed("This step failed: {}".format(" ".join(map(str, command))))


def say(what: str) -> None:
    """Tell the person what takes the time."""
    sys.stderr.write("{} ...\n".format(what))
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        main()
    except SetupFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
