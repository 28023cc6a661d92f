"""A search server that is away, hangs, talks nonsense or comes back: results come all the same, in time, and it is found again by itself."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import pytest

from search import queries, suggestions
from search.engines import elastic
from search.engines.circuit import FIRST_PAUSE, LONGEST_PAUSE, LONGEST_TRY, MOST_FAILURES, Circuit, Failure
from search.engines.contract import EngineBroken, EngineDown, Operation
from search.engines.elastic import SEARCH_SECONDS, ElasticsearchEngine
from tests.search.corpus import ANALYZER, ask
from tests.search.province import NOW

PRODUCT = "X-Elastic-Product: Elasticsearch\r\nContent-Type: application/vnd.elasticsearch+json;compatible-with=9\r\n"


def reply(body: str, *, status: str = "200 OK", headers: str = PRODUCT, length: int | None = None) -> bytes:
    size = len(body.encode()) if length is None else length
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {size}\r\n\r\n{body}".encode()


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A real socket that does with each connection what it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

        def handle(connection: socket.socket) -> None:
            with connection:
                try:
                    hear_out(connection)
                    answer(connection)
                except OSError:
                    pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            with socket.create_connection(listening.getsockname()):
                pass
            thread.join(5)


def hear_out(connection: socket.socket) -> None:
    """Read a whole request: who hangs up with a part of it unread resets the connection, and its answer may get lost."""
    head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")
    told = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    left = int(told[1]) - len(body) if told else 0
    while left > 0 and (more := connection.recv(65_536)):
        left -= len(more)


def hangs(connection: socket.socket) -> None:
    connection.settimeout(20)
    connection.recv(1)


def says(*parts: bytes, then: Callable[[socket.socket], None] | None = None) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        if then is not None:
            then(connection)

    return answer


FAULTS = {
    "hangs": hangs,
    "hangs after half an answer": says(reply('{"took": 1, "hits"', length=5_000), then=hangs),
    "hangs up": says(),
    "hangs up in the middle": says(reply('{"took": 1', length=5_000)),
    "is no HTTP server": says(b"220 ftp ready\r\n"),
    "is another server": says(reply("<html>It works</html>", headers="Content-Type: text/html\r\n")),
    "answers what is no JSON": says(reply('{"took": 1, "hits": {"total"')),
    "answers an empty object": says(reply("{}")),
    "answers a list": says(reply("[1, 2]")),
    "answers null": says(reply("null")),
    "answers hits without documents": says(reply('{"hits": {"total": {"value": 3}, "hits": [{"_id": "x"}]}}')),
    "is overloaded": says(reply('{"error": "es_rejected_execution_exception"}', status="429 Too Many Requests")),
    "fails": says(reply('{"error": "boom"}', status="500 Internal Server Error")),
    "has no master": says(reply('{"error": "no master"}', status="503 Service Unavailable")),
    "refuses the query": says(reply('{"error": {"type": "parsing_exception"}}', status="400 Bad Request")),
    "has lost the index": says(reply('{"error": {"type": "index_not_found_exception"}}', status="404 Not Found")),
}


def engine_at(url: str) -> ElasticsearchEngine:
    return ElasticsearchEngine(url=url, index="outage", analyzer=lambda: ANALYZER)


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_every_fault_is_an_engine_that_is_down_and_is_so_in_time(self, fault):
        with server(FAULTS[fault]) as url:
            engine = engine_at(url)
            began = perf_counter()
            with pytest.raises(EngineDown):
                engine.search(ask("jam gadang"))
            with pytest.raises(EngineDown):
                engine.suggest(["jam"], 8)
            # Both have a budget; twice it is room for a busy machine.
            assert perf_counter() - began < 2 * (SEARCH_SECONDS + elastic.SUGGEST_SECONDS)
            assert not engine.health().is_up

    def test_a_refused_connection_costs_nothing_and_opens_at_once(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        engine = engine_at(url)
        engine.reading._clock = Clock()
        with pytest.raises(EngineDown, match="Connection"):
            engine.search(ask("jam gadang"))
        for _ in range(200):
            with pytest.raises(EngineDown, match="left alone"):
                engine.search(ask("jam gadang"))

    def test_all_that_one_search_asks_shares_one_budget(self, monkeypatch):
        nothing = json.dumps(
            {"took": 1, "timed_out": False, "hits": {"total": {"value": 0}, "hits": []}, "aggregations": {}}
        )

        def slowly(connection: socket.socket) -> None:
            while True:
                threading.Event().wait(0.4)
                connection.sendall(reply(nothing))
                if not connection.recv(65_536):
                    return

        monkeypatch.setattr(elastic, "SEARCH_SECONDS", 1.0)
        with server(slowly) as url:
            engine = engine_at(url)
            began = perf_counter()
            with pytest.raises(EngineDown):
                # Each of these words would be asked for on its own.
                engine.search(ask("rendnag mannjau bukitinggi sonket karupuk", facets=False))
            assert perf_counter() - began < 2.0

    def test_writes_that_fail_do_not_stop_questions(self):
        with server(FAULTS["has no master"]) as url:
            engine = engine_at(url)
            for _ in range(MOST_FAILURES):
                with pytest.raises(EngineDown):
                    engine.apply([])
            assert (engine.writing.is_closed, engine.reading.is_closed) == (False, True)

    def test_a_missing_index_is_broken_and_no_outage(self):
        with server(FAULTS["has lost the index"]) as url:
            engine = engine_at(url)
            for _ in range(MOST_FAILURES + 1):
                with pytest.raises(EngineDown):
                    engine.search(ask("jam"))
            assert engine.reading.is_closed
            with pytest.raises(EngineBroken):
                engine.refresh()

    def test_filling_a_new_index_waits_while_the_server_has_too_much_to_do(self, monkeypatch):
        pauses: list[float] = []
        monkeypatch.setattr("elasticsearch.helpers.actions.time.sleep", pauses.append)
        done = {"errors": False, "items": [{"index": {"_id": "listing:1", "status": 201}}]}
        busy = reply('{"error": "circuit_breaking_exception"}', status="429 Too Many Requests")
        answers = [busy, busy, reply(json.dumps(done))]
        with server(lambda connection: connection.sendall(answers.pop(0) if answers else b"")) as url:
            assert elastic._Filling(engine_at(url)).add([Operation("listing:1", 1, None)]) == {}
        assert (answers, pauses) == ([], [1, 2])


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class TestCircuit:
    @pytest.fixture
    def clock(self):
        return Clock()

    @pytest.fixture
    def circuit(self, clock):
        return Circuit(clock)

    @staticmethod
    def fail(circuit, *, is_certain=False):
        with pytest.raises(Failure), circuit.passing():
            raise Failure("gone", is_certain=is_certain)

    def test_opens_after_failures_in_a_row_only(self, circuit):
        for _ in range(MOST_FAILURES - 1):
            self.fail(circuit)
        with circuit.passing():
            pass
        for _ in range(MOST_FAILURES - 1):
            self.fail(circuit)
        assert circuit.is_closed
        self.fail(circuit)
        with pytest.raises(EngineDown, match="left alone"), circuit.passing():
            pytest.fail("nobody may ask")

    def test_lets_one_try_through_and_closes_when_it_succeeds(self, circuit, clock):
        self.fail(circuit, is_certain=True)
        clock.now += FIRST_PAUSE
        with circuit.passing(), pytest.raises(EngineDown, match="being tried"), circuit.passing():
            pytest.fail("only one tries")
        assert circuit.is_closed

    def test_a_try_that_fails_doubles_the_pause_up_to_a_limit(self, circuit, clock):
        self.fail(circuit, is_certain=True)
        pauses = []
        for pause in (1, 2, 4, 8, 15, 15):
            clock.now += pause - 0.01
            with pytest.raises(EngineDown, match="left alone"), circuit.passing():
                pass
            clock.now += 0.01
            self.fail(circuit)
            pauses.append(pause)
        assert max(pauses) == LONGEST_PAUSE

    def test_what_is_no_failure_of_the_server_neither_opens_nor_blocks_it(self, circuit, clock):
        for _ in range(10):
            with pytest.raises(EngineBroken), circuit.passing():
                raise EngineBroken
        assert circuit.is_closed
        self.fail(circuit, is_certain=True)
        clock.now += FIRST_PAUSE
        with pytest.raises(EngineBroken), circuit.passing():
            raise EngineBroken
        with circuit.passing():
            pass
        assert circuit.is_closed

    def test_a_try_that_never_comes_back_is_followed_by_another(self, circuit, clock):
        self.fail(circuit, is_certain=True)
        clock.now += FIRST_PAUSE
        circuit.passing().__enter__()
        clock.now += LONGEST_TRY
        with circuit.passing():
            pass
        assert circuit.is_closed

    def test_of_many_at_once_a_single_one_tries(self, circuit, clock):
        self.fail(circuit, is_certain=True)
        clock.now += FIRST_PAUSE
        start, inside = threading.Barrier(16), threading.Event()
        passed = []

        def ask_once() -> None:
            start.wait()
            try:
                with circuit.passing():
                    passed.append(1)
                    inside.wait(5)
            except EngineDown:
                passed.append(0)
                if passed.count(0) == 15:
                    inside.set()

        threads = [threading.Thread(target=ask_once) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(passed) == [0] * 15 + [1]


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(params=["refused", "hangs", "is another server", "answers what is no JSON", "has no master"])
    def away(self, request, province, monkeypatch):
        """The chosen engine is an Elasticsearch with this fault; the rows are those of the province."""
        if request.param == "refused":
            engine = engine_at("http://127.0.0.1:9")
            monkeypatch.setattr(queries, "engine", lambda: engine)
            monkeypatch.setattr(suggestions, "engine", lambda: engine)
            yield engine
            return
        with server(FAULTS[request.param]) as url:
            engine = engine_at(url)
            monkeypatch.setattr(queries, "engine", lambda: engine)
            monkeypatch.setattr(suggestions, "engine", lambda: engine)
            yield engine

    def test_page_api_and_suggestions_answer_and_say_that_they_are_limited(self, away, client):
        page = client.get("/cari/", {"q": "rendang"}, headers={"host": "lapau.localhost:8000"})
        assert page.status_code == 200
        assert "Pencarian sedang terbatas" in page.content.decode()
        assert "Rendang daging" in page.content.decode()
        answer = client.get("/api/v1/search", {"q": "rendang"})
        assert (answer.status_code, answer.json()["limited"], answer.json()["total"]) == (200, True, 4)
        lines = client.get("/api/v1/suggest", {"q": "rend"}).json()["suggestions"]
        assert "Rendang daging" in [line["text"] for line in lines]

    def test_nothing_found_still_leaves_a_way_on(self, away):
        page = queries.search("laptop gaming", now=NOW)
        assert (page.total, page.limited, page.beside_reason) == (0, True, "popular")
        assert page.ways_on


@pytest.mark.django_db
def test_a_server_that_comes_back_is_found_by_itself(province, monkeypatch):
    """The server answers nonsense, then is replaced by one that answers; nobody has to do anything."""
    down = True
    found = json.dumps({"timed_out": False, "hits": {"total": {"value": 0}, "hits": []}})

    def answer(connection: socket.socket) -> None:
        connection.sendall(reply("{") if down else reply(found))

    with server(answer) as url:
        engine = engine_at(url)
        clock = Clock()
        engine.reading._clock = clock
        monkeypatch.setattr(suggestions, "engine", lambda: engine)
        for _ in range(MOST_FAILURES):
            with pytest.raises(EngineDown):
                engine.suggest(["jam"], 8)
        assert not engine.reading.is_closed
        assert queries.suggest("jam gadang")[0].text == "Jam Gadang"
        down = False
        clock.now += FIRST_PAUSE
        assert engine.suggest(["jam"], 8) == []
        assert engine.reading.is_closed
