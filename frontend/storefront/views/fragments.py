"""Fragments that cached pages ask for afterwards: what is one visitor's own, and places for address forms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from frontend.parts.visitors import cart_buyer
from marketplace.carts.queries import cart_count
from tourism.regions.queries import find_places


@require_safe
@never_cache
def personal(request: HttpRequest) -> HttpResponse:
    """Cart count and name for the header of a page that is the same for everybody."""
    buyer = cart_buyer(request, now=timezone.now())
    person = (request.user.first_name or str(request.user)) if request.user.is_authenticated else ""
    owns_something = buyer.user_id is not None or buyer.guest_key
    context = {"cart_count": cart_count(buyer) if owns_something else 0, "person": person}
    return render(request, "_parts/personal.html", context)


@require_safe
@cache_control(public=True, max_age=3600)
def places(request: HttpRequest) -> HttpResponse:
    """Villages for an address, by postal code or name, as choices of a form."""
    typed = request.GET.get("tempat", "").replace("\x00", "")[:80]
    return render(request, "storefront/_places.html", {"typed": typed, "places": find_places(typed, limit=8)})
