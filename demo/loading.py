"""Loading the sample province, whole and repeatable; refused where there is anything real."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from cms.pages.pairs import without_admin_indexes
from cms.pages.scheduling import rebuild_admin_indexes
from demo import goods, money, pages, people, province, shops, tickets
from demo.images import Drawings
from foundation.accounts.models import User
from foundation.outbox import services as outbox
from marketplace.catalog.models import Listing
from marketplace.orders.models import Order
from marketplace.shops.models import Shop

type Progress = Callable[[str, Iterable[object], int], None]


class NotEmpty(Exception):
    """There is real data here; the demonstration stays away."""


def refuse_real_data() -> None:
    """Make sure that nothing here belongs to anybody.

    :raises NotEmpty: the demo is off, or an account, shop or order is no sample.
    """
    if not settings.DEMO:
        raise NotEmpty("DEMO is off: sample data is only for demonstrations.")
    strangers = User.objects.exclude(email__endswith=".invalid").exclude(email=None)
    if Shop.objects.filter(is_sample=False).exists() or (
        strangers.exists() and not Shop.objects.filter(is_sample=True).exists()
    ):
        raise NotEmpty("This database holds real shops or accounts. Sample data is never mixed with real data.")
    if Order.objects.exists() and not Shop.objects.filter(is_sample=True).exists():
        raise NotEmpty("This database holds real orders. Sample data is never mixed with real data.")


def is_loaded() -> bool:
    """Whether the sample province was loaded to its end: its people come last."""
    return User.objects.filter(email=people.PROVINCE, groups__isnull=False).exists()


def load(*, progress: Progress, now: datetime) -> None:
    """Load everything; what is there already stays as it is.

    :param progress: consumes the steps of a part, given its name and how many there will be.
    :raises NotEmpty: this is no place for sample data.
    """
    refuse_real_data()
    if not Listing.objects.exists():
        progress("regions", [province.load_province(now=now)], 1)
    with without_admin_indexes():
        load_pages(progress=progress, now=now)
    rebuild_admin_indexes()
    progress("goods", load_trade(now=now), 228 + 34)
    people.load_people(now=now)
    progress("money", money.load_money(now=now), 4)
    progress("search", [outbox.drain(now=timezone.now())], 1)


def load_pages(*, progress: Progress, now: datetime) -> None:
    """Sites, places, events, stories and trips, in both languages."""
    progress("sites", pages.load_sites(now=now), 19)
    drawings = Drawings()
    # The worker makes sizes oldest first: the pictures of the first pages go ahead.
    pages.upload_first_views(drawings)
    progress("places", pages.load_places(drawings, now=now), 86)
    pages.load_closures(now=now)
    pages.load_notice(now=now)
    progress("events", pages.load_events(drawings, now=now), 8)
    progress("stories", pages.load_stories(drawings, now=now), 5)
    progress("trips", pages.load_trips(drawings, now=now), 3)
    progress("homes", pages.load_homes(drawings, now=now), 19)
    pages.load_information(now=now)


def load_trade(*, now: datetime) -> Iterator[str]:
    """Shops, goods and tickets; only into a marketplace that has none yet."""
    shops.load_merchant_account()
    if Listing.objects.exists():
        return
    categories = goods.load_categories()
    pictures = goods.Pictures(now=now)
    makers = {region.code: shops.load_makers(region, now=now) for region in pages.regencies()}
    yield from goods.load_goods(shops=makers, categories=categories, pictures=pictures, now=now)
    yield from tickets.load_tickets(categories=categories, pictures=pictures, now=now)
