"""The cart: what is in it, what changed, how it reaches the buyer, what it costs."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.accounts.buyer import Buyer
from foundation.errors import DomainError
from frontend.checkout import shipping
from frontend.checkout.views.adding import number, plain
from frontend.parts.visitors import cart_buyer, payment_minutes
from marketplace.carts import queries, services


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cart(request: HttpRequest) -> HttpResponse:
    """Show the cart, and change it: quantities, removed lines, changes agreed to."""
    now = timezone.now()
    buyer = cart_buyer(request, now=now)
    if request.method != "POST":
        return show(request, buyer, plain(request.GET), now=now)
    posted = plain(request.POST)
    refusal = change(buyer, posted, now=now)
    is_htmx = bool(request.headers.get("HX-Request"))
    if refusal is not None:
        return show(request, buyer, posted, now=now, refusal=refusal)
    if is_htmx:
        answer = show(request, buyer, posted, now=now)
        answer["HX-Trigger"] = "cart-changed"
        return answer
    query = urlencode(list(shipping.parameters(posted)))
    if posted.get("lanjut") and not queries.cart_view(buyer, now).problems:
        return redirect(f"{reverse('checkout:checkout')}?{query}" if query else "checkout:checkout")
    if posted.get("hapus"):
        messages.success(request, _("Removed from your cart."))
    return redirect(f"{reverse('checkout:cart')}?{query}" if query else "checkout:cart")


def change(buyer: Buyer, posted: Mapping[str, str], *, now: datetime) -> DomainError | None:
    """Do what the form asks; the last refusal, if any. What could be done is done."""
    if posted.get("setuju"):
        services.accept_changes(buyer=buyer, now=now)
        return None
    removed = posted.get("hapus", "")
    refused: DomainError | None = None
    if removed:
        try:
            services.remove_line(buyer=buyer, line_id=number(removed), now=now)
        except DomainError as refusal:
            refused = refusal
    present = {str(line.id): line.quantity for line in queries.cart_view(buyer, now).lines}
    for name, typed in posted.items():
        line_id = name.removeprefix("jumlah-")
        if line_id in (name, removed) or line_id not in present or typed == str(present[line_id]):
            continue
        try:
            services.change_quantity(buyer=buyer, line_id=int(line_id), quantity=number(typed), now=now)
        except DomainError as refusal:
            refused = refusal
    return refused


def show(
    request: HttpRequest,
    buyer: Buyer,
    chosen: Mapping[str, str],
    *,
    now: datetime,
    refusal: DomainError | None = None,
) -> HttpResponse:
    """The page, or for htmx its changing part."""
    view = queries.cart_view(buyer, now)
    context = {
        "cart": view,
        "sums": shipping.sums(view, chosen),
        "refusal": refusal.sentence if refusal else "",
        "window": payment_minutes(),
        "nav_current": "cart",
    }
    template = "checkout/_cart.html" if request.headers.get("HX-Request") else "checkout/cart.html"
    return render(request, template, context, status=refusal.status if refusal else 200)
