"""The engine that the settings name."""

from functools import cache

from django.conf import settings

from search import gazetteer
from search.engines.contract import Engine
from search.engines.elastic import ElasticsearchEngine
from search.engines.embedded import EmbeddedEngine


@cache
def engine() -> Engine:
    """The one engine of this process: Elasticsearch where its URL is set, else the embedded one."""
    if settings.SEARCH_ENGINE == "elasticsearch":
        return ElasticsearchEngine(url=settings.SEARCH_URL, index=settings.SEARCH_INDEX, analyzer=gazetteer.analyzer)
    return EmbeddedEngine(folder=settings.SEARCH_FOLDER, analyzer=gazetteer.analyzer)
