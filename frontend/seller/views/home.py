"""Where a seller starts: which shop, and what waits there."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.clock import day_of
from frontend.parts.addresses import in_this_language
from frontend.seller.counter import for_managers, frame
from frontend.seller.todo import todos, week, week_words
from marketplace.payouts.queries import owed
from marketplace.shops.models import Shop, ShopKind, ShopStatus
from marketplace.shops.queries import memberships


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The shop of somebody who has one; else a choice, or the way to open one."""
    own = memberships(int(request.user.pk or 0))
    managed = [one for one in own if one.may_manage]
    if len(own) == 1 and managed:
        return redirect("seller:shop", shop=managed[0].slug)
    gates = [one for one in own if not one.may_manage]
    return render(request, "seller/home.html", {"managed": managed, "gates": gates, "nav_current": "account"})


@require_safe
@for_managers
def todo(request: HttpRequest, shop: Shop) -> HttpResponse:
    """What waits for the seller, then money, then how it goes."""
    now = timezone.now()
    found = week(shop, now=now)
    context = frame(shop, "shop") | {
        "today": day_of(now),
        "todos": todos(shop, user_id=int(request.user.pk or 0), now=now),
        "is_pending": shop.status in (ShopStatus.PENDING, ShopStatus.DRAFT),
        "is_suspended": shop.status == ShopStatus.SUSPENDED,
        "is_open": shop.status == ShopStatus.APPROVED,
        "owed": owed(shop.pk, limit=1).owed,
        "week": found,
        "week_words": week_words(found),
        "public_url": in_this_language(f"/toko/{shop.slug}/"),
        "sells_tickets": shop.kind != ShopKind.UMKM,
        "has_more_shops": len(memberships(int(request.user.pk or 0))) > 1,
    }
    return render(request, "seller/todo.html", context)
