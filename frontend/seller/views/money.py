"""Money: what came in, what the shop is owed, and why it is that much."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend.seller.counter import for_managers, frame
from frontend.seller.money import groups, movements
from marketplace.payouts.queries import owed
from marketplace.shops.models import Shop, ShopKind

PAGE_SIZE = 50
MOST_SHOWN = 1000


@require_safe
@for_managers
def money(request: HttpRequest, shop: Shop) -> HttpResponse:
    """The balance first, then each movement with its reason."""
    shown = request.GET.get("tampil", "")
    limit = min(int(shown), MOST_SHOWN) if shown.isdecimal() and len(shown) < 5 else PAGE_SIZE
    statement = owed(shop.pk, limit=limit)
    context = frame(shop, "money") | {
        "owed": statement.owed,
        "is_dinas": shop.kind == ShopKind.DINAS,
        "groups": groups(movements(shop, statement)),
        "more": limit + PAGE_SIZE if len(statement.rows) == limit else 0,
        "account_ending": shop.bank_account_number[-4:],
        "bank_name": shop.bank_name,
    }
    return render(request, "seller/money.html", context)
