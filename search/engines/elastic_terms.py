"""The index of the Elasticsearch engine: its mapping, a document as it is sent, and a request as elasticsearch.dsl says it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from math import log1p
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import SF, A, Mapping, Q, Search, analyzer
from elasticsearch.dsl.query import Query

from search.analysis.analyzer import Analysed, Concept
from search.analysis.spelling import distance_within
from search.documents.content import ANY_DAY
from search.documents.entry import TEXT_WEIGHTS, Entry
from search.engines import clauses as ask
from search.engines.contract import FACETS, SearchRequest
from search.results import Sort

# What a line under the search box shows of a card.
SUGGESTED = ("title", "kind", "place", "link")
_NO_WORDS = Analysed("", ())
_FACET_FIELDS = {"kind": "kind", "region": "region", "category": "category", "price": "price_band"}

# Words come folded and stemmed; what is left is to split them.
_WORDS = analyzer("words", tokenizer="whitespace")


def create(client: Elasticsearch, name: str, *, alias: str, tombstones: str) -> None:
    """Create an index with its explicit mapping, behind an alias."""
    settings = {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        # While it is filled nobody looks; :func:`finish` sets it to a second.
        "refresh_interval": "30s",
        "gc_deletes": tombstones,
        "analysis": {"analyzer": {"words": {"type": "custom", "tokenizer": "whitespace"}}},
        # Titles are short: their length says little, so it counts little.
        "similarity": {"short": {"type": "BM25", "b": 0.3}},
    }
    client.indices.create(index=name, settings=settings, mappings=mapping().to_dict(), aliases={alias: {}})


def finish(client: Elasticsearch, name: str) -> None:
    """Make an index that was filled ready for searches: what is written shows within a second, said explicitly, since an idle index would stop."""
    client.indices.put_settings(index=name, settings={"refresh_interval": "1s"})
    client.indices.refresh(index=name)


def mapping() -> Mapping:
    """Every field, named; a field that is not named here is refused."""
    fields = Mapping()
    fields.meta("dynamic", "strict")
    for name in ("title", *TEXT_WEIGHTS):
        more: dict[str, Any] = {"similarity": "short"} if name != "body" else {}
        if name == "title":
            # What begins like the letters typed so far is one look, and no walk through all words.
            more["index_prefixes"] = {"min_chars": 2, "max_chars": 12}
        fields.field(name, "text", analyzer=_WORDS, **more)
    fields.field("spell", "text", analyzer=_WORDS, norms=False, index_options="docs")
    for name in ("name", "kind", "region", "category", "price_band", "days", "shop"):
        fields.field(name, "keyword")
    for name in ("price", "created"):
        fields.field(name, "long")
    fields.field("local", "boolean")
    for name in ("popularity", "quality"):
        fields.field(name, "float")
    fields.field("fresh", "date", format="epoch_second")
    fields.field("location", "geo_point")
    fields.field("card", "object", enabled=False)
    return fields


def source(entry: Entry) -> dict[str, Any]:
    """A document as it is sent."""
    values: dict[str, Any] = {
        "title": entry.title,
        **entry.texts,
        "spell": entry.spell,
        "name": list(entry.names),
        "kind": entry.kind,
        "region": entry.region,
        "category": entry.category,
        "price": entry.price,
        "price_band": entry.price_band or None,
        "days": list(entry.days),
        "shop": entry.shop,
        "created": entry.created,
        "fresh": entry.created,
        "popularity": entry.popularity,
        "quality": quality(entry),
        "local": entry.is_local,
        "card": entry.card,
    }
    if entry.lat is not None and entry.lon is not None:
        values["location"] = {"lat": entry.lat, "lon": entry.lon}
    return values


def quality(entry: Entry) -> float:
    """What a document adds to its score whatever is asked, worked out once and for all."""
    popular = ask.POPULARITY_WEIGHT * log1p(max(0.0, entry.popularity))
    return popular + ask.RATING_WEIGHT * entry.rating / 5 + ask.LOCAL_WEIGHT * entry.is_local


def asking(request: SearchRequest, start: int, stop: int) -> dict[str, Any]:
    """A request in the words of Elasticsearch, as it is sent; of what it finds, from ``start`` up to ``stop``."""
    frame = _frame(replace(request, query=_NO_WORDS, offset=0, limit=0))
    scored = frame["query"]["function_score"]
    # The words come as plain values: as objects of the client they would cost more than all the rest.
    meant = {"bool": {**scored["query"]["bool"], "must": [_matching(request.query)]}}
    query = {"function_score": {**scored, "query": meant}}
    return {**frame, "from": start, "size": stop - start, "query": query}


@lru_cache(maxsize=1_000)
def _frame(request: SearchRequest) -> dict[str, Any]:
    """All of a request but its words; many share it. Nobody may change what this returns."""
    chosen = _facet_filters(request)
    search = Search[Any]().query(_scored(request))
    if chosen:
        search = search.post_filter(Q("bool", filter=list(chosen.values())))
    if request.facets:
        for facet in FACETS:
            others = [query for name, query in chosen.items() if name != facet]
            counting = A("terms", field=_FACET_FIELDS[facet], size=100)
            if others:
                among = A("filter", filter=Q("bool", filter=others))
                among.bucket("values", counting)
                counting = among
            search.aggs.bucket(facet, counting)
    return _sorted(search, request).source(["card"]).extra(track_total_hits=True).to_dict()


def suggesting(words: Sequence[str], limit: int) -> dict[str, Any]:
    """Titles with all these words, the last one unfinished; most popular first."""
    *whole, last = words
    must = [*({"term": {"title": word}} for word in whole), {"prefix": {"title": {"value": last}}}]
    begins = _flat({"prefix": {"name": {"value": "".join(words)}}}, 2)
    frame = _suggesting_frame()
    scored = {**frame["query"]["function_score"], "query": {"bool": {"must": must, "should": [begins]}}}
    # Lines are drawn from the cards alone: how many there are in all nobody reads.
    return {**frame, "size": limit, "query": {"function_score": scored}, "track_total_hits": False}


@cache
def _suggesting_frame() -> dict[str, Any]:
    query = Q("function_score", query=Q("match_all"), functions=[_popularity()], boost_mode="sum")
    return Search[Any]().query(query).source([f"card.{name}" for name in SUGGESTED]).to_dict()


def spelling(word: str, most: int) -> dict[str, Any]:
    """Words of the index that are nearly this one."""
    nearly = {
        "field": "spell",
        "suggest_mode": "always",
        "max_edits": most,
        "prefix_length": 1,
        "min_word_length": 3,
        "size": 12,
    }
    return Search[Any]().extra(size=0).suggest("spell", word, term=nearly).to_dict()


def distance(word: str, other: str, most: int) -> int:
    """How many letters differ, at least one and at most ``most``."""
    return distance_within(word, other, most) or most


def counted(answer: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The facets of an answer."""
    facets = {}
    for facet in FACETS:
        # Where other filters act, the values were counted among what meets them.
        among = answer["aggregations"][facet]
        values = among.get("values", among)["buckets"]
        facets[facet] = {value["key"]: value["doc_count"] for value in values if value["key"]}
    return facets


