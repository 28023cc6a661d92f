"""Names of filter values in the visitor's language."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.money import rupiah
from marketplace.catalog.models import Category
from search.results import Kind
from tourism.destinations.facts import Category as PlaceCategory
from tourism.regions.models import Region

KINDS = {
    Kind.DESTINATION: gettext_lazy("Place"),
    Kind.EVENT: gettext_lazy("Event"),
    Kind.TRIP: gettext_lazy("Trip"),
    Kind.STORY: gettext_lazy("Story"),
    Kind.GOODS: gettext_lazy("Product"),
    Kind.TICKET: gettext_lazy("Ticket"),
    Kind.STAY: gettext_lazy("Stay"),
    Kind.SHOP: gettext_lazy("Shop"),
}


def kind_label(kind: str) -> str:
    """What kind of result it is."""
    return str(KINDS[Kind(kind)])


def of_regions(codes: Collection[str]) -> dict[str, str]:
    """Names of regions by code; one query."""
    return dict(Region.objects.filter(code__in=codes).values_list("code", "short_name")) if codes else {}


def of_categories(codes: Collection[str]) -> dict[str, str]:
    """Names of categories, of places and of the marketplace; at most one query."""
    names = {code: _capitalised(str(PlaceCategory(code).label)) for code in codes if code in PlaceCategory}
    slugs = [code for code in codes if code not in names]
    if slugs:
        names |= {category.slug: category.name for category in Category.objects.filter(slug__in=slugs)}
    return names


def price_label(band: str) -> str:
    """A band of prices in words."""
    low, _dash, high = band.partition("-")
    if not high:
        return _("Above %(low)s") % {"low": rupiah(int(low) - 1)}
    if low in ("", "0"):
        return _("Up to %(high)s") % {"high": rupiah(int(high))}
    return _("%(low)s to %(high)s") % {"low": rupiah(int(low) - 1), "high": rupiah(int(high))}


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
