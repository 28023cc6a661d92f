"""What a site's sitemap lists: things that anybody may read, each with its addresses in every language.

The addresses are those that the pages themselves name as canonical. So a region's sitemap lists its pages; shops and
listings answer on every host alike, and are listed where their canonical address is: by the province's own site.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from wagtail.models import Page, PageQuerySet, PageViewRestriction, Site

from frontend.parts.addresses import in_every_language
from marketplace.catalog.models import DATED_KINDS, Listing, ListingKind
from marketplace.shops.models import Shop
from tourism.destinations.models import Destination
from tourism.events.models import Event
from tourism.trips.models import Trip

# Pages that show a row of tourism answer 404 until there is one.
FACTS = {"destinationpage": Destination, "eventpage": Event, "trippage": Trip}


@dataclass(frozen=True)
class Entry:
    """One thing: its absolute addresses by language, and when it was changed last, in UTC."""

    addresses: Mapping[str, str]
    changed_at: datetime | None


class Section(Protocol):
    """Things of one kind, in an order that new ones do not upset."""

    def count(self) -> int:
        """How many there are."""

    def entries(self, start: int, stop: int) -> Sequence[Entry]:
        """Those from ``start`` until before ``stop``, in a fixed number of queries."""


def sections_of(site: Site) -> dict[str, Section]:
    """What the sitemap of a site lists, by the name that stands in the addresses of its parts."""
    pages: dict[str, Section] = {"pages": Pages(site)}
    return pages | {"shops": Shops(), "listings": Listings()} if site.is_default_site else pages


class Pages:
    """Live pages of a site that no restriction hides."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def count(self) -> int:
        """Pages and their twins count once."""
        return int(self.found.values("translation_key").distinct().count())

    def entries(self, start: int, stop: int) -> Sequence[Entry]:
        """Twins together, by their common key."""
        keys = list(
            self.found.values_list("translation_key", flat=True).distinct().order_by("translation_key")[start:stop]
        )
        if not keys:
            return []
        rows = self.found.filter(translation_key__range=(keys[0], keys[-1])).order_by("translation_key", "pk")
        twins: dict[Any, list[Page]] = defaultdict(list)
        for page in rows.select_related("locale"):
            twins[page.translation_key].append(page)
        return [self._entry(pages) for pages in twins.values()]

    @cached_property
    def found(self) -> PageQuerySet[Page]:
        """Those that answer anybody. Three small queries tell which part of the tree is this site's."""
        sites = list(Site.objects.values_list("pk", "root_page__translation_key"))
        roots = dict(
            Page.objects.filter(translation_key__in=[key for _site, key in sites]).values_list(
                "path", "translation_key"
            )
        )
        own = tuple(path for path, key in roots.items() if key == dict(sites)[self.site.pk])
        hidden = PageViewRestriction.objects.values_list("page__path", flat=True)
        # A region's home lies below the province's and has an address of its own.
        nested = [path for path in roots if path not in own and path.startswith(own)]
        without_facts = reduce(
            or_,
            (
                Q(content_type__app_label="pages", content_type__model=model)
                & ~Exists(rows._default_manager.filter(translation_key=OuterRef("translation_key")))
                for model, rows in FACTS.items()
            ),
        )
        return Page.objects.live().filter(below(own)).exclude(below([*nested, *hidden])).exclude(without_facts)

    def _entry(self, pages: Sequence[Page]) -> Entry:
        # As ``full_url``, which asks where the sites are once for each page; of one site they are asked once.
        found = {page.locale.language_code: page.get_full_url(self.site) or "" for page in pages}
        # A page and its twin show the same facts, so a change of one is a change of both.
        changed = [moment for page in pages if (moment := page.last_published_at or page.latest_revision_created_at)]
        return Entry(
            {code: found[code] for code, _name in settings.LANGUAGES if code in found}, max(changed, default=None)
        )


class Shops:
    """Open shops."""

    def count(self) -> int:
        """All of them."""
        return Shop.objects.open().count()

    def entries(self, start: int, stop: int) -> Sequence[Entry]:
        """A shop changes with what it sells."""
        sold = Max("listings__changed_at", filter=Q(listings__status="PUBLISHED"))
        rows = Shop.objects.open().annotate(sold_at=sold).order_by("pk").values_list("slug", "opened_at", "sold_at")
        return [
            Entry(in_every_language(reverse("storefront:shop", args=[slug])), max(filter(None, moments), default=None))
            for slug, *moments in rows[start:stop]
        ]


class Listings:
    """Listings for sale that have a page: goods, and what is bought for a day."""

    found = Listing.objects.for_sale().filter(kind__in=sorted({ListingKind.GOODS, *DATED_KINDS}))

    def count(self) -> int:
        """All of them."""
        return self.found.count()

    def entries(self, start: int, stop: int) -> Sequence[Entry]:
        """Goods and tickets alike."""
        rows = self.found.order_by("pk").only("slug", "kind", "changed_at")
        return [Entry(in_every_language(row.url_path), row.changed_at) for row in rows[start:stop]]


def below(paths: Sequence[str]) -> Q:
    """Pages at and under any of these; nobody's where there are none."""
    return reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk__in=()))