def occurring(concept: Concept, kind: str) -> dict[str, Any]:
    """Whether anything meets a concept, among one kind if one is named."""
    among = [{"term": {"kind": kind}}] if kind else []
    query = {"bool": {"filter": [_one_concept(concept), *among]}}
    return {"query": query, "size": 0, "terminate_after": 1}


def _scored(request: SearchRequest) -> Query:
    nearness = ask.Nearness.within(request.within_km)
    functions = [SF({"weight": 1}), _quality(), _freshness()]
    if request.near is not None:
        lat, lon = request.near
        gauss: dict[str, Any] = {
            "location": {
                "origin": {"lat": lat, "lon": lon},
                "offset": f"{nearness.near}km",
                "scale": f"{nearness.far}km",
                "decay": 0.5,
            }
        }
        located = Q("exists", field="location")
        functions.append(SF("gauss", filter=located, weight=nearness.weight, **gauss))
    filtered = Q("bool", must=[Q("match_all")], filter=_other_filters(request))
    return Q(
        "function_score",
        query=filtered,
        functions=functions,
        score_mode="sum",
        max_boost=nearness.most,
        boost_mode="multiply",
    )


def _popularity() -> Any:
    return SF("field_value_factor", field="popularity", modifier="ln1p", missing=0, weight=ask.POPULARITY_WEIGHT)


def _quality() -> Any:
    return SF("field_value_factor", field="quality", missing=0)


def _freshness() -> Any:
    falling = {"origin": "now", "offset": f"{ask.FRESH_DAYS}d", "scale": f"{ask.STALE_DAYS}d", "decay": 0.5}
    return SF("gauss", fresh=falling, weight=ask.FRESHNESS_WEIGHT)


