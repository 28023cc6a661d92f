"""A shop's products as its seller sees them: what they cost, what is left, whether they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet
from django.utils.text import capfirst

from frontend.parts.addresses import in_this_language
from frontend.parts.values import Badge
from frontend.seller.todo import low_stock
from marketplace.catalog.models import Listing, ListingKind, ListingPicture, ListingStatus, Variant
from marketplace.catalog.queries import PictureView, picture_view
from marketplace.inventory.queries import stock_left
from marketplace.shops.models import Shop

PAGE_SIZE = 20
FILTERS = ("", "dijual", "tersembunyi", "menipis", "tanpa-foto")


@dataclass(frozen=True)
class VariantRow:
    """A size with its price and what is left; None for what has no stock of its own."""

    id: int
    listing_id: int
    name: str
    price: int
    left: int | None
    error: str = ""


@dataclass(frozen=True)
class ListingRow:
    """One product in the list."""

    id: int
    title: str
    kind: str
    is_goods: bool
    is_dated: bool
    badge: Badge
    is_hidden: bool
    is_shown: bool
    # Why the province does not let it be sold; empty if it does.
    blocked_reason: str
    picture: PictureView | None
    variants: Sequence[VariantRow]
    # Where buyers see it.
    url: str


def shelf_page(shop: Shop, *, chosen: str, number: str, now: datetime) -> "Page[Listing]":
    """A page of the shop's listings, newest first."""
    found = Listing.objects.filter(shop=shop)
    match chosen:
        case "dijual":
            found = found.filter(status=ListingStatus.PUBLISHED)
        case "tersembunyi":
            found = found.filter(status__in=(ListingStatus.HIDDEN, ListingStatus.BLOCKED))
        case "menipis":
            found = found.filter(pk__in={one.listing_id for one in low_stock(shop, now=now)})
        case "tanpa-foto":
            found = found.filter(pictures=None, kind=ListingKind.GOODS).exclude(status=ListingStatus.HIDDEN)
    return Paginator(with_parts(found).order_by("-changed_at", "-pk"), PAGE_SIZE).get_page(number)


def with_parts(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """The listings with the sizes on offer and their pictures: two queries more, however many."""
    offered = Variant.objects.filter(is_active=True).order_by("position", "pk")
    pictures = ListingPicture.objects.select_related("picture").order_by("position")
    return listings.select_related("shop").prefetch_related(
        Prefetch("variants", offered, to_attr="offered"), Prefetch("pictures", pictures, to_attr="shown_pictures")
    )


def rows(listings: Sequence[Listing], *, now: datetime) -> list[ListingRow]:
    """Listings that were loaded by :func:`with_parts` as rows; one query."""
    variants: list[Variant] = [variant for listing in listings for variant in getattr(listing, "offered", ())]
    left = stock_left([variant.pk for variant in variants], now)
    return [row(listing, left) for listing in listings]


def row(listing: Listing, left: dict[int, int]) -> ListingRow:
    """One listing."""
    pictures: Sequence[ListingPicture] = getattr(listing, "shown_pictures", ())
    offered: Sequence[Variant] = getattr(listing, "offered", ())
    return ListingRow(
        id=listing.pk,
        title=listing.title,
        kind=str(ListingKind(listing.kind).label),
        is_goods=listing.kind == ListingKind.GOODS,
        is_dated=listing.is_dated,
        badge=badge(listing),
        is_hidden=listing.status == ListingStatus.HIDDEN,
        is_shown=listing.status == ListingStatus.PUBLISHED,
        blocked_reason=listing.blocked_reason if listing.status == ListingStatus.BLOCKED else "",
        picture=picture_view(pictures[0].picture) if pictures else None,
        variants=[
            VariantRow(variant.pk, listing.pk, variant.name, variant.price, left.get(variant.pk)) for variant in offered
        ],
        url=in_this_language(listing.url_path),
    )


def badge(listing: Listing) -> Badge:
    """Whether buyers see it, in words."""
    status = ListingStatus(listing.status)
    match status:
        case ListingStatus.PUBLISHED:
            return Badge(text=capfirst(str(status.label)), tone="ok")
        case ListingStatus.PENDING:
            return Badge(text=capfirst(str(status.label)), tone="warn")
        case ListingStatus.BLOCKED:
            return Badge(text=capfirst(str(status.label)), tone="stop")
        case _:
            return Badge(text=capfirst(str(status.label)), tone="open")
