"""What all pages share: where they lie, their twin, their picture, and the cards and pictures of their blocks."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from wagtail.fields import StreamField

from cms.media.queries import pictures
from cms.pages import trade
from cms.pages.cards import Card, Crumb, place_card
from cms.pages.links import addresses, alternates
from tourism.destinations.models import Destination
from tourism.destinations.queries import DestinationCard, cards


def frame(page: Any) -> dict[str, Any]:
    """What the frame of every page reads."""
    home, language = page.home, page.language
    shown = pictures([page.picture_id, *block_images(page)], language=language)
    picture = shown.get(page.picture_id or 0)
    return {
        "language": language,
        # Only a region has a brand of its own; the province's is the platform's.
        "region": None if home.is_province else home,
        "home": home,
        "alternates": alternates(page) if page.pk else {},
        "canonical": page.full_url,
        "crumbs": crumbs(page),
        "picture": picture,
        "block_pictures": shown,
        **block_cards(page),
    }


def crumbs(page: Any) -> list[Crumb]:
    """The way here: province, region, list."""
    home = page.home
    if page.pk == home.page_id:
        return [] if home.is_province else [Crumb(title=home.province, url=home.province_url)]
    way = [Crumb(title=home.province, url=home.province_url)]
    if not home.is_province:
        way.append(Crumb(title=home.name, url=home.url))
    if page.depth and len(page.path) > len(home.path) + page.steplen:
        parent = page.get_parent()
        way.append(Crumb(title=parent.title, url=parent.full_url or ""))
    return way


def raw_blocks(page: Any) -> Iterator[tuple[str, Any]]:
    """The kind and the stored value of each block on a page."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            for block in getattr(page, field.name).raw_data:
                yield block["type"], block["value"]


def block_images(page: Any) -> list[int]:
    """Keys of the pictures in a page's blocks."""
    found: list[int] = []
    for kind, value in raw_blocks(page):
        if kind == "picture" and value.get("image"):
            found.append(value["image"])
        elif kind == "gallery":
            found.extend(item["value"] if isinstance(item, dict) else item for item in value.get("images", []))
    return found


def block_cards(page: Any) -> dict[str, dict[str, Card]]:
    """Cards of the places and listings in a page's blocks, each kind looked up at once."""
    place_ids, slugs = [], []
    for kind, value in raw_blocks(page):
        if kind == "place" and value.get("page"):
            place_ids.append(value["page"])
        elif kind == "listing":
            slugs.append(str(value.get("listing", "")).strip("/ ").rpartition("/")[2])
    places: dict[str, Card] = {}
    if place_ids:
        keys = (
            apps.get_model("pages", "DestinationPage")
            .objects.filter(pk__in=place_ids)
            .values_list("translation_key", flat=True)
        )
        found = cards(Destination.objects.published().filter(translation_key__in=list(keys)), moment=page.now())
        places = cards_by_key(found, language=page.language, with_region=True, summary=True)
    listings = trade.listings(slugs=slugs, language=page.language, now=page.now()) if slugs else {}
    return {"block_places": places, "block_listings": listings}


def place_cards(
    found: Iterable[DestinationCard], *, language: str, with_region: bool, summary: bool = False
) -> list[Card]:
    """Destinations as cards with their pictures and addresses, in three queries. Those without a live page are left out."""
    return list(cards_by_key(found, language=language, with_region=with_region, summary=summary).values())


def cards_by_key(
    found: Iterable[DestinationCard],
    *,
    language: str,
    with_region: bool,
    summary: bool = False,
    distances: dict[int, float] | None = None,
) -> dict[str, Card]:
    """As ``place_cards``, by translation key.

    :param distances: kilometres by destination key, told on the card.
    """
    rows = list(found)
    known = addresses("DestinationPage", [card.translation_key for card in rows], language=language)
    shown = pictures([address.picture_id for address in known.values()], language=language)
    return {
        card.translation_key: place_card(
            card,
            known[card.translation_key],
            shown.get(known[card.translation_key].picture_id or 0),
            language=language,
            with_region=with_region,
            summary=summary,
            distance=(distances or {}).get(card.pk),
        )
        for card in rows
        if card.translation_key in known
    }


def in_language(row: Any, name: str, language: str) -> str:
    """A pair of texts in a language; Indonesian stands in for English that is missing."""
    english = getattr(row, f"{name}_en") if language == "en" else ""
    return str(english or getattr(row, f"{name}_id"))


def is_preview(request: Any) -> bool:
    """Whether an editor looks at a draft."""
    return bool(getattr(request, "is_preview", False))
