"""The Elasticsearch engine, for production: one alias, one explicit mapping, versions given by us.

Text arrives analysed, so the index only splits at spaces. A search has one budget of time for all it asks, and what comes back is trusted no
further than it can be read; after failures the server is left alone, so that an outage costs each visitor nothing, and is tried again by itself.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, cast

from elastic_transport import ConnectionError as Unreachable
from elasticsearch import (
    ApiError,
    Elasticsearch,
    NotFoundError,
    TransportError,
    UnsupportedProductError,
    helpers,
)

from search.analysis.analyzer import Analyzer, Concept
from search.documents.entry import INDEX_FORM
from search.engines import elastic_terms as terms
from search.engines.circuit import Circuit, Failure
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
from search.engines.phases import in_phases, likeliest_first, most_edits, understood

# All that one search asks, together.
SEARCH_SECONDS = 1.5
SUGGEST_SECONDS = 0.6
LOOK_SECONDS = 2.0
BULK_SECONDS = 30.0
# A rebuild that began longer ago than this was killed; a million documents take less.
REBUILD_SECONDS = 1800.0
# Deleted documents keep their version this long, so that a late older version cannot bring them back.
TOMBSTONES = "1h"
# Whether a word occurs is remembered this long.
_SEEN_SECONDS, _MOST_SEEN = 10.0, 2_000
_TYPE = "application/vnd.elasticsearch+json; compatible-with=9"
_HEADERS = {"accept": _TYPE, "content-type": _TYPE}
# Several questions in one request, a line each.
_MANY = {**_HEADERS, "content-type": "application/vnd.elasticsearch+x-ndjson; compatible-with=9"}
_TOO_BUSY = frozenset({429, 500, 502, 503, 504})
# A minute in all: a small heap wants to breathe between a million documents.
_FILLING_RETRIES = 6


@contextmanager
def answering() -> Iterator[None]:
    """Tell a server that fails from an index that is missing.

    :raises Failure: the server does not answer, is too busy, or answers something that is no answer.
    :raises EngineBroken: it answers, and there is no such index.
    """
    try:
        yield
    except TransportError as failure:
        raise Failure(str(failure), is_certain=isinstance(failure, Unreachable)) from failure
    except NotFoundError as missing:
        raise EngineBroken(str(missing)) from missing
    except UnsupportedProductError as other:
        raise Failure("Something that is not Elasticsearch answers.") from other
    except ApiError as failure:
        if failure.status_code in _TOO_BUSY:
            raise Failure(str(failure)) from failure
        raise
    except (LookupError, TypeError, AttributeError, ValueError) as unreadable:
        raise Failure(f"The answer cannot be read: {unreadable!r}") from unreadable


class ElasticsearchEngine:
    """Elasticsearch behind the engines' contract."""

    name = "elasticsearch"

    def __init__(
        self, *, url: str, index: str, analyzer: Callable[[], Analyzer], seconds: float = SEARCH_SECONDS
    ) -> None:
        nodes = [node.strip() for node in url.split(",") if node.strip()]
        self.client = Elasticsearch(
            nodes,
            request_timeout=LOOK_SECONDS,
            # A node that is away is passed over; one that is slow is not asked twice.
            max_retries=len(nodes) - 1,
            retry_on_timeout=False,
            retry_on_status=(),
            dead_node_backoff_factor=0.5,
            max_dead_node_backoff=5,
            connections_per_node=16,
        )
        self.index = index
        self.building = f"{index}-building"
        self.analyzer = analyzer
        self.seconds = seconds
        # Long writes that time out say nothing about short questions.
        self.reading, self.writing = Circuit(), Circuit()
        self._budget = threading.local()
        self._seen: dict[tuple[object, ...], tuple[float, object]] = {}

    # Reading ---------------------------------------------------------------------------------------------------------
    def search(self, request: SearchRequest) -> SearchResponse:
        """Find documents: exactly first, with mended spelling only when little is found."""
        try:
            with self._within(self.seconds):
                return in_phases(
                    request,
                    run=self._run,
                    spellings=self._spellings,
                    occurs=lambda concept: self._occurs(concept, request.kind),
                    analyzer=self.analyzer(),
                )
        except (EngineBroken, ApiError) as broken:
            raise EngineDown(str(broken)) from broken

    def search_each(self, requests: Sequence[SearchRequest]) -> list[SearchResponse]:
        """What each of several requests finds exactly as it stands, asked together: nothing is mended or left out."""
        if not requests:
            return []
        try:
            with self._within(self.seconds):
                exact = [understood(request) for request in requests]
                answers = self._ask_all([_question(request) for request in exact])
                return [_response(request, answer) for request, answer in zip(exact, answers, strict=True)]
        except (EngineBroken, ApiError) as broken:
            raise EngineDown(str(broken)) from broken

    def suggest(self, words: Sequence[str], limit: int) -> list[Hit]:
        """Documents whose title has all these words, the last one perhaps unfinished; most popular first."""
        try:
            with self._within(SUGGEST_SECONDS):
                return [_hit(hit) for hit in self._ask(terms.suggesting(words, limit))["hits"]["hits"]]
        except (EngineBroken, ApiError) as broken:
            raise EngineDown(str(broken)) from broken

    def suggest_each(self, ways: Sequence[Sequence[str]], limit: int) -> list[list[Hit]]:
        """The same for several ways to say it, asked together; one list for each."""
        if not ways:
            return []
        try:
            with self._within(SUGGEST_SECONDS):
                answers = self._ask_all([terms.suggesting(words, limit) for words in ways])
                return [[_hit(hit) for hit in answer["hits"]["hits"]] for answer in answers]
        except (EngineBroken, ApiError) as broken:
            raise EngineDown(str(broken)) from broken

    def versions(self) -> Iterator[tuple[str, int]]:
        """Every live document of the index with its version."""
        with self.writing.passing(), answering():
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
            if self.is_broken():
                return Health(is_up=False, documents=documents, detail="The index is of another form.")
            return Health(is_up=True, documents=documents, detail=f"{status}, {', '.join(self._behind(self.index))}")
        except (ApiError, TransportError, LookupError, TypeError, ValueError) as failure:
            return Health(is_up=False, documents=0, detail=str(failure))

    def is_broken(self) -> bool:
        """Whether the server answers and has no index for us, or one with other fields."""
        try:
            return not any(self._is_of_this_form(name) for name in self._behind(self.index))
        except (ApiError, TransportError, LookupError, TypeError, ValueError):
            return False

    def refresh(self) -> None:
        """Make what was applied visible to searches at once."""
        with self.writing.passing(), answering():
            self.client.options(request_timeout=BULK_SECONDS).indices.refresh(index=self.index)

    # Writing ---------------------------------------------------------------------------------------------------------
    def apply(self, operations: Sequence[Operation]) -> dict[str, str]:
        """Send changes; what is older than what the index holds is passed over."""
        with self.writing.passing(), answering():
            self._seen.clear()
            # Never by an index's own name: written to after its removal, it would come back without a mapping. The one being
            # filled goes first: if they change places in between, the second finds its version there already.
            refused: dict[str, str] = {}
            if self._behind(self.building):
                refused |= self._bulk(self.building, operations, may_be_gone=True)
            return refused | self._bulk(self.index, operations)

    @contextmanager
    def rebuild(self) -> Iterator["_Filling"]:
        """Fill a new index; when the block ends well, the alias moves to it at once."""
        with self.writing.passing(), answering():
            self._make_way()
            fresh = f"{self.index}-f{INDEX_FORM}-{time.time_ns()}"
            terms.create(
                self.client.options(request_timeout=BULK_SECONDS), fresh, alias=self.building, tombstones=TOMBSTONES
            )
        try:
            yield _Filling(self)
            with self.writing.passing(), answering():
                patient = self.client.options(request_timeout=BULK_SECONDS)
                terms.finish(patient, fresh)
                old = self._behind(self.index)
                patient.indices.update_aliases(
                    actions=[
                        *({"remove_index": {"index": name}} for name in old),
                        {"remove": {"index": fresh, "alias": self.building}},
                        {"add": {"index": fresh, "alias": self.index}},
                    ]
                )
        except BaseException:
            # A server that is away keeps what was half built; the next rebuild forgets it.
            with suppress(ApiError, TransportError):
                self._forget(self.building)
            raise

    def drop(self) -> None:
        """Remove every index of this engine."""
        self._forget(self.building)
        self._forget(self.index)

    # Inside ----------------------------------------------------------------------------------------------------------
    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Ask several things within so many seconds, together."""
        with self.reading.passing(), answering():
            self._budget.until = time.monotonic() + seconds
            yield

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask one thing within what is left of the budget. Without the client's layers of objects, which cost more than the question.

        :raises Failure: the server does not answer in time, or not as Elasticsearch does.
        """
        left = self._left()
        meta, answer = self.client.transport.perform_request(
            "POST",
            f"/{self.index}/_search",
            body={**question, "timeout": _milliseconds(left)},
            headers=_HEADERS,
            request_timeout=left,
        )
        return _trusted(meta.status, meta.headers.get("x-elastic-product"), answer)

    def _ask_all(self, questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Ask several things in one request, which Elasticsearch works on side by side.

        :raises Failure: the server does not answer all of them in time, or not as Elasticsearch does.
        """
        left = self._left()
        lines = [line for question in questions for line in ({}, {**question, "timeout": _milliseconds(left)})]
        meta, answer = self.client.transport.perform_request(
            "POST", f"/{self.index}/_msearch", body=lines, headers=_MANY, request_timeout=left
        )
        product = meta.headers.get("x-elastic-product")
        answers = _trusted(meta.status, product, answer)["responses"]
        return [_trusted(one["status"], product, one) for one in answers]

    def _left(self) -> float:
        """The seconds that are left of the budget."""
        left: float = self._budget.until - time.monotonic()
        if left <= 0:
            raise Failure("The time for this search is over.")
        return left

    def _run(self, request: SearchRequest) -> SearchResponse:
        return _response(request, self._ask(_question(request)))

    def _occurs(self, concept: Concept, kind: str) -> bool:
        def look() -> bool:
            return _total(self._ask(terms.occurring(concept, kind))) > 0

        return self._lately(("occurs", kind, concept), look)

    def _spellings(self, word: str) -> list[Spelling]:
        most = most_edits(word)
        if not most:
            return []

        def look() -> list[Spelling]:
            found = self._ask(terms.spelling(word, most))["suggest"]["spell"][0]["options"]
            options = [
                Spelling(option["text"], terms.distance(word, option["text"], most), option["freq"])
                for option in found
                if option["text"] != word
            ]
            return likeliest_first(word, options)

        return list(self._lately(("spellings", word), look))

    def _lately[Known](self, what: tuple[object, ...], look: Callable[[], Known]) -> Known:
        """What was seen of a word within the last seconds, else seen now; slips come in swarms."""
        now = time.monotonic()
        seen = self._seen.get(what)
        if seen is None or now - seen[0] > _SEEN_SECONDS:
            if len(self._seen) > _MOST_SEEN:
                self._seen.clear()
            seen = self._seen[what] = (now, look())
        return cast("Known", seen[1])

    def _behind(self, alias: str) -> list[str]:
        """The index an alias stands for; none before the first rebuild."""
        try:
            return list(self.client.indices.get_alias(name=alias))
        except NotFoundError:
            return []

    def _is_of_this_form(self, name: str) -> bool:
        """Whether an index has the fields that are written and asked for now."""
        return name.startswith(f"{self.index}-f{INDEX_FORM}-")

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

    def _bulk(
        self, alias: str, operations: Sequence[Operation], *, may_be_gone: bool = False, retries: int = 0
    ) -> dict[str, str]:
        """Send a batch to the index behind an alias. Versions that come late are conflicts, and no fault; neither is deleting what is not there.

        :param retries: how often to wait, twice as long each time, while Elasticsearch says that it has too much to do.
        :raises EngineBroken: no index is behind the alias, and it may not be gone.
        """
        patient = self.client.options(request_timeout=BULK_SECONDS)
        refused: dict[str, str] = {}
        outcomes = helpers.streaming_bulk(
            patient,
            (_action(alias, operation) for operation in operations),
            chunk_size=500,
            max_retries=retries,
            initial_backoff=1,
            raise_on_error=False,
            raise_on_exception=True,
            require_alias=True,
        )
        for is_ok, outcome in outcomes:
            (done,) = outcome.values()
            error = done.get("error")
            if is_ok or done["status"] == 409 or (done["status"] == 404 and not error):
                continue
            if done["status"] == 404:
                if may_be_gone:
                    return {}
                raise EngineBroken(f"There is no index behind {alias}: {json.dumps(error)[:200]}")
            if done["status"] in _TOO_BUSY:
                raise Failure(f"Elasticsearch is too busy: {json.dumps(error)[:200]}")
            refused[done["_id"]] = json.dumps(error)[:300]
        return refused


class _Filling:
    """An index being filled."""

    def __init__(self, engine: ElasticsearchEngine) -> None:
        self.engine = engine

    def add(self, operations: Sequence[Operation]) -> dict[str, str]:
        """Put a batch into the new index; a newer version that got there first stays."""
        with self.engine.writing.passing(), answering():
            return self.engine._bulk(self.engine.building, operations, retries=_FILLING_RETRIES)


def _milliseconds(seconds: float) -> str:
    return f"{max(1, int(1000 * seconds))}ms"


def _trusted(status: int, product: str | None, answer: Any) -> dict[str, Any]:
    """An answer that is one."""
    if status in _TOO_BUSY:
        raise Failure(f"Elasticsearch answers {status}.")
    if status == 404:
        raise EngineBroken("There is no index.")
    if status >= 400:
        raise EngineDown(f"Elasticsearch refuses the question: {str(answer)[:200]}")
    if product != "Elasticsearch" or not isinstance(answer, dict):
        raise Failure("Something that is not Elasticsearch answers.")
    if answer.get("timed_out"):
        raise Failure("Elasticsearch ran out of time.")
    return answer


def _action(alias: str, operation: Operation) -> dict[str, Any]:
    action = {"_index": alias, "_id": operation.key, "version": operation.version, "version_type": "external"}
    if operation.entry is None:
        return action | {"_op_type": "delete"}
    return action | {"_op_type": "index", "_source": terms.source(operation.entry)}


def _question(request: SearchRequest) -> dict[str, Any]:
    start, stop = min(request.offset, DEEPEST), min(request.offset + request.limit, DEEPEST)
    return terms.asking(request, start, stop)


def _response(request: SearchRequest, answer: dict[str, Any]) -> SearchResponse:
    return SearchResponse(
        hits=tuple(_hit(hit) for hit in answer["hits"]["hits"]),
        total=_total(answer),
        facets=terms.counted(answer) if request.facets else {},
    )


def _hit(hit: dict[str, Any]) -> Hit:
    return Hit(key=hit["_id"], score=float(hit["_score"] or 0.0), card=hit["_source"]["card"])


def _total(answer: dict[str, Any]) -> int:
    return int(answer["hits"]["total"]["value"])
