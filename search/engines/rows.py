"""The last resort: a plain list from the database's own rows, while the search server does not answer.

It knows filters and words, but no stems by rank, no spelling and no distance, and says so.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import F

from search.analysis.analyzer import Analysed, Concept
from search.documents.entry import card_of, price_band
from search.engines.contract import DEEPEST, Hit, SearchRequest, SearchResponse
from search.engines.phases import understood
from search.models import Document
from search.querysets import DocumentQuerySet
from search.results import Sort

_COUNTED = 2_000


def search(request: SearchRequest) -> SearchResponse:
    """Find documents by their rows alone."""
    request = understood(request)
    matching = Document.objects.live().filter(_words(request.query))
    chosen = _filters(request)
    rows = filtered(request).filter(_words(request.query))
    page = _ordered(rows, request)[request.offset : min(request.offset + request.limit, DEEPEST)]
    return SearchResponse(
        hits=tuple(map(hit, page)),
        total=rows.count(),
        facets=_facets(matching, chosen) if request.facets else {},
        lacking=frozenset({"ranking", "spelling", "distance", "days"}),
    )


def filtered(request: SearchRequest) -> DocumentQuerySet:
    """The documents that meet the filters which rows know, whatever the words."""
    rows = Document.objects.live()
    for condition in _filters(request).values():
        rows = rows.filter(condition)
    return rows


def hit(row: Document) -> Hit:
    """A document found by its row."""
    return Hit(key=row.key, score=0.0, card=card_of(row.content or {}))


def suggest(words: Sequence[str], limit: int) -> list[Hit]:
    """Documents whose title has words that begin like these, most popular first."""
    rows = Document.objects.live()
    for word in words:
        rows = rows.filter(title_words__contains=f" {word}")
    return list(map(hit, rows.order_by("-popularity", "pk")[:limit]))


def popular(*, kinds: Collection[str], region: str, limit: int) -> list[Hit]:
    """What people look for most, with nothing asked."""
    rows = Document.objects.live()
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if region:
        rows = rows.filter(region=region)
    return list(map(hit, rows.order_by("-popularity", "pk")[:limit]))


def _words(query: Analysed) -> Q:
    condition = Q()
    for concept in query.concepts:
        condition &= _concept(concept)
    return condition


def _concept(concept: Concept) -> Q:
    any_way = Q()
    for alternative in concept.alternatives:
        all_words = Q()
        for word in alternative.words:
            all_words &= Q(words__contains=f" {word}")
        any_way |= all_words
    every_part = Q()
    for part in concept.parts:
        every_part &= _concept(part)
    return any_way | every_part if concept.parts else any_way


def _filters(request: SearchRequest) -> dict[str, Q]:
    filters: dict[str, Q] = {}
    if request.kind:
        filters["kind"] = Q(kind=request.kind)
    if request.regions:
        filters["region"] = Q(region__in=request.regions)
    if request.categories:
        filters["category"] = Q(category__in=request.categories)
    if request.price_min is not None or request.price_max is not None:
        bounds = {"price__gte": request.price_min, "price__lte": request.price_max}
        filters["price"] = Q(
            price__isnull=False, **{name: bound for name, bound in bounds.items() if bound is not None}
        )
    return filters


def _ordered(rows: DocumentQuerySet, request: SearchRequest) -> DocumentQuerySet:
    if request.sort is Sort.CHEAPEST:
        return rows.order_by(F("price").asc(nulls_last=True), "pk")
    if request.sort is Sort.DEAREST:
        return rows.order_by(F("price").desc(nulls_last=True), "pk")
    if request.sort is Sort.NEWEST:
        return rows.order_by("-changed_at", "pk")
    in_title = Q()
    for concept in request.query.concepts:
        for word in concept.typed:
            in_title &= Q(title_words__contains=f" {word}")
    if not request.query:
        return rows.order_by("-popularity", "pk")
    rank = Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.order_by(rank, "-popularity", "pk")


def _facets(matching: DocumentQuerySet, chosen: dict[str, Q]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for facet, column in (("kind", "kind"), ("region", "region"), ("category", "category"), ("price", "price")):
        rows = matching
        for name, condition in chosen.items():
            if name != facet:
                rows = rows.filter(condition)
        values = rows.values_list(column, flat=True)[:_COUNTED]
        counter = Counter(price_band(value) if facet == "price" else value for value in values)
        counted[facet] = {str(value): count for value, count in counter.most_common() if value}
    return counted
