"""What other rooms answer with, as the cards and lists that the shared parts draw."""

from django.utils.formats import localize
from django.utils.translation import gettext as _

from frontend.parts import values
from frontend.parts.addresses import in_this_language
from marketplace.catalog.queries import PictureView
from marketplace.inventory.queries import ListingCard
from search.results import Badge, Result, Suggestion

# Pictures of results come at this size; the frame is 4:3 whatever they are.
RESULT_WIDTH, RESULT_HEIGHT = 320, 240
ICONS = {
    "destination": "map-pin",
    "event": "calendar-days",
    "trip": "route",
    "story": "file-text",
    "goods": "shopping-bag",
    "ticket": "ticket",
    "stay": "house",
    "shop": "store",
    "category": "tag",
    "region": "map",
}


def of_result(result: Result, *, mixed: bool = True) -> values.Card:
    """A hit as a card; ``mixed`` names its kind, for lists of many kinds. What editors put first says so, and near results how far."""
    picture = None
    if result.picture:
        light = (values.Source("image/avif", result.picture_light),) if result.picture_light else ()
        picture = values.Picture(
            src=result.picture, width=RESULT_WIDTH, height=RESULT_HEIGHT, alt="", sample=result.sample, sources=light
        )
    return values.Card(
        url=result.url,
        title=result.title,
        kind=", ".join(
            filter(None, [_("Editors' choice") if result.pinned else "", result.kind_label if mixed else ""])
        ),
        place=", ".join(filter(None, dict.fromkeys([result.shop, result.place or result.region, kilometres(result)]))),
        notes=(result.summary,) if result.summary and result.price is None else (),
        price=result.price,
        price_from=result.price_is_from,
        rating=values.Rating(average=result.rating, count=result.reviews) if result.rating and result.reviews else None,
        picture=picture,
        badge=of_badge(result.badge),
        sample=result.sample,
    )


def kilometres(result: Result) -> str:
    """How far it is, where that is known: "3,2 km"."""
    return "" if result.distance_km is None else _("%(distance)s km") % {"distance": localize(result.distance_km)}


def of_badge(badge: Badge | None) -> values.Badge | None:
    """A state in words; its tone must be one that the stylesheet knows."""
    if badge is None:
        return None
    tones: dict[str, values.Tone] = {"open": "open", "ok": "ok", "warn": "warn", "stop": "stop", "info": "info"}
    return values.Badge(text=badge.text, tone=tones.get(badge.tone, ""))


def of_suggestion(suggestion: Suggestion) -> dict[str, str]:
    """A line under the search box."""
    return {
        "title": suggestion.text,
        "url": suggestion.url,
        "kind": suggestion.kind_label,
        "place": suggestion.place,
        "icon": ICONS.get(suggestion.kind, "search"),
    }


def unknown_words() -> str:
    """What stands where a seller has not said something."""
    return _("Not filled in by the seller yet")


def of_listing(card: ListingCard, *, mixed: bool = False) -> values.Card:
    """A listing as a card; ``mixed`` names its kind, for lists of many kinds."""
    badge = None
    if card.closed_reason:
        badge = values.Badge(text=_("Closed"), tone="stop")
    elif card.sold_out:
        badge = values.Badge(text=_("Sold out"), tone="stop")
    return values.Card(
        url=in_this_language(card.url_path),
        title=card.title,
        kind=card.kind_label if mixed else "",
        place=", ".join(dict.fromkeys(filter(None, [card.place, card.region_name]))),
        price=card.price_from,
        price_from=card.price_is_from,
        picture=of_picture(card.picture),
        badge=badge,
        sample=card.is_sample,
    )


def of_picture(picture: PictureView | None) -> values.Picture | None:
    """A listing's picture, for the part that draws it."""
    if picture is None:
        return None
    return values.Picture(
        src=picture.src,
        width=picture.width,
        height=picture.height,
        alt=picture.alt,
        sources=tuple(values.Source(source.type, source.srcset) for source in picture.sources),
        srcset=picture.srcset,
        sample=picture.sample,
    )
