"""The Elasticsearch engine, for production: one alias, one explicit mapping, versions given by us.

Text arrives analysed, so the index only splits at spaces. Searches wait two seconds at most; after a failure the engine is left alone for a few
seconds, so that an outage costs each visitor nothing, and is then tried again.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError, helpers
from elasticsearch.dsl import Search

from search.analysis.analyzer import Analyzer, Concept
from search.engines import elastic_terms as terms
from search.engines.contract import (
    DEEPEST,
    EngineBroken,
    EngineDown,
    Health,
    Hit,
    Operation,
    SearchRequest,
    SearchResponse,
    Spelling,
)
from search.engines.phases import in_phases, likeliest_first, most_edits

SEARCH_SECONDS = 2.0
BULK_SECONDS = 30.0
# How long a failing server is left alone.
REST_SECONDS = 5.0
# A rebuild that began longer ago than this was killed; a million documents take less.
REBUILD_SECONDS = 1800.0
# Deleted documents keep their version this long, so that a late older version cannot bring them back.
TOMBSTONES = "1h"


class Circuit:
    """Stops asking a server that does not answer; closes again by itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open_until = 0.0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Ask, unless it failed a moment ago.

        :raises EngineDown: it failed a moment ago, or does now.
        """
        if self._clock() < self._open_until:
            raise EngineDown("Elasticsearch failed a moment ago.")
        try:
            yield
        except TransportError as failure:
            self._open_until = self._clock() + REST_SECONDS
            raise EngineDown(str(failure)) from failure
        except NotFoundError as missing:
            raise EngineBroken(str(missing)) from missing
        except ApiError as failure:
            if failure.status_code in (429, 502, 503, 504):
                self._open_until = self._clock() + REST_SECONDS
                raise EngineDown(str(failure)) from failure
            raise


class ElasticsearchEngine:
    """Elasticsearch behind the engines' contract."""

    name = "elasticsearch"

    def __init__(self, *, url: str, index: str, analyzer: Callable[[], Analyzer]) -> None:
        self.client = Elasticsearch(
            url,
            request_timeout=SEARCH_SECONDS,
            max_retries=0,
            retry_on_timeout=False,
            dead_node_backoff_factor=0.1,
            max_dead_node_backoff=2,
        )
        self.index = index
        self.building = f"{index}-building"
        self.analyzer = analyzer
        self.circuit = Circuit()

    # Reading ---------------------------------------------------------------------------------------------------------
    def search(self, request: SearchRequest) -> SearchResponse:
        """Find documents: exactly first, with mended spelling only when little is found."""
        try:
            with self.circuit.passing():
                return in_phases(
                    request,
                    run=self._run,
                    spellings=self._spellings,
                    occurs=lambda concept: self._occurs(concept, request.kind),
                    analyzer=self.analyzer(),
                )
        except (EngineBroken, ApiError) as broken:
            raise EngineDown(str(broken)) from broken

    def suggest(self, words: Sequence[str], limit: int) -> list[Hit]:
        """Documents whose title has all these words, the last one perhaps unfinished; most popular first."""
        try:
            with self.circuit.passing():
                answer = terms.suggesting(self._new(), words)[:limit].execute()
                return [_hit(hit) for hit in _hits(answer)]
        except (EngineBroken, ApiError) as broken:
            raise EngineDown(str(broken)) from broken

    def versions(self) -> Iterator[tuple[str, int]]:
        """Every live document of the index with its version."""
        with self.circuit.passing():
            found = helpers.scan(
                self.client.options(request_timeout=BULK_SECONDS),
                index=self.index,
                query={"query": {"match_all": {}}, "version": True, "_source": False},
                size=2_000,
            )
            for hit in found:
                yield hit["_id"], hit["_version"]

    def health(self) -> Health:
        """How it is. Never raises."""
        try:
            status = self.client.cluster.health()["status"]
            documents = int(self.client.count(index=self.index)["count"])
            return Health(is_up=True, documents=documents, detail=f"{status}, {', '.join(self._behind(self.index))}")
        except (ApiError, TransportError) as failure:
            return Health(is_up=False, documents=0, detail=str(failure))

    def is_broken(self) -> bool:
        """Whether the server answers and has no index for us."""
        try:
            return not self._behind(self.index)
        except (ApiError, TransportError):
            return False

    def refresh(self) -> None:
        """Make what was applied visible to searches at once."""
        with self.circuit.passing():
            self.client.indices.refresh(index=self.index)

    # Writing ---------------------------------------------------------------------------------------------------------
    def apply(self, operations: Sequence[Operation]) -> dict[str, str]:
        """Send changes; what is older than what the index holds is passed over."""
        with self.circuit.passing():
            targets = [*self._behind(self.index), *self._behind(self.building)]
            if not self._behind(self.index):
                raise EngineBroken("There is no index yet.")
            refused: dict[str, str] = {}
            for target in targets:
                refused |= self._bulk(target, operations)
            return refused

    @contextmanager
    def rebuild(self) -> Iterator["_Filling"]:
        """Fill a new index; when the block ends well, the alias moves to it at once."""
        with self.circuit.passing():
            self._make_way()
            fresh = f"{self.index}-{time.time_ns()}"
            terms.create(
                self.client.options(request_timeout=BULK_SECONDS), fresh, alias=self.building, tombstones=TOMBSTONES
            )
        try:
            yield _Filling(self, fresh)
            with self.circuit.passing():
                patient = self.client.options(request_timeout=BULK_SECONDS)
                patient.indices.refresh(index=fresh)
                old = self._behind(self.index)
                patient.indices.update_aliases(
                    actions=[
                        *({"remove_index": {"index": name}} for name in old),
                        {"remove": {"index": fresh, "alias": self.building}},
                        {"add": {"index": fresh, "alias": self.index}},
                    ]
                )
        except BaseException:
            self._forget(self.building)
            raise

    def drop(self) -> None:
        """Remove every index of this engine."""
        self._forget(self.building)
        self._forget(self.index)

    # Inside ----------------------------------------------------------------------------------------------------------
    def _new(self) -> Search[Any]:
        return Search(using=self.client, index=self.index)

    def _run(self, request: SearchRequest) -> SearchResponse:
        start, stop = min(request.offset, DEEPEST), min(request.offset + request.limit, DEEPEST)
        search = terms.asking(self._new(), request)[start:stop]
        answer = search.execute()
        return SearchResponse(
            hits=tuple(_hit(hit) for hit in _hits(answer)),
            total=_total(answer),
            facets=terms.counted(answer) if request.facets else {},
        )

    def _occurs(self, concept: Concept, kind: str) -> bool:
        search = self._new().query(terms.occurring(concept, kind)).extra(size=0, terminate_after=1)
        return _total(search.execute()) > 0

    def _spellings(self, word: str) -> list[Spelling]:
        most = most_edits(word)
        if not most:
            return []
        found = terms.spelling(self._new(), word, most).execute().suggest["spell"][0].options
        options = [
            Spelling(option.text, terms.distance(word, option.text, most), option.freq)
            for option in found
            if option.text != word
        ]
        return likeliest_first(word, options)

    def _behind(self, alias: str) -> list[str]:
        """The index an alias stands for; none before the first rebuild."""
        try:
            return list(self.client.indices.get_alias(name=alias))
        except NotFoundError:
            return []

    def _make_way(self) -> None:
        """Forget a rebuild that was never finished.

        :raises EngineDown: it may still be going on.
        """
        for name in self._behind(self.building):
            age = time.time() - int(name.rpartition("-")[2]) / 1e9
            if age < REBUILD_SECONDS:
                raise EngineDown(f"The index is being built again already, for {age:.0f} seconds.")
        self._forget(self.building)

    def _forget(self, alias: str) -> None:
        for name in self._behind(alias):
            self.client.options(request_timeout=BULK_SECONDS).indices.delete(index=name, ignore_unavailable=True)

    def _bulk(self, target: str, operations: Sequence[Operation]) -> dict[str, str]:
        """Send a batch to one index. Versions that come late are conflicts, and no fault; neither is deleting what is not there."""
        patient = self.client.options(request_timeout=BULK_SECONDS)
        refused: dict[str, str] = {}
        outcomes = helpers.streaming_bulk(
            patient,
            (_action(target, operation) for operation in operations),
            chunk_size=500,
            raise_on_error=False,
            raise_on_exception=True,
        )
        for is_ok, outcome in outcomes:
            (done,) = outcome.values()
            if is_ok or done["status"] in (404, 409):
                continue
            if done["status"] in (429, 503):
                raise EngineDown(f"Elasticsearch is too busy: {done.get('error')}")
            refused[done["_id"]] = json.dumps(done.get("error"))[:300]
        return refused


class _Filling:
    """An index being filled."""

    def __init__(self, engine: ElasticsearchEngine, name: str) -> None:
        self.engine = engine
        self.name = name

    def add(self, operations: Sequence[Operation]) -> None:
        """Put a batch into the new index; a newer version that got there first stays."""
        with self.engine.circuit.passing():
            refused = self.engine._bulk(self.name, operations)
        if refused:
            raise EngineBroken(f"{len(refused)} documents were refused, first: {next(iter(refused.values()))}")


def _action(target: str, operation: Operation) -> dict[str, Any]:
    action = {"_index": target, "_id": operation.key, "version": operation.version, "version_type": "external"}
    if operation.entry is None:
        return action | {"_op_type": "delete"}
    return action | {"_op_type": "index", "_source": terms.source(operation.entry)}


def _hit(hit: Any) -> Hit:
    return Hit(key=hit["_id"], score=float(hit["_score"] or 0.0), card=hit["_source"]["card"].to_dict())


def _hits(answer: Any) -> list[Any]:
    found: list[Any] = answer.hits.hits
    return found


def _total(answer: Any) -> int:
    return int(answer.hits.total.value)
