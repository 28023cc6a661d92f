"""Pages of words: how to buy, what happens to personal data, where things come from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from frontend.parts.visitors import payment_minutes

public = cache_control(public=True, max_age=300)


@require_safe
@public
def how_to_buy(request: HttpRequest) -> HttpResponse:
    """How buying, paying, entering and getting money back work."""
    return render(request, "storefront/how_to_buy.html", {"window": payment_minutes()})


@require_safe
@public
def privacy(request: HttpRequest) -> HttpResponse:
    """Which personal data is kept, for what, how long."""
    return render(request, "storefront/privacy.html")


@require_safe
@public
def credits(request: HttpRequest) -> HttpResponse:  # noqa: A001 - the page's own name
    """Where data, pictures, type and icons come from."""
    return render(request, "storefront/credits.html")
