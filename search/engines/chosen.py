"""The engine that the settings name."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from search import gazetteer
from search.engines.contract import Engine

# By name, since the Elasticsearch client takes a second to import, which embedded processes need not pay.
ENGINES = {
    "elasticsearch": "search.engines.elastic.ElasticsearchEngine",
    "embedded": "search.engines.embedded.EmbeddedEngine",
}


@cache
def engine() -> Engine:
    """The one engine of this process: Elasticsearch where its URL is set, else the embedded one."""
    kind = import_string(ENGINES[settings.SEARCH_ENGINE])
    if settings.SEARCH_ENGINE == "elasticsearch":
        chosen: Engine = kind(url=settings.SEARCH_URL, index=settings.SEARCH_INDEX, analyzer=gazetteer.analyzer)
    else:
        chosen = kind(folder=settings.SEARCH_FOLDER, analyzer=gazetteer.analyzer)
    return chosen
