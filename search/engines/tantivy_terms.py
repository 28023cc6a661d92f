"""The index of the embedded engine: its fields, a document as tantivy takes it, and a request as a tantivy query."""

import math
from collections.abc import Sequence
from typing import Any

import tantivy

from search.analysis.analyzer import Analysed, Concept
from search.documents.content import ANY_DAY
from search.documents.entry import TEXT_WEIGHTS, Entry, card_json
from search.engines import clauses as ask
from search.engines.contract import Operation, SearchRequest

_NEVER = 10**15


def _schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("version", stored=True, indexed=True, fast=True)
    build.add_boolean_field("live", indexed=True, fast=True)
    for name in ("title", *TEXT_WEIGHTS):
        build.add_text_field(name, tokenizer_name="words", index_option="position")
    for name in ("spell", "days"):
        build.add_text_field(name, tokenizer_name="words", index_option="basic")
    build.add_text_field("name", tokenizer_name="raw", index_option="basic")
    for name in ("kind", "region", "category", "price_band"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("price", "cheapest", "dearest", "created"):
        build.add_integer_field(name, indexed=True, fast=True)
    for name in ("lat", "lon", "popularity", "rating", "local"):
        build.add_float_field(name, indexed=True, fast=True)
    build.add_text_field("card", stored=True, tokenizer_name="raw", index_option="basic")
    return build.build()


SCHEMA = _schema()


def document_of(operation: Operation) -> tantivy.Document:
    """An operation as a document; a deleted one is kept as a tombstone, so that its version still counts."""
    document = tantivy.Document()
    document.add_text("key", operation.key)
    document.add_unsigned("version", operation.version)
    document.add_boolean("live", operation.entry is not None)
    entry = operation.entry
    if entry is None:
        return document
    document.add_text("title", entry.title)
    for name, text in entry.texts.items():
        document.add_text(name, text)
    document.add_text("spell", entry.spell)
    document.add_text("days", " ".join(entry.days))
    for name in entry.names:
        document.add_text("name", name)
    for field, value in (
        ("kind", entry.kind),
        ("region", entry.region),
        ("category", entry.category),
        ("price_band", entry.price_band),
    ):
        if value:
            document.add_text(field, value)
    _add_numbers(document, entry)
    document.add_text("card", card_json(entry))
    return document


def _add_numbers(document: tantivy.Document, entry: Entry) -> None:
    if entry.price is not None:
        document.add_integer("price", entry.price)
    document.add_integer("cheapest", _NEVER if entry.price is None else entry.price)
    document.add_integer("dearest", -1 if entry.price is None else entry.price)
    document.add_integer("created", entry.created)
    if entry.lat is not None and entry.lon is not None:
        document.add_float("lat", entry.lat)
        document.add_float("lon", entry.lon)
    document.add_float("popularity", entry.popularity)
    document.add_float("rating", entry.rating)
    document.add_float("local", float(entry.is_local))


def term(field: str, value: Any) -> tantivy.Query:
    """Exactly this value in a field."""
    return tantivy.Query.term_query(SCHEMA, field, value)


def live() -> tantivy.Query:
    """What was not deleted."""
    return tantivy.Query.const_score_query(term("live", True), 0.0)


def all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    """What meets every query."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _silent(query: tantivy.Query) -> tantivy.Query:
    """A filter: it decides, and adds nothing to the score."""
    return tantivy.Query.const_score_query(query, 0.0)


def matching(query: Analysed) -> tantivy.Query:
    """What meets every concept of a query, better if the name is whole or the words stand in a row."""
    if not query.concepts:
        return tantivy.Query.const_score_query(tantivy.Query.all_query(), 1.0)
    enough = [all_of([one_concept(concept) for concept in some]) for some in ask.met_enough(query)]
    must = enough[0] if len(enough) == 1 else tantivy.Query.disjunction_max_query(enough, 0.0)
    names = [tantivy.Query.const_score_query(term("name", name), score) for name, score in ask.whole_names(query)]
    should = [tantivy.Query.disjunction_max_query(names, 0.0)]
    words = ask.typed_words(query)
    if len(words) > 1:
        phrase = tantivy.Query.phrase_query(SCHEMA, "title", list(words))
        should.append(tantivy.Query.boost_query(phrase, ask.IN_A_ROW_BOOST))
    for concept in query.concepts:
        if stems := ask.shelves(concept):
            shelf = tantivy.Query.term_set_query(SCHEMA, "labels", stems)
            should.append(tantivy.Query.const_score_query(shelf, ask.SHELF_SCORE))
    should += [tantivy.Query.boost_query(one_concept(concept), ask.LIKED_BOOST) for concept in query.liked]
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, must), *((tantivy.Occur.Should, better) for better in should)]
    )


def one_concept(concept: Concept) -> tantivy.Query:
    """What meets a concept in any of its ways."""
    ways = list(map(_one_way, ask.ways(concept)))
    if concept.parts:
        apart = all_of([one_concept(part) for part in concept.parts])
        ways.append(tantivy.Query.boost_query(apart, ask.APART_BOOST))
    return tantivy.Query.disjunction_max_query(ways, 0.0)


def _one_way(clauses: Sequence[ask.Clause]) -> tantivy.Query:
    queries = []
    for clause in clauses:
        single = len(clause.words) == 1
        query = (
            term(clause.field, clause.words[0])
            if single
            else tantivy.Query.phrase_query(SCHEMA, clause.field, list(clause.words))
        )
        scored = tantivy.Query.const_score_query if clause.is_flat else tantivy.Query.boost_query
        queries.append(scored(query, clause.weight))
    return tantivy.Query.disjunction_max_query(queries, ask.TIE_BREAKER)


def filters(request: SearchRequest) -> dict[str, tantivy.Query]:
    """The filters by facet, so that each facet can be counted without its own."""
    filters: dict[str, tantivy.Query] = {"live": live()}
    if request.kind:
        filters["kind"] = _silent(term("kind", request.kind))
    if request.regions:
        filters["region"] = _silent(_any_of([term("region", code) for code in request.regions]))
    if request.categories:
        filters["category"] = _silent(_any_of([term("category", code) for code in request.categories]))
    if request.price_min is not None or request.price_max is not None:
        filters["price"] = _silent(
            tantivy.Query.range_query(
                SCHEMA, "price", tantivy.FieldType.Integer, request.price_min or 0, request.price_max or _NEVER
            )
        )
    if request.day is not None:
        filters["day"] = _silent(_any_of([term("days", request.day.isoformat()), term("days", ANY_DAY)]))
    if request.near is not None and request.within_km is not None:
        filters["near"] = _silent(_box(request.near, request.within_km))
    if request.box is not None:
        south, west, north, east = request.box
        filters["box"] = _silent(_between(south, west, north, east))
    return filters


def _box(near: tuple[float, float], within_km: float) -> tantivy.Query:
    lat, lon = near
    tall = within_km / 111.0
    wide = within_km / max(1.0, 111.0 * math.cos(math.radians(lat)))
    return _between(lat - tall, lon - wide, lat + tall, lon + wide)


def _between(south: float, west: float, north: float, east: float) -> tantivy.Query:
    return all_of(
        [
            tantivy.Query.range_query(SCHEMA, "lat", tantivy.FieldType.Float, south, north),
            tantivy.Query.range_query(SCHEMA, "lon", tantivy.FieldType.Float, west, east),
        ]
    )
