"""Back to an order: by phone number and order code, or by the signed link of a message."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from foundation.codes import tidy_code
from foundation.errors import DomainError
from foundation.limits import spend
from foundation.links import LinkRefused
from frontend.account.forms import FindOrderForm
from frontend.parts.order_access import remember_opened
from frontend.parts.visitors import network_address
from marketplace.orders.links import order_code
from marketplace.orders.models import Order
from marketplace.orders.queries import find_by_phone

# Codes have sixty bits, so guessing is hopeless; the limits keep a phone's owner from being bothered and the log clean.
WINDOW = timedelta(minutes=10)
MOST_PER_ADDRESS = 30
MOST_PER_CODE = 6


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find_order(request: HttpRequest) -> HttpResponse:
    """Ask for phone number and code; both must fit. What does not fit is not said."""
    form = FindOrderForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            code = tidy_code(form.cleaned_data["code"])
            try:
                spend("find-order", network_address(request), most=MOST_PER_ADDRESS, within=WINDOW)
                spend("find-order-code", code[:20], most=MOST_PER_CODE, within=WINDOW)
                found = find_by_phone(code=code, phone=form.cleaned_data["phone"])
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                if found is not None:
                    remember_opened(request, found.code)
                    return redirect("checkout:order", code=found.code)
                form.add_error(None, _("There is no order with this code and this phone number. Please check both."))
    return render(request, "account/find_order.html", {"form": form, "nav_current": "orders"}, status=status)


@require_safe
@never_cache
def open_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The order behind a signed link, from now on open in this browser; in the language it was placed in."""
    try:
        code = order_code(token)
    except LinkRefused as refusal:
        raise Http404 from refusal
    order = Order.objects.filter(code=code).first()
    if order is None:
        raise Http404
    remember_opened(request, order.code)
    with override(order.language):
        return redirect("checkout:order", code=order.code)
