"""What is kept of a buyer, and having it erased."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.accounts.buyer import buyer_of
from marketplace.orders.models import Order
from marketplace.sales.services import ask_erasure


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def personal_data(request: HttpRequest) -> HttpResponse:
    """How many orders still name this buyer; and erase that, at once or as soon as each is over."""
    own = Order.objects.bought_by(buyer_of(request))
    error = ""
    if request.method == "POST":
        if request.POST.get("setuju"):
            asked = ask_erasure(order_ids=list(own.values_list("pk", flat=True)), now=timezone.now())
            say(request, asked.erased, asked.waiting)
            return redirect("account:personal_data")
        error = _("Tick the box first: what is erased does not come back.")
    named = own.filter(contact__erased_at=None)
    context = {
        "named": named.filter(contact__erase_asked_at=None).count(),
        "waiting": named.filter(contact__erase_asked_at__isnull=False).count(),
        "erased": own.filter(contact__erased_at__isnull=False).count(),
        "error": error,
        "nav_current": "account",
    }
    return render(request, "account/personal_data.html", context, status=422 if error else 200)


def say(request: HttpRequest, erased: int, waiting: int) -> None:
    """What became of the wish."""
    if erased:
        words = ngettext("Erased from %(count)d order.", "Erased from %(count)d orders.", erased)
        messages.success(request, words % {"count": erased})
    if waiting:
        words = ngettext(
            "%(count)d order is not over yet: it is erased as soon as it is.",
            "%(count)d orders are not over yet: they are erased as soon as they are.",
            waiting,
        )
        messages.info(request, words % {"count": waiting})
    if not erased and not waiting:
        messages.info(request, _("There was nothing left to erase."))
