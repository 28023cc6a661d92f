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

# Fields of text, each with how much a match in it weighs: the title as written, then its stem, then the rest.
TEXT_WEIGHTS = {"title": 4.0, "title_stem": 3.0, "place": 2.0, "labels": 1.5, "body": 1.0}
SURFACE_FIELDS = frozenset({"title", "place"})
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
_NOT_ON_A_CARD = frozenset({"body", "labels", "names", "places"})
_MOST_DAYS = 400
# A card shows the next day; of many, the last one is enough to tell that it is over.
_MOST_DAYS_ON_A_CARD = 12


@dataclass(frozen=True)
class Entry:
    """One document as both engines take it."""

    names: tuple[str, ...]
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
    title, summary, body, labels = content.title, content.summary, content.body, content.labels
    titles = [(title.id, "id"), (title.en, "en"), *((name, "id") for name in content.names)]
    texts = {
        "title": analyzer.surface(title.id, title.en, *content.names),
        "title_stem": analyzer.stems(*titles),
        "place": analyzer.surface(*content.places, content.shop),
        "labels": analyzer.stems(
            (content.category_name.id, "id"), (content.category_name.en, "en"), (labels.id, "id"), (labels.en, "en")
        ),
        "body": analyzer.stems((summary.id, "id"), (summary.en, "en"), (body.id, "id"), (body.en, "en")),
    }
    spell = analyzer.surface(
        title.id,
        title.en,
        *content.names,
        *content.places,
        content.category_name.id,
        content.category_name.en,
        labels.id,
        labels.en,
    )
    card = card_of(content.as_json())
    return Entry(
        names=tuple(dict.fromkeys(full_names(content, analyzer))),
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
        created=_timestamp(content.created),
        card=card,
    )


def full_names(content: Content, analyzer: Analyzer) -> Iterator[str]:
    """Names that are the whole of it, folded: "Pantai Padang (Taplau)" is Pantai Padang, and Taplau; Danau Maninjau is Maninjau."""
    for name in (content.title.id, content.title.en, *content.names):
        before, bracket, rest = name.partition("(")
        for part in (name, before, rest.rstrip(") ")) if bracket else (name,):
            if folded := analyzer.surface(part):
                yield folded
                if content.kind is Kind.DESTINATION and (bare := _without_generic_word(folded)):
                    yield bare


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
