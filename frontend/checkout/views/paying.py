"""The checkout: one page, three short blocks, one order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.accounts.buyer import Buyer
from foundation.clock import day_of
from foundation.errors import DomainError
from foundation.kept_pages import kept_text
from frontend.checkout import shipping
from frontend.checkout.forms import CheckoutForm, fresh_key
from frontend.checkout.views.adding import plain
from frontend.parts.visitors import cart_buyer, payment_minutes
from marketplace.carts.queries import cart_view
from marketplace.inventory.services import PoolExhausted
from marketplace.orders.models import Order
from marketplace.payments.channels import ways_for
from marketplace.sales import services
from marketplace.shipping.models import ShippingMethod
from tourism.regions import queries as regions


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    """Ask who and where, place the order, and send the buyer to pay."""
    now = timezone.now()
    buyer = cart_buyer(request, now=now)
    is_looked_at = request.method != "POST" or "hitung" in request.POST or "cari" in request.POST
    return look(request, buyer, now=now) if is_looked_at else order(request, buyer, now=now)


def look(request: HttpRequest, buyer: Buyer, *, now: datetime) -> HttpResponse:
    """The page with the cart as it is, and what was typed so far."""
    cart = cart_view(buyer, now)
    if cart.is_empty or (cart.problems and request.method != "POST"):
        return redirect("checkout:cart")
    chosen = plain(request.POST if request.method == "POST" else request.GET)
    sums = shipping.sums(cart, chosen)
    if request.method != "POST":
        return show(request, new_form(request, sums), sums)
    return show(request, CheckoutForm(initial=chosen, is_sent=sums.is_sent), sums)


def order(request: HttpRequest, buyer: Buyer, *, now: datetime) -> HttpResponse:
    """Place the order and go on to paying; the cart itself is looked at only if something is to be mended."""
    methods = shipping.methods(plain(request.POST))
    form = CheckoutForm(request.POST, is_sent=ShippingMethod.FLAT_RATE in methods.values())
    if not form.is_valid():
        return show_again(request, form, buyer, status=422)
    try:
        placed = services.place(
            buyer=buyer,
            checkout_key=form.cleaned_data["checkout_key"],
            details=details(form.cleaned_data, methods),
            language=(get_language() or "id")[:2],
            now=now,
        )
    except services.DetailsMissing as missing:
        shown = "tempat" if missing.field == "village" else missing.field
        form.add_error(shown if shown in form.fields else None, missing.sentence)
        return show_again(request, form, buyer, status=missing.status)
    except PoolExhausted as refusal:
        # Hundreds may be told this at once, and nothing on this page mends it: the cart does.
        context = {"heading": _("Somebody was quicker"), "sentence": refusal.sentence, "is_order": True}
        page = kept_text(request, refusal.sentence, lambda: render_to_string("checkout/refused.html", context, request))
        return HttpResponse(page, status=refusal.status)
    except DomainError as refusal:
        # A price changed: the cart is read again, so that what is shown is what is left.
        form.add_error(None, refusal.sentence)
        return show_again(request, form, buyer, status=refusal.status)
    # A free order is paid already.
    return redirect("checkout:pay" if placed.amount else "checkout:order", code=placed.code)


def placed_before(form: CheckoutForm, buyer: Buyer) -> Order | None:
    """The buyer's own order that this very form has made."""
    key = form.cleaned_data.get("checkout_key") if form.is_bound else None
    return Order.objects.bought_by(buyer).filter(checkout_key=key).first() if key else None


def details(cleaned: dict[str, Any], methods: Mapping[int, str]) -> services.CheckoutDetails:
    """What was typed, as sales wants it; an address only if something is sent."""
    sent = ShippingMethod.FLAT_RATE in methods.values()
    return services.CheckoutDetails(
        name=cleaned["name"],
        phone=cleaned["phone"],
        email=cleaned["email"],
        agreed_total=cleaned["agreed_total"],
        shipping=methods,
        recipient_name=cleaned["recipient_name"],
        recipient_phone=cleaned["recipient_phone"],
        address=cleaned["address"] if sent else "",
        village_code=cleaned["village"] if sent else "",
        locality=cleaned["locality"] if sent else "",
        postal_code=cleaned["postal_code"] if sent else "",
        note=cleaned["note"],
        is_gift=cleaned["is_gift"],
    )


def new_form(request: HttpRequest, sums: shipping.Sums) -> CheckoutForm:
    """An empty form, with what an account already knows."""
    initial: dict[str, Any] = {"checkout_key": fresh_key(), "agreed_total": sums.total}
    if request.user.is_authenticated:
        user = request.user
        initial |= {"name": user.get_full_name(), "phone": user.phone or "", "email": user.email or ""}
    return CheckoutForm(initial=initial, is_sent=sums.is_sent)


def show_again(request: HttpRequest, form: CheckoutForm, buyer: Buyer, *, status: int) -> HttpResponse:
    """The page with what is to be mended; without a cart, on to the order that this form has made, if there is one."""
    cart = cart_view(buyer, timezone.now())
    if cart.is_empty:
        placed = placed_before(form, buyer)
        return redirect("checkout:pay", code=placed.code) if placed else redirect("checkout:cart")
    return show(request, form, shipping.sums(cart, plain(request.POST)), status=status)


def show(request: HttpRequest, form: CheckoutForm, sums: shipping.Sums, *, status: int = 200) -> HttpResponse:
    """The page, or for htmx the part that changes with the way of shipping."""
    typed = str(form["tempat"].value() or "")
    chosen = regions.place(str(form["village"].value() or ""))
    found = regions.find_places(typed, limit=8) if typed else []
    if chosen and chosen not in found:
        found = [chosen, *found]
    context = {
        "form": form,
        "sums": sums,
        "places": found,
        "typed": typed,
        "chosen": chosen.code if chosen else "",
        "total": sums.total,
        "ways": ways_for(sums.total, day=day_of(timezone.now())),
        "window": payment_minutes(),
        "other_recipient": bool(form["recipient_name"].value() or form["recipient_phone"].value()),
        "nav_current": "cart",
    }
    template = "checkout/_checkout.html" if request.headers.get("HX-Request") else "checkout/checkout.html"
    return render(request, template, context, status=status)
