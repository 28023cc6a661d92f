"""What goes into an index: the words and stems of a content, its filters, and the card that a result shows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from search.analysis.analyzer import Analyzer
from search.analysis.lists import read_words
from search.documents.content import Content
from search.results import Kind

# Raised when the fields of an index change: one of another form is built again.
INDEX_FORM = 3
# Fields of text, each with how much a match in it weighs: the words of the title as written, their stems, the thing that it
# names, what kind that is, where it is, and the rest.
TEXT_WEIGHTS = {"term": 4.0, "stem": 2.5, "head": 5.0, "labels": 4.0, "place": 2.0, "body": 0.8}
SURFACE_FIELDS = frozenset({"term", "place"})
# What of these is of the title.
TITLE_FIELDS = frozenset({"term", "stem", "head"})
# A region's name is looked for in these alone, with these scores: what only mentions it is not there.
PLACE_WEIGHTS = {"term": 8.0, "place": 12.0}
_LONGEST_NAME = 160
# Both ends belong to a band, so that choosing it finds exactly what was counted.
PRICE_BANDS = (
    (0, 25_000),
    (25_001, 50_000),
    (50_001, 100_000),
    (100_001, 250_000),
    (250_001, 500_000),
    (500_001, None),
)
# Left out of the card: searched, never shown.
_NOT_ON_A_CARD = frozenset({"body", "labels", "names", "places", "is_local"})
_MOST_DAYS = 400
# A card shows the next day; of many, the last one is enough to tell that it is over.
_MOST_DAYS_ON_A_CARD = 12


@dataclass(frozen=True)
class Entry:
    """One document as both engines take it."""

    names: tuple[str, ...]
    title: str
    texts: dict[str, str]
    spell: str
    kind: str
    region: str
    category: str
    price: int | None
    price_band: str
    lat: float | None
    lon: float | None
    days: tuple[str, ...]
    popularity: float
    rating: float
    shop: str
    is_local: bool
    created: int
    card: dict[str, Any]


def card_of(values: dict[str, Any]) -> dict[str, Any]:
    """What a result shows of a content."""
    card = {name: value for name, value in values.items() if name not in _NOT_ON_A_CARD}
    days = card.pop("days")
    return card | {"days": days if len(days) <= _MOST_DAYS_ON_A_CARD else [], "last_day": max(days, default="")}


def price_band(price: int | None) -> str:
    """The band of the price filter a price falls into: "25001-50000", "500001-"."""
    if price is None:
        return ""
    low, high = next((low, high) for low, high in PRICE_BANDS if high is None or price <= high)
    return f"{low}-{high or ''}"


def entry(content: Content, analyzer: Analyzer) -> Entry:
    """Analyse a content for an index."""
    title, labels = content.title, content.labels
    titles = [(title.id, "id"), (title.en, "en"), *((name, "id") for name in content.names)]
    shelves = [(content.category_name.id, "id"), (content.category_name.en, "en"), (labels.id, "id"), (labels.en, "en")]
    texts = {
        "term": analyzer.terms(*(text for text, _ in titles)),
        "stem": analyzer.stems(*titles),
        "head": " ".join(analyzer.heads(*pair) for pair in titles),
        "place": analyzer.terms(*content.places, content.shop),
        "labels": analyzer.stems(*shelves),
        "body": _body(content, analyzer),
    }
    surface = analyzer.surface(title.id, title.en, *content.names)
    spell = f"{surface} {analyzer.surface(*content.places, *(text for text, _ in shelves))}"
    card = card_of(content.as_json())
    return Entry(
        names=tuple(dict.fromkeys(full_names(content, analyzer))),
        title=surface,
        texts=texts,
        spell=" ".join(sorted({word for word in spell.split() if len(word) > 2})),
        kind=content.kind.value,
        region=content.region,
        category=content.category,
        price=content.price,
        price_band=price_band(content.price),
        lat=content.lat,
        lon=content.lon,
        days=content.days[:_MOST_DAYS],
        popularity=content.popularity,
        rating=bayesian_rating(content.rating, content.reviews),
        shop=str(content.shop_id or ""),
        is_local=content.is_local,
        created=_timestamp(content.created),
        card=card,
    )


def _body(content: Content, analyzer: Analyzer) -> str:
    summary, body = content.summary, content.body
    stems = analyzer.stems((summary.id, "id"), (summary.en, "en"), (body.id, "id"), (body.en, "en"))
    if content.kind is not Kind.DESTINATION:
        return stems
    # A hill with a view of a lake is no lake.
    return " ".join(stem for stem in stems.split() if stem not in analyzer.kinds)


def full_names(content: Content, analyzer: Analyzer) -> Iterator[str]:
    """Names that are the whole of it, in one word: "Pantai Padang (Taplau)" is pantaipadang, and taplau; Danau Maninjau is maninjau."""
    for name in (content.title.id, content.title.en, *content.names):
        before, bracket, rest = name.partition("(")
        for part in (name, before, rest.rstrip(") ")) if bracket else (name,):
            if folded := analyzer.surface(part):
                yield whole(folded)
                if content.kind is Kind.DESTINATION and (bare := _without_generic_word(folded)):
                    yield whole(bare)


def whole(folded: str) -> str:
    """A whole name in one word, so that it does not matter how it is spaced; the end of a very long one is left out."""
    return folded.replace(" ", "")[:_LONGEST_NAME]


def _without_generic_word(name: str) -> str:
    leading = max((word for word in _generic_words() if name.startswith(f"{word} ")), key=len, default="")
    return name[len(leading) :].strip() if leading else ""


@cache
def _generic_words() -> tuple[str, ...]:
    return tuple(read_words("generic.txt"))


def bayesian_rating(rating: float | None, reviews: int) -> float:
    """A rating drawn towards 4.0 while few people have given one; 0 where nobody has."""
    return 0.0 if rating is None or not reviews else round((rating * reviews + 4.0 * 5) / (reviews + 5), 3)


def card_json(entry: Entry) -> str:
    """The card as it is stored."""
    return json.dumps(entry.card, ensure_ascii=False, separators=(",", ":"))


def _timestamp(moment: str) -> int:
    if not moment:
        return 0
    parsed = datetime.fromisoformat(moment)
    return max(0, int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()))
