"""Answering a list of queries from a corpus, as lines of JSON."""

import json
from collections.abc import Iterable, Iterator
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
KINDS = {"destination": Kind.DESTINATION, "product": Kind.GOODS}


def answer(*, corpus: Path, queries: Path, engine: str, url: str) -> Iterator[str]:
    """For each line of ``queries`` one line ``{"qid", "results": [names, best first]}``; what is offered beside does not count."""
    known = read(corpus)
    analyzer = Analyzer(known.names)
    with TemporaryDirectory() as folder:
        chosen: Engine
        if engine == "elasticsearch":
            chosen = ElasticsearchEngine(url=url, index=f"evaluate-{uuid4().hex[:12]}", analyzer=lambda: analyzer)
        else:
            chosen = EmbeddedEngine(folder=Path(folder), analyzer=lambda: analyzer)
        try:
            fill(chosen, known, analyzer)
            with queries.open(encoding="utf-8") as lines:
                yield from ask(chosen, lines, known, analyzer)
        finally:
            chosen.drop()


def fill(engine: Engine, corpus: Corpus, analyzer: Analyzer) -> None:
    """Build an index of a corpus."""
    with engine.rebuild() as filling:
        filling.add([Operation(key, 1, entry(content, analyzer)) for key, content in corpus.contents.items()])
    engine.refresh()


def ask(engine: Engine, lines: Iterable[str], corpus: Corpus, analyzer: Analyzer) -> Iterator[str]:
    """Answer queries given as lines of JSON."""
    for line in lines:
        if not line.strip():
            continue
        asked = json.loads(line)
        kind = KINDS.get(asked.get("type", ""), "")
        request = SearchRequest(query=analyzer.query(asked["q"]), kind=kind, limit=MOST_RESULTS, facets=False)
        hits = engine.search(request).hits if request.query else ()
        names = [corpus.contents[hit.key].title.id for hit in hits]
        yield json.dumps({"qid": asked["qid"], "results": names}, ensure_ascii=False)