def _matching(query: Analysed) -> dict[str, Any]:
    if not query.concepts:
        return {"match_all": {}}
    concepts = [_one_concept(concept) for concept in query.concepts]
    names = [_flat({"term": {"name": name}}, score) for name, score in ask.whole_names(query)]
    should: list[dict[str, Any]] = [{"dis_max": {"queries": names}}]
    words = ask.typed_words(query)
    if len(words) > 1:
        should.append({"match_phrase": {"title": {"query": " ".join(words), "boost": ask.IN_A_ROW_BOOST}}})
    should += [
        _flat({"terms": {"labels": stems}}, ask.SHELF_SCORE) for stems in map(ask.shelves, query.concepts) if stems
    ]
    should += [{"bool": {"must": [_one_concept(concept)], "boost": ask.LIKED_BOOST}} for concept in query.liked]
    if query.may_miss_one:
        concepts = [{"bool": {"should": concepts, "minimum_should_match": len(concepts) - 1}}]
    return {"bool": {"must": concepts, "should": should}}


def _one_concept(concept: Concept) -> dict[str, Any]:
    """What meets a concept in any of its ways."""
    ways = [_one_way(clauses) for clauses in ask.ways(concept)]
    if concept.parts:
        parts = [_one_concept(part) for part in concept.parts]
        ways.append({"bool": {"must": parts, "boost": ask.APART_BOOST}})
    return {"dis_max": {"queries": ways}}


def _one_way(clauses: Sequence[ask.Clause]) -> dict[str, Any]:
    queries: list[dict[str, Any]] = []
    for clause in clauses:
        boost = 1.0 if clause.is_flat else clause.weight
        query: dict[str, Any]
        if len(clause.words) == 1:
            query = {"term": {clause.field: {"value": clause.words[0], "boost": boost}}}
        else:
            query = {"match_phrase": {clause.field: {"query": " ".join(clause.words), "boost": boost}}}
        queries.append(_flat(query, clause.weight) if clause.is_flat else query)
    return {"dis_max": {"queries": queries, "tie_breaker": ask.TIE_BREAKER}}


def _flat(query: dict[str, Any], score: float) -> dict[str, Any]:
    return {"constant_score": {"filter": query, "boost": score}}


def _facet_filters(request: SearchRequest) -> dict[str, Query]:
    """The filters that have a facet; they act after counting, so that each facet shows what else could be chosen."""
    filters: dict[str, Query] = {}
    if request.kind:
        filters["kind"] = Q("term", kind=request.kind)
    if request.regions:
        filters["region"] = Q("terms", region=list(request.regions))
    if request.categories:
        filters["category"] = Q("terms", category=list(request.categories))
    if request.price_min is not None or request.price_max is not None:
        bounds = {"gte": request.price_min, "lte": request.price_max}
        filters["price"] = Q("range", price={name: bound for name, bound in bounds.items() if bound is not None})
    return filters


def _other_filters(request: SearchRequest) -> list[Query]:
    filters: list[Query] = []
    if request.day is not None:
        filters.append(Q("terms", days=[request.day.isoformat(), ANY_DAY]))
    if request.near is not None and request.within_km is not None:
        lat, lon = request.near
        centre: dict[str, Any] = {"lat": lat, "lon": lon}
        filters.append(Q("geo_distance", distance=f"{max(request.within_km, 0.001)}km", location=centre))
    if request.box is not None:
        south, west, north, east = request.box
        corners: dict[str, Any] = {"top_left": {"lat": north, "lon": west}, "bottom_right": {"lat": south, "lon": east}}
        filters.append(Q("geo_bounding_box", location=corners))
    return filters


def _sorted(search: Search[Any], request: SearchRequest) -> Search[Any]:
    if request.sort is Sort.CHEAPEST:
        return search.sort({"price": {"order": "asc", "missing": "_last"}})
    if request.sort is Sort.DEAREST:
        return search.sort({"price": {"order": "desc", "missing": "_last"}})
    if request.sort is Sort.NEWEST:
        return search.sort({"created": {"order": "desc"}})
    if request.sort is Sort.NEAREST and request.near is not None:
        lat, lon = request.near
        distance: dict[str, Any] = {"location": {"lat": lat, "lon": lon}, "order": "asc", "unit": "km"}
        return search.sort({"_geo_distance": distance}, "_score")
    return search
