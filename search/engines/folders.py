"""The folders of the embedded index: which generation answers, which one is being built, and who may write.

``<folder>/current`` names the generation that answers, ``building`` the one being filled. Both are replaced whole, so that a process sees
one or the other. Writers in any process queue at one lock file, which a killed process lets go of by itself.
"""

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.documents.entry import INDEX_FORM
from search.engines.contract import EngineDown

_FORM = f"g{INDEX_FORM}-"


class Folders:
    """Generations of an index below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Path | None:
        """The generation that answers."""
        return self._named("current")

    def building(self) -> Path | None:
        """The generation being filled beside it."""
        return self._named("building")

    def start(self) -> Path:
        """An empty generation to be filled; one that was left unfinished is forgotten."""
        generation = self.folder / f"{_FORM}{time.time_ns()}"
        generation.mkdir(parents=True)
        self._point("building", generation)
        return generation

    def is_of_this_form(self, generation: Path) -> bool:
        """Whether a generation has the fields that are written and asked for now."""
        return generation.name.startswith(_FORM)

    def finish(self, generation: Path) -> None:
        """Let a filled generation answer, and remove the others."""
        self._point("current", generation)
        self.forget_building()

    def forget_building(self) -> None:
        """Stop filling; remove what does not answer."""
        (self.folder / "building").unlink(missing_ok=True)
        kept = self.current()
        for other in self.folder.glob("g*"):
            if other != kept:
                shutil.rmtree(other, ignore_errors=True)

    @contextmanager
    def writing(self, wait: float = 30.0) -> Iterator[None]:
        """Be the only writer.

        :raises EngineDown: another one has been writing for longer than ``wait`` seconds.
        """
        with self._locked("writer.lock", wait=wait, busy="Another process is writing to the index."):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Be the only one who fills a new generation.

        :raises EngineDown: somebody else does.
        """
        with self._locked("rebuild.lock", wait=0.0, busy="The index is being built again already."):
            yield

    @contextmanager
    def _locked(self, name: str, *, wait: float, busy: str) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + wait
        with (self.folder / name).open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise EngineDown(busy) from None
                    time.sleep(0.02)
            yield

    def _named(self, pointer: str) -> Path | None:
        try:
            name = (self.folder / pointer).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        return self.folder / name if name else None

    def _point(self, pointer: str, generation: Path) -> None:
        fresh = self.folder / f"{pointer}.new"
        fresh.write_text(generation.name, encoding="ascii")
        fresh.replace(self.folder / pointer)
