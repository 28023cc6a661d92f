"""Behind the counter: whose shop it is, and the frame that every page of a shop has."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from frontend.parts.values import Link, RegionMark
from marketplace.shops.models import Shop, ShopKind
from marketplace.shops.queries import with_places

# Two lines beside the sign on a narrow phone.
LONGEST_MARK = 36


def for_managers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the shop that is named in the address, if whoever is signed in runs it; a stranger gets 404."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, shop: str, **kwargs: Any) -> HttpResponse:
        found = with_places(Shop.objects.managed_by(request.user.pk)).filter(slug=shop).first()
        if found is None:
            raise Http404
        return view(request, found, **kwargs)

    return guarded


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return "HX-Request" in request.headers


def frame(shop: Shop, current: str = "") -> dict[str, Any]:
    """The shop's own menus, in the colours of its region.

    :param current: the entry that is lit: shop, orders, dates, listings, new or money.
    """
    # Who sells tickets looks at dates every day, and puts something new up for sale twice a year.
    middle = ("new", _("Sell"), _("Sell"), "plus")
    if shop.kind != ShopKind.UMKM:
        middle = ("dates", _("Dates"), _("Dates"), "calendar")
    entries = (
        ("shop", _("To do"), _("Shop"), "store"),
        ("orders", _("Orders"), _("Orders"), "receipt-text"),
        middle,
        ("listings", _("Products"), _("Products"), "package"),
        ("money", _("Money"), _("Money"), "wallet"),
    )
    urls = {name: reverse(f"seller:{name}", args=[shop.slug]) for name, _long, _short, _icon in entries}
    return {
        "shop": shop,
        "region": RegionMark(slug=shop.region.slug or "", name=shop.region.short_name),
        "menu": [Link(title=long, url=urls[name], current=name == current) for name, long, _short, _icon in entries],
        "bar": [
            Link(title=short, url=urls[name], icon=icon, current=name == current)
            for name, _long, short, icon in entries
        ],
        "mark_title": Truncator(shop.name).chars(LONGEST_MARK),
        "mark_note": shop.region.short_name,
        "mark_url": urls["shop"],
    }
