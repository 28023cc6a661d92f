"""Names of filter values in the visitor's language. Those of regions and categories are remembered for a minute."""

from collections.abc import Callable, Collection
from time import monotonic

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from foundation.money import rupiah
from marketplace.catalog.models import Category
from search.results import Kind
from tourism.destinations.facts import Category as PlaceCategory
from tourism.regions.models import Region

_FRESH_SECONDS, _MOST_KEPT = 60.0, 5_000
_kept: dict[tuple[str, str], tuple[float, str]] = {}

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
    """Names of regions by code; at most one query."""
    return _remembered(
        "region", codes, lambda new: dict(Region.objects.filter(code__in=new).values_list("code", "short_name"))
    )


def of_categories(codes: Collection[str]) -> dict[str, str]:
    """Names of categories, of places and of the marketplace; at most one query."""
    names = {code: _capitalised(str(PlaceCategory(code).label)) for code in codes if code in PlaceCategory}
    slugs = [code for code in codes if code not in names]
    return names | _remembered(
        f"category {get_language()}",
        slugs,
        lambda new: {category.slug: category.name for category in Category.objects.filter(slug__in=new)},
    )


def forget() -> None:
    """Read every name anew; for tests."""
    _kept.clear()


def _remembered(kind: str, codes: Collection[str], read: Callable[[list[str]], dict[str, str]]) -> dict[str, str]:
    now = monotonic()
    known = {code: kept[1] for code in codes if (kept := _kept.get((kind, code))) and now - kept[0] < _FRESH_SECONDS}
    new = [code for code in codes if code not in known]
    found = read(new) if new else {}
    if len(_kept) > _MOST_KEPT:
        _kept.clear()
    _kept.update({(kind, code): (now, name) for code, name in found.items()})
    return known | found


def price_label(band: str) -> str:
    """A band of prices in words; bands of the filter begin one rupiah above a round amount, which is what people read."""
    low, _dash, high = band.partition("-")
    lowest = int(low or 0)
    said = rupiah(lowest - 1 if lowest % 1_000 == 1 else lowest)
    if not high:
        return _("Above %(low)s") % {"low": said}
    if not lowest:
        return _("Up to %(high)s") % {"high": rupiah(int(high))}
    return _("%(low)s to %(high)s") % {"low": said, "high": rupiah(int(high))}


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
