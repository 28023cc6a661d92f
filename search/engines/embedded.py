"""The embedded engine: a tantivy index in a folder, for one machine.

What tantivy lacks is done here: versions (kept in the index, deleted documents as tombstones), ranking by more than words (the best 200 are
scored again), distance, and spelling. Any process may read; writers queue, and one batch is one short-lived writer.
"""

import json
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tantivy

from search.analysis.analyzer import Analysed, Analyzer, Concept
from search.analysis.spelling import distance_within
from search.engines import clauses as ask
from search.engines import tantivy_terms as terms
from search.engines.contract import (
    DEEPEST,
    FACETS,
    EngineBroken,
    EngineDown,
    Health,
    Hit,
    Operation,
    SearchRequest,
    SearchResponse,
    Spelling,
)
from search.engines.folders import Folders
from search.engines.phases import in_phases, likeliest_first, most_edits
from search.results import Sort

logger = logging.getLogger(__name__)

WRITER_MEMORY = 32_000_000
RESCORED = 200
_FACET_FIELDS = {"kind": "kind", "region": "region", "category": "category", "price": "price_band"}


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """Turn whatever goes wrong inside tantivy, panics included, into a broken index."""
    try:
        yield
    except (EngineDown, EngineBroken, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as failure:
        if not isinstance(failure, Exception) and type(failure).__name__ != "PanicException":
            raise
        raise EngineBroken(f"{what}: {failure}") from failure


def _open(generation: Path, *, create: bool = False) -> tantivy.Index:
    index = tantivy.Index(terms.SCHEMA, path=str(generation)) if create else tantivy.Index.open(str(generation))
    index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return index


@dataclass(frozen=True)
class _Reader:
    """An open index as of one commit."""

    stamp: tuple[str, int]
    index: tantivy.Index
    searcher: tantivy.Searcher
    vocabulary: dict[str, list[tuple[str, int]]]


class EmbeddedEngine:
    """tantivy behind the engines' contract."""

    name = "embedded"

    def __init__(self, *, folder: Path, analyzer: Callable[[], Analyzer]) -> None:
        self.folders = Folders(folder)
        self.analyzer = analyzer
        self._reader: _Reader | None = None
        self._opening = threading.Lock()

    # Reading ---------------------------------------------------------------------------------------------------------
    def search(self, request: SearchRequest) -> SearchResponse:
        """Find documents: exactly first, with mended spelling only when little is found."""
        try:
            with _guarded("search"):
                reader = self._read()
                return in_phases(
                    request,
                    run=lambda asked: self._run(reader, asked),
                    spellings=lambda word: self._spellings(reader, word),
                    occurs=lambda concept: self._occurs(reader, concept, request.kind),
                    analyzer=self.analyzer(),
                )
        except EngineBroken as broken:
            raise EngineDown(str(broken)) from broken

    def search_each(self, requests: Sequence[SearchRequest]) -> list[SearchResponse]:
        """What each of several requests finds exactly as it stands: nothing is mended or left out."""
        return [self.search(replace(request, mend=False)) for request in requests]

    def suggest(self, words: Sequence[str], limit: int) -> list[Hit]:
        """Documents whose title has all these words, the last one perhaps unfinished; most popular first."""
        try:
            with _guarded("suggest"):
                reader = self._read()
                *whole, last = words
                endings = [term for term, _ in reader.searcher.terms_with_prefix("title", last, limit=60)]
                if not endings:
                    return []
                must = [terms.term("title", word) for word in whole]
                must += [tantivy.Query.term_set_query(terms.SCHEMA, "title", endings), terms.live()]
                query = terms.all_of(must)
                found = reader.searcher.search(query, 60, count=False)
                ranked = self._rescored(reader, found.hits, SearchRequest(query=Analysed("", ())))
                return [self._hit(reader, score, address) for score, address in ranked[:limit]]
        except EngineBroken as broken:
            raise EngineDown(str(broken)) from broken

    def suggest_each(self, ways: Sequence[Sequence[str]], limit: int) -> list[list[Hit]]:
        """The same for several ways to say it; one list for each."""
        return [self.suggest(words, limit) for words in ways]

    def versions(self) -> Iterator[tuple[str, int]]:
        """Every live document of the index with its version."""
        with _guarded("versions"):
            reader = self._read()
            for _, address in reader.searcher.search(
                terms.live(), limit=max(1, reader.searcher.num_docs), count=False
            ).hits:
                stored: Any = reader.searcher.doc(address)
                yield stored.get_first("key"), stored.get_first("version")

    def health(self) -> Health:
        """How it is. Never raises."""
        try:
            with _guarded("health"):
                reader = self._read()
                documents = _count(reader.searcher, terms.live())
                return Health(is_up=True, documents=documents, detail=reader.stamp[0])
        except (EngineDown, EngineBroken) as broken:
            return Health(is_up=False, documents=0, detail=str(broken))

    def is_broken(self) -> bool:
        """Whether the index is missing or damaged."""
        return not self.health().is_up

    def refresh(self) -> None:
        """Commits are visible at once here."""

    # Writing ---------------------------------------------------------------------------------------------------------
    def apply(self, operations: Sequence[Operation]) -> dict[str, str]:
        """Send changes; what is older than what the index holds is passed over."""
        with self.folders.writing():
            current, building = self.folders.current(), self.folders.building()
            if current is None or not current.exists():
                raise EngineBroken("There is no index yet.")
            if not self.folders.is_of_this_form(current):
                raise EngineBroken("The index is of another form.")
            for generation in filter(None, (current, building)):
                self._write(generation, operations)
        return {}

    @contextmanager
    def rebuild(self) -> Iterator["_Filling"]:
        """Fill a new index; when the block ends well, it takes the old one's place at once."""
        with self.folders.rebuilding():
            with self.folders.writing():
                self.folders.forget_building()
                generation = self.folders.start()
                with _guarded("create"):
                    _open(generation, create=True)
            try:
                yield _Filling(self, generation)
            except BaseException:
                self.folders.forget_building()
                raise
            with self.folders.writing():
                self.folders.finish(generation)

    def drop(self) -> None:
        """Remove every index of this engine."""
        with self.folders.writing():
            (self.folders.folder / "current").unlink(missing_ok=True)
            self.folders.forget_building()
        self._reader = None

    def _write(self, generation: Path, operations: Sequence[Operation]) -> None:
        """Write a batch into one generation; the caller holds the writers' lock."""
        with _guarded("write"):
            index = _open(generation)
            searcher = index.searcher()
            newest: dict[str, Operation] = {}
            for operation in operations:
                if operation.version > newest.get(operation.key, Operation("", 0, None)).version:
                    newest[operation.key] = operation
            held = _held_versions(searcher, list(newest))
            writer = index.writer(WRITER_MEMORY, 1)
            for key, operation in newest.items():
                if operation.version <= held.get(key, 0):
                    continue
                writer.delete_documents_by_term("key", key)
                writer.add_document(terms.document_of(operation))
            writer.commit()
            writer.wait_merging_threads()

    # Inside ----------------------------------------------------------------------------------------------------------
    def _read(self) -> _Reader:
        """The index as it is now. Cheap when nothing changed: two small looks at the disk."""
        generation = self.folders.current()
        if generation is None:
            raise EngineBroken("There is no index yet.")
        if not self.folders.is_of_this_form(generation):
            raise EngineBroken("The index is of another form.")
        try:
            stamp = (generation.name, (generation / "meta.json").stat().st_mtime_ns)
        except FileNotFoundError as missing:
            raise EngineBroken("The index is gone.") from missing
        reader = self._reader
        if reader is not None and reader.stamp == stamp:
            return reader
        with self._opening:
            reader = self._reader
            if reader is None or reader.stamp != stamp:
                index = reader.index if reader is not None and reader.stamp[0] == stamp[0] else _open(generation)
                index.reload()
                reader = self._reader = _Reader(stamp=stamp, index=index, searcher=index.searcher(), vocabulary={})
        return reader

    def _run(self, reader: _Reader, request: SearchRequest) -> SearchResponse:
        matching = terms.matching(request.query)
        filters = terms.filters(request)
        query = terms.all_of([matching, *filters.values()])
        searcher = reader.searcher
        wanted = min(request.offset + request.limit, DEEPEST)
        lacking: set[str] = set()
        if request.sort in (Sort.CHEAPEST, Sort.DEAREST, Sort.NEWEST):
            field, order = {
                Sort.CHEAPEST: ("cheapest", tantivy.Order.Asc),
                Sort.DEAREST: ("dearest", tantivy.Order.Desc),
                Sort.NEWEST: ("created", tantivy.Order.Desc),
            }[request.sort]
            found: Any = searcher.search(query, max(1, wanted), order_by_field=field, order=order)
            total, ranked = found.count, [(0.0, address) for _, address in found.hits]
        else:
            window = DEEPEST if request.sort is Sort.NEAREST else max(RESCORED, wanted)
            found = searcher.search(query, window)
            total, ranked = found.count, self._rescored(reader, found.hits, request)
            if request.sort is Sort.NEAREST and total > window:
                lacking.add("distance")
        page = ranked[request.offset : wanted]
        return SearchResponse(
            hits=tuple(self._hit(reader, score, address) for score, address in page),
            total=total,
            facets=self._facets(searcher, matching, filters) if request.facets else {},
            lacking=frozenset(lacking),
        )

    @staticmethod
    def _rescored(reader: _Reader, hits: list[tuple[Any, Any]], request: SearchRequest) -> list[tuple[float, Any]]:
        # Beyond the window the words alone decide, so that later pages never repeat earlier ones.
        window = DEEPEST if request.sort is Sort.NEAREST else RESCORED
        hits, rest = hits[:window], list(hits[window:])
        addresses = [address for _, address in hits]
        if not addresses:
            return []
        values = {
            name: reader.searcher.fast_field_values(name, addresses)
            for name in ("popularity", "rating", "local", "created", "lat", "lon")
        }
        now = time.time()
        nearness = ask.Nearness.within(request.within_km)
        ranked: list[tuple[tuple[float, ...], float, Any]] = []
        for place, (score, address) in enumerate(hits):
            row: dict[str, Any] = {name: column[place] for name, column in values.items()}
            distance = math.inf
            if request.near is not None and row["lat"] is not None:
                distance = ask.kilometres(request.near, (row["lat"], row["lon"]))
            score *= min(nearness.most, 1 + _quality(row, distance, now, nearness))
            order = (distance, -score) if request.sort is Sort.NEAREST else (-score,)
            ranked.append((order, score, address))
        ranked.sort(key=lambda entry: entry[0])
        return [(score, address) for _, score, address in ranked] + rest

    @staticmethod
    def _hit(reader: _Reader, score: float, address: Any) -> Hit:
        document: Any = reader.searcher.doc(address)
        return Hit(key=document.get_first("key"), score=score, card=json.loads(document.get_first("card")))

    @staticmethod
    def _facets(
        searcher: tantivy.Searcher, matching: tantivy.Query, filters: Mapping[str, tantivy.Query]
    ) -> dict[str, dict[str, int]]:
        counted: dict[str, dict[str, int]] = {}
        for facet in FACETS:
            others = [query for name, query in filters.items() if name != facet]
            answer = searcher.aggregate(
                terms.all_of([matching, *others]), {"it": {"terms": {"field": _FACET_FIELDS[facet], "size": 100}}}
            )
            counted[facet] = {bucket["key"]: bucket["doc_count"] for bucket in answer["it"]["buckets"] if bucket["key"]}
        return counted

    @staticmethod
    def _occurs(reader: _Reader, concept: Concept, kind: str) -> bool:
        among = [terms.term("kind", kind)] if kind else []
        query = terms.all_of([terms.one_concept(concept), terms.live(), *among])
        return bool(_count(reader.searcher, query))

    @staticmethod
    def _spellings(reader: _Reader, word: str) -> list[Spelling]:
        most = most_edits(word)
        if not most:
            return []
        first = word[0]
        if first not in reader.vocabulary:
            reader.vocabulary[first] = reader.searcher.terms_with_prefix("spell", first)
        found = []
        for known, frequency in reader.vocabulary[first]:
            if known != word and abs(len(known) - len(word)) <= most and len(known) > 3:
                distance = distance_within(word, known, most)
                if distance is not None:
                    found.append(Spelling(known, distance, frequency))
        return likeliest_first(word, found)


class _Filling:
    """A generation being filled."""

    def __init__(self, engine: EmbeddedEngine, generation: Path) -> None:
        self.engine = engine
        self.generation = generation

    def add(self, operations: Sequence[Operation]) -> dict[str, str]:
        """Put a batch into the new index; a newer version that got there first stays."""
        with self.engine.folders.writing():
            self.engine._write(self.generation, operations)
        return {}


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    found: Any = searcher.search(query, 1)
    return int(found.count)


def _held_versions(searcher: tantivy.Searcher, keys: list[str]) -> dict[str, int]:
    if not keys:
        return {}
    held: dict[str, int] = {}
    for _, address in searcher.search(
        tantivy.Query.term_set_query(terms.SCHEMA, "key", keys), len(keys), count=False
    ).hits:
        document: Any = searcher.doc(address)
        held[document.get_first("key")] = document.get_first("version")
    return held


def _quality(row: Mapping[str, Any], distance: float, now: float, nearness: ask.Nearness) -> float:
    """What a document is worth beyond its words, 0 to about 1."""
    quality = ask.POPULARITY_WEIGHT * math.log1p(row["popularity"] or 0.0)
    quality += ask.RATING_WEIGHT * (row["rating"] or 0.0) / 5 + ask.LOCAL_WEIGHT * (row["local"] or 0.0)
    if distance < math.inf:
        quality += nearness.weight * _falling(distance, nearness.near, nearness.far)
    age_days = (now - (row["created"] or 0)) / 86_400
    return quality + ask.FRESHNESS_WEIGHT * _falling(age_days, ask.FRESH_DAYS, ask.STALE_DAYS)


def _falling(value: float, offset: float, scale: float) -> float:
    """1 up to ``offset``, then falling like a bell, a half at ``offset + scale``."""
    return float(0.5 ** ((max(0.0, value - offset) / scale) ** 2))
