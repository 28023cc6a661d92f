"""Listings as documents: goods, tickets, stays.

Nothing here asks for the time: what has passed is seen when a result is shown, so a document only changes when it is told to.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Avg, Count, F, Prefetch, Q

from foundation.outbox.models import Event as OutboxEvent
from marketplace.catalog.models import Listing, ListingKind, ListingPicture, Picture, Variant
from marketplace.catalog.pictures import middle_of, rendition_name
from marketplace.inventory.models import Slot
from marketplace.reviews.models import Review
from marketplace.shops.models import Shop
from search.documents.content import Content, Words
from search.documents.destinations import badge_of, in_force
from search.documents.places import line, names_of
from search.documents.sources import Source, own_key
from search.results import Kind
from tourism.destinations.facts import ClosureKind
from tourism.destinations.models import Closure

KINDS = {ListingKind.GOODS: Kind.GOODS, ListingKind.STAY: Kind.STAY}
LABELS = {
    Kind.GOODS: Words("produk oleh-oleh", "product souvenir"),
    Kind.TICKET: Words("tiket", "ticket"),
    Kind.STAY: Words("penginapan", "stay"),
}
LISTING = 1.5
_PICTURE_WIDTH = 320


def load(ids: Sequence[int]) -> Mapping[int, Content]:
    """Listings for sale that have a price, in a fixed number of queries."""
    # Many listings are of the same few shops: each shop is read once, with where it is.
    shops = Shop.objects.select_related("region", "village__parent__parent").defer(
        "region__boundary", "village__boundary", "village__parent__boundary", "village__parent__parent__boundary"
    )
    rows = list(
        Listing.objects.for_sale()
        .filter(pk__in=ids)
        .select_related("category", "destination__region")
        .prefetch_related(Prefetch("shop", shops))
        .defer("destination__region__boundary")
    )
    shown = [row.pk for row in rows]
    prices, available = _prices(shown)
    days = _days([row.pk for row in rows if row.kind != ListingKind.GOODS])
    pictures, ratings = _pictures(shown), _ratings(shown)
    closures = in_force([row.destination_id for row in rows if row.destination_id])
    return {
        row.pk: content(
            row,
            prices=prices[row.pk],
            in_stock=row.pk in available,
            days=days.get(row.pk, []),
            picture=pictures.get(row.pk, ("", "")),
            rating=ratings.get(row.pk, (None, 0)),
            closure=closures.get(row.destination_id or 0),
        )
        for row in rows
        if row.pk in prices
    }


def content(
    row: Listing,
    *,
    prices: Sequence[int],
    in_stock: bool,
    days: Sequence[str],
    picture: tuple[str, str],
    rating: tuple[float | None, int],
    closure: Closure | None,
) -> Content:
    """A listing whose shop, place and category are loaded."""
    kind = KINDS.get(ListingKind(row.kind), Kind.TICKET)
    at_place = row.is_dated and row.destination is not None
    region = row.destination.region if at_place and row.destination else row.shop.region
    village = row.shop.village
    where = row.destination.name if at_place and row.destination else village.name if village else ""
    badge, badge_day = badge_of(closure) if row.is_dated and closure and closure.kind == ClosureKind.FULL else ("", "")
    if not badge and not row.is_dated and not in_stock:
        badge = "sold_out"
    destination_name = row.destination.name if row.destination else ""
    return Content(
        kind=kind,
        title=Words(row.title_id, row.title_en),
        link=row.url_path,
        summary=Words(_short(row.description_id), _short(row.description_en)),
        body=Words(f"{row.description_id} {row.ingredients}", row.description_en),
        region=region.code,
        region_name=region.short_name,
        place=Words(line(where, region.short_name), line(where, region.short_name)),
        places=tuple(
            dict.fromkeys(
                filter(
                    None, (destination_name, region.name, region.short_name, *names_of(None if at_place else village))
                )
            )
        ),
        category=row.category.slug,
        is_local=kind is Kind.GOODS and row.destination is not None,
        category_name=Words(row.category.name_id, row.category.name_en),
        labels=LABELS[kind],
        price=min(prices),
        price_is_from=len(set(prices)) > 1,
        picture=picture[0],
        picture_light=picture[1],
        badge=badge,
        badge_day=badge_day,
        lat=row.destination.latitude if row.destination else region.latitude,
        lon=row.destination.longitude if row.destination else region.longitude,
        days=tuple(days),
        popularity=LISTING,
        rating=rating[0],
        reviews=rating[1],
        shop=row.shop.name,
        shop_id=row.shop_id,
        created=row.published_at.isoformat() if row.published_at else "",
        is_sample=row.is_sample,
    )


def _short(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= 200 else f"{first[:199].rstrip()}…"


def _prices(ids: Sequence[int]) -> tuple[dict[int, list[int]], set[int]]:
    """The prices of each listing, and the goods among them that have a piece left."""
    prices: defaultdict[int, list[int]] = defaultdict(list)
    available: set[int] = set()
    variants = Variant.objects.filter(listing_id__in=ids, is_active=True)
    for listing_id, price, taken, capacity in variants.values_list(
        "listing_id", "price", "stock__pool__taken", "stock__pool__capacity"
    ):
        prices[listing_id].append(price)
        if capacity is not None and taken < capacity:
            available.add(listing_id)
    return dict(prices), available


def _days(ids: Sequence[int]) -> dict[int, list[str]]:
    """Days with a place left, past ones included."""
    days: defaultdict[int, set[str]] = defaultdict(set)
    # By the counters and not by the clock: what has lapsed is told when it is given back, so that the index can be compared.
    open_slots = Slot.objects.filter(
        Q(day_pool=None) | Q(day_pool__taken__lt=F("day_pool__capacity")),
        listing_id__in=ids,
        closed_at__isnull=True,
        pool__taken__lt=F("pool__capacity"),
    )
    for listing_id, day in open_slots.values_list("listing_id", "day").distinct():
        days[listing_id].add(day.isoformat())
    return {listing_id: sorted(found)[-400:] for listing_id, found in days.items()}


def _pictures(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    first = ListingPicture.objects.filter(listing_id__in=ids, position=0).select_related("picture")
    return {row.listing_id: _picture(row.picture) for row in first}


def _picture(picture: Picture) -> tuple[str, str]:
    """The paths of a picture at the size of a card and of its light twin, once they were made; until then of the JPEG that is there at once."""
    name = picture.file.name or ""
    if picture.rendered_at is not None and picture.width >= _PICTURE_WIDTH:
        return rendition_name(name, _PICTURE_WIDTH, "webp"), rendition_name(name, _PICTURE_WIDTH, "avif")
    return rendition_name(name, middle_of(picture.width), "jpg"), ""


def _ratings(ids: Sequence[int]) -> dict[int, tuple[float | None, int]]:
    shown = Review.objects.filter(listing_id__in=ids, is_shown=True).values_list("listing_id")
    return {
        listing_id: (round(stars, 2), count) for listing_id, stars, count in shown.annotate(Avg("stars"), Count("pk"))
    }


def at_these_places(events: Sequence[OutboxEvent]) -> Iterable[int]:
    """Listings of destinations that changed."""
    return Listing.objects.filter(destination_id__in=own_key(events)).values_list("pk", flat=True)


def of_these_shops(events: Sequence[OutboxEvent]) -> Iterable[int]:
    """Listings of shops that changed."""
    return Listing.objects.filter(shop_id__in=own_key(events)).values_list("pk", flat=True)


def all_ids() -> Iterable[int]:
    """Every listing for sale."""
    return Listing.objects.for_sale().values_list("pk", flat=True)


SOURCE = Source(
    name="listing",
    load=load,
    all_ids=all_ids,
    topics={
        "listing.changed": own_key,
        "shop.changed": of_these_shops,
        **dict.fromkeys(("destination.changed", "destination.closed", "destination.reopened"), at_these_places),
    },
)
