"""Answering a list of queries from a corpus, as lines of JSON."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from search.analysis.analyzer import Analyzer
from search.documents.entry import entry
from search.engines.contract import Engine, Operation, SearchRequest
from search.engines.elastic import ElasticsearchEngine
from search.engines.embedded import EmbeddedEngine
from search.evaluation.corpus import Corpus, read
from search.results import Kind

MOST_RESULTS = 50
PATIENCE = 120.0
KINDS = {"destination": Kind.DESTINATION, "product": Kind.GOODS}


def answer(*, corpus: Path, queries: Path, engine: str, url: str) -> Iterator[str]:
    """For each line of ``queries`` one line ``{"qid", "results": [names, best first]}``; what is offered beside does not count."""
    known = read(corpus)
    analyzer = Analyzer(known.names)
    with throw_away(engine, known, analyzer, url=url) as chosen, queries.open(encoding="utf-8-sig") as lines:
        yield from ask(chosen, lines, known, analyzer)


@contextmanager
def throw_away(engine: str, corpus: Corpus, analyzer: Analyzer, *, url: str) -> Iterator[Engine]:
    """An engine with an index of a corpus, gone when the block ends."""
    with TemporaryDirectory() as folder:
        chosen: Engine
        if engine == "elasticsearch":
            # No visitor waits here: what matters is what is found, on however busy a machine.
            chosen = ElasticsearchEngine(
                url=url, index=f"evaluate-{uuid4().hex[:12]}", analyzer=lambda: analyzer, seconds=PATIENCE
            )
        else:
            chosen = EmbeddedEngine(folder=Path(folder), analyzer=lambda: analyzer)
        try:
            with chosen.rebuild() as filling:
                filling.add([Operation(key, 1, entry(content, analyzer)) for key, content in corpus.contents.items()])
            chosen.refresh()
            yield chosen
        finally:
            chosen.drop()


def ask(engine: Engine, lines: Iterable[str], corpus: Corpus, analyzer: Analyzer) -> Iterator[str]:
    """Answer queries given as lines of JSON."""
    for line in lines:
        if not line.strip():
            continue
        asked = json.loads(line)
        request = SearchRequest(
            query=analyzer.query(asked["q"]),
            kind=KINDS.get(asked.get("type", ""), ""),
            limit=MOST_RESULTS,
            facets=False,
        )
        names = [corpus.contents[key].title.id for key in found(engine, request)]
        yield json.dumps({"qid": asked["qid"], "results": names}, ensure_ascii=False)


def found(engine: Engine, request: SearchRequest) -> list[str]:
    """Keys of what was found, best first; nothing for a query that holds no word."""
    return [hit.key for hit in engine.search(request).hits] if request.query else []
