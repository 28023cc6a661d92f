"""What waits for a seller, most urgent first; and the last seven days in pieces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.clock import WIB, day_of, short_day_words, start_of
from frontend.seller.deadlines import deadlines_words, language, pack_by
from marketplace.catalog.models import Listing, ListingKind, ListingStatus, Variant
from marketplace.inventory.models import Pool, Slot
from marketplace.inventory.queries import stock_left
from marketplace.inventory.queries.levels import free
from marketplace.orders.models import OrderLine, ShopOrder, ShopOrderStatus
from marketplace.orders.queries import todo_counts
from marketplace.shipping.models import ShippingRate
from marketplace.shops.models import Shop, ShopStatus

# Few enough to make more.
LOW_STOCK = 3
# The bars are drawn in a box of this height.
BAR_HEIGHT = 88
LEAST_BAR = 3
_NAMED = 2
# Sold-out days are told so far ahead.
AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Todo:
    """One kind of work: how much of it, in words, and where it is done."""

    count: int
    title: str
    text: str
    url: str
    is_late: bool = False


@dataclass(frozen=True)
class LowStock:
    """A variant of which few pieces are left."""

    listing_id: int
    name: str
    left: int


@dataclass(frozen=True)
class Bar:
    """One day as a bar from the bottom of its box."""

    day: date
    sold: int
    top: int
    height: int
    is_today: bool


@dataclass(frozen=True)
class Week:
    """Pieces sold on the last seven days, and on the seven before."""

    bars: Sequence[Bar]
    sold: int
    before: int


def todos(shop: Shop, *, user_id: int, now: datetime) -> list[Todo]:
    """All that waits; a fixed number of queries."""
    counts = todo_counts(user_id=user_id, shop_id=shop.pk)
    waiting = [*packing(shop, counts, now=now), *sending(shop, counts), *running_out(shop, now=now)]
    return [*waiting, *full_days(shop, now=now), *completing(shop)]


def packing(shop: Shop, counts: Mapping[str, int], *, now: datetime) -> list[Todo]:
    """Orders to pack, with the next deadline."""
    count = counts[ShopOrderStatus.TO_PACK]
    if not count:
        return []
    paid = ShopOrder.objects.filter(shop=shop, status=ShopOrderStatus.TO_PACK, order__paid_at__isnull=False)
    deadlines = [pack_by(moment) for moment in paid.values_list("order__paid_at", flat=True) if moment]
    url = reverse("seller:orders", args=[shop.slug]) + "?tahap=TO_PACK"
    is_late = any(deadline < now for deadline in deadlines)
    return [Todo(count, _("Pack orders"), deadlines_words(deadlines, now), url, is_late=is_late)]


def sending(shop: Shop, counts: Mapping[str, int]) -> list[Todo]:
    """Orders that are packed and have not left."""
    count = counts[ShopOrderStatus.PACKED]
    if not count:
        return []
    url = reverse("seller:orders", args=[shop.slug]) + "?tahap=PACKED"
    return [Todo(count, _("Send orders"), _("Packed already; hand them to the courier or the buyer."), url)]


def running_out(shop: Shop, *, now: datetime) -> list[Todo]:
    """Products of which few or none are left."""
    low = low_stock(shop, now=now)
    if not low:
        return []
    words = [
        _("%(name)s, sold out.") % {"name": one.name}
        if one.left == 0
        else _("%(name)s, %(left)d left.") % {"name": one.name, "left": one.left}
        for one in low[:_NAMED]
    ]
    url = reverse("seller:listings", args=[shop.slug]) + "?saring=menipis"
    return [Todo(len(low), _("Stock is running out"), " ".join(words), url)]


def full_days(shop: Shop, *, now: datetime) -> list[Todo]:
    """Days of the next two weeks of which every time is sold out; one query."""
    today = day_of(now)
    slots = Slot.objects.filter(
        listing__shop=shop,
        listing__status=ListingStatus.PUBLISHED,
        day__range=(today, today + AHEAD),
        closed_at=None,
        ends_at__gt=now,
    )
    roomy = Pool.objects.annotate(left=free(now)).filter(left__gt=0)
    has_room = Exists(roomy.filter(pk=OuterRef("pool_id"))) & (
        Q(day_pool=None) | Exists(roomy.filter(pk=OuterRef("day_pool_id")))
    )
    days: dict[tuple[int, date], bool] = {}
    titles: dict[int, Listing] = {}
    for slot in slots.annotate(has_room=has_room).select_related("listing").order_by("day", "pk"):
        key = (slot.listing_id, slot.day)
        days[key] = days.get(key, False) or slot.has_room
        titles[slot.listing_id] = slot.listing
    full = [key for key, is_roomy in days.items() if not is_roomy]
    if not full:
        return []
    words = [
        _("%(name)s, %(day)s.") % {"name": titles[pk].title, "day": short_day_words(day, language())}
        for pk, day in full[:_NAMED]
    ]
    return [Todo(len(full), _("Days are sold out"), " ".join(words), reverse("seller:dates", args=[shop.slug]))]


def completing(shop: Shop) -> list[Todo]:
    """What a shop still lacks to sell well."""
    found = []
    settings_url = reverse("seller:settings", args=[shop.slug])
    blocked = Listing.objects.filter(shop=shop, status=ListingStatus.BLOCKED).order_by("-changed_at", "-pk")
    if reasons := list(blocked.values_list("blocked_reason", flat=True)):
        url = reverse("seller:listings", args=[shop.slug]) + "?saring=tersembunyi"
        found.append(Todo(len(reasons), _("Blocked by the province"), reasons[0], url, is_late=True))
    listings = Listing.objects.filter(shop=shop).exclude(status__in=(ListingStatus.HIDDEN, ListingStatus.BLOCKED))
    if shop.status == ShopStatus.PENDING and (count := listings.filter(status=ListingStatus.PENDING).count()):
        words = _("They appear by themselves once the province has approved your shop.")
        found.append(Todo(count, _("Products wait for approval"), words, reverse("seller:listings", args=[shop.slug])))
    sells_goods = listings.filter(kind=ListingKind.GOODS).exists()
    if sells_goods and not ShippingRate.objects.filter(shop=shop).exists():
        words = _("Until then buyers can only pick things up at your shop.")
        found.append(Todo(1, _("Set the cost of delivery"), words, settings_url + "#kirim"))
    if sells_goods and not shop.address:
        found.append(Todo(1, _("Write your address"), _("Buyers need it to pick things up."), settings_url))
    bare = listings.filter(pictures=None, kind=ListingKind.GOODS).count()
    if bare:
        words = _("Buyers rarely buy what they cannot see.")
        url = reverse("seller:listings", args=[shop.slug]) + "?saring=tanpa-foto"
        found.append(Todo(bare, _("Add photos"), words, url))
    return found


def low_stock(shop: Shop, *, now: datetime) -> list[LowStock]:
    """Variants on sale of which few are left, the scarcest first; two queries."""
    offered = Variant.objects.filter(
        listing__shop=shop, listing__status=ListingStatus.PUBLISHED, is_active=True, stock__isnull=False
    ).select_related("listing")
    variants = {variant.pk: variant for variant in offered}
    left = stock_left(list(variants), now)
    low = [
        LowStock(variant.listing_id, " ".join(filter(None, (variant.listing.title, variant.name))), left[pk])
        for pk, variant in variants.items()
        if left.get(pk, LOW_STOCK + 1) <= LOW_STOCK
    ]
    return sorted(low, key=lambda one: (one.left, one.name))


def week(shop: Shop, *, now: datetime) -> Week:
    """What was sold lately, by the day of payment; one query."""
    today = day_of(now)
    days = [today - timedelta(days=number) for number in range(6, -1, -1)]
    rows = (
        OrderLine.objects.filter(
            shop_order__shop=shop, shop_order__order__paid_at__gte=start_of(today - timedelta(days=13))
        )
        .exclude(shop_order__status=ShopOrderStatus.CANCELLED)
        .annotate(day=TruncDate("shop_order__order__paid_at", tzinfo=WIB))
        .values_list("day")
        .annotate(sold=Sum(F("quantity") - F("refunded_quantity")))
        .order_by("day")
    )
    sold: dict[date, int] = dict(rows)
    most = max((sold.get(day, 0) for day in days), default=0) or 1
    bars = []
    for day in days:
        height = max(LEAST_BAR, sold.get(day, 0) * BAR_HEIGHT // most)
        bars.append(Bar(day, sold.get(day, 0), BAR_HEIGHT - height, height, is_today=day == today))
    before = sum(count for day, count in sold.items() if day < days[0])
    return Week(bars=bars, sold=sum(bar.sold for bar in bars), before=before)


def week_words(found: Week) -> str:
    """The week in one plain sentence."""
    if not found.sold:
        return _("Nothing sold in the last seven days.")
    sold = ngettext("%(count)d sold", "%(count)d sold", found.sold) % {"count": found.sold}
    change = found.sold - found.before
    if not found.before or not change:
        return f"{sold}."
    words = (
        _("%(sold)s, %(change)d more than the week before.")
        if change > 0
        else _("%(sold)s, %(change)d fewer than the week before.")
    )
    return words % {"sold": sold, "change": abs(change)}
