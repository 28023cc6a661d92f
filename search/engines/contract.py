"""What every search engine promises. The contract tests hold each of them against it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from search.analysis.analyzer import Analysed
from search.documents.entry import Entry
from search.results import Sort

FACETS = ("kind", "region", "category", "price")
# Nobody pages further; a robot gets the last page.
DEEPEST = 1_000


class EngineDown(Exception):
    """The engine does not answer; nothing was lost, and it can be asked again later."""


class EngineBroken(Exception):
    """The index is missing or damaged: it must be built again from the rows."""


@dataclass(frozen=True)
class SearchRequest:
    """What is asked of an engine. An empty query lists everything."""

    query: Analysed
    kind: str = ""
    regions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    price_min: int | None = None
    price_max: int | None = None
    day: date | None = None
    near: tuple[float, float] | None = None
    within_km: float | None = None
    # What a map shows: south, west, north, east.
    box: tuple[float, float, float, float] | None = None
    sort: Sort = Sort.BEST
    offset: int = 0
    limit: int = 24
    mend: bool = True
    facets: bool = True


@dataclass(frozen=True)
class Hit:
    """One document found: its key ("listing:12"), its score, and the card that was indexed with it."""

    key: str
    score: float
    card: Mapping[str, Any]


@dataclass(frozen=True)
class SearchResponse:
    """What an engine answers.

    ``corrected`` is the query as it was mended, empty if it was searched as typed. ``lacking`` names what this engine could not do for this
    request, such as "ranking".
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    corrected: str = ""
    lacking: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Spelling:
    """A word of the index that is nearly the one typed."""

    word: str
    distance: int
    frequency: int


@dataclass(frozen=True)
class Operation:
    """One document at one version; without an entry it is deleted. Older versions never undo newer ones."""

    key: str
    version: int
    entry: Entry | None


@dataclass(frozen=True)
class Health:
    """Whether the engine can answer, how many documents it holds, and a word about it."""

    is_up: bool
    documents: int
    detail: str


class Rebuild(Protocol):
    """A new index being filled beside the one that answers."""

    def add(self, operations: Sequence[Operation]) -> Mapping[str, str]:
        """Put a batch into the new index; a newer version that got there first stays. Returns what was refused, by key, with the reason.

        Several threads may add at once.
        """
        ...


class Engine(Protocol):
    """A search engine. Every method but ``rebuild`` returns within seconds, or raises :class:`EngineDown`."""

    name: str

    def search(self, request: SearchRequest) -> SearchResponse:
        """Find documents: exactly first, with mended spelling only when little is found."""
        ...

    def search_each(self, requests: Sequence[SearchRequest]) -> list[SearchResponse]:
        """What each of several requests finds exactly as it stands, asked together: nothing is mended or left out."""
        ...

    def suggest(self, words: Sequence[str], limit: int) -> list[Hit]:
        """Documents whose title has all these words, the last one perhaps unfinished; most popular first."""
        ...

    def suggest_each(self, ways: Sequence[Sequence[str]], limit: int) -> list[list[Hit]]:
        """The same for several ways to say it, asked together; one list for each."""
        ...

    def apply(self, operations: Sequence[Operation]) -> dict[str, str]:
        """Send changes; what is older than what the index holds is passed over. Returns what was refused, by key, with the reason.

        While a rebuild runs, changes go to both indexes.

        :raises EngineBroken: there is no index to change.
        """
        ...

    def rebuild(self) -> AbstractContextManager[Rebuild]:
        """Fill a new index; when the block ends well, it takes the old one's place at once, else it is thrown away.

        :raises EngineDown: somebody else is filling one.
        """
        ...

    def versions(self) -> Iterator[tuple[str, int]]:
        """Every live document of the index with its version."""
        ...

    def health(self) -> Health:
        """How it is. Never raises."""
        ...

    def is_broken(self) -> bool:
        """Whether the index is missing or damaged, as opposed to the engine not answering. Never raises."""
        ...

    def refresh(self) -> None:
        """Make what was applied visible to searches at once; for tests and verification."""
        ...

    def drop(self) -> None:
        """Remove every index of this engine; for tests and throw-away indexes."""
        ...
