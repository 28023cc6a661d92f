"""Orders of a shop: what is to be packed, sent, handed over."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import DomainError
from frontend.parts.values import Badge, Link, Step
from frontend.seller.counter import for_managers, frame, is_partial
from frontend.seller.deadlines import deadline_words, pack_by
from marketplace.orders import services
from marketplace.orders.models import ShopOrderStatus
from marketplace.orders.queries import ShopOrderCard, ShopOrderDetail, shop_order_detail, todo_counts, todo_list
from marketplace.sales.services import cancel_shop_order
from marketplace.shipping.models import ShippingMethod
from marketplace.shops.models import Shop

PAGE_SIZE = 30
MOST_SHOWN = 600
LEAST_REASON, MOST_REASON = 4, 160
TONES = {
    ShopOrderStatus.TO_PACK: "warn",
    ShopOrderStatus.PACKED: "info",
    ShopOrderStatus.SENT: "info",
    ShopOrderStatus.RECEIVED: "ok",
    ShopOrderStatus.CANCELLED: "stop",
}
# The way of a parcel, as it is drawn.
WAY = (ShopOrderStatus.TO_PACK, ShopOrderStatus.PACKED, ShopOrderStatus.SENT, ShopOrderStatus.RECEIVED)


@require_safe
@for_managers
def orders(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Orders by stage, the most urgent first."""
    now = timezone.now()
    user_id = int(request.user.pk or 0)
    stage = request.GET.get("tahap", "")
    stage = stage if stage in WAY or stage == ShopOrderStatus.CANCELLED else ""
    shown = request.GET.get("tampil", "")
    limit = min(int(shown), MOST_SHOWN) if shown.isdecimal() and len(shown) < 5 else PAGE_SIZE
    found = todo_list(user_id=user_id, shop_id=shop.pk, statuses=(stage,) if stage else (), limit=limit + 1)
    counts = todo_counts(user_id=user_id, shop_id=shop.pk)
    here = reverse("seller:orders", args=[shop.slug])
    words = {
        ShopOrderStatus.TO_PACK: _("To pack"),
        ShopOrderStatus.PACKED: _("To send"),
        ShopOrderStatus.SENT: _("On the way"),
        ShopOrderStatus.RECEIVED: _("Done"),
    }
    tabs = [Link(title=_("All"), url=here, current=not stage)]
    tabs += [
        Link(title=title, url=f"{here}?tahap={status}", count=counts[status] or None, current=stage == status)
        for status, title in words.items()
    ]
    context = frame(shop, "orders") | {
        "cards": [with_words(card, now) for card in found[:limit]],
        "tabs": tabs,
        "stage": stage,
        "more_url": f"{here}?tahap={stage}&tampil={limit + PAGE_SIZE}" if len(found) > limit else "",
    }
    return render(request, "seller/orders.html", context)


def with_words(card: ShopOrderCard, now: datetime) -> dict[str, Any]:
    """An order in the list with its deadline."""
    waits = card.status == ShopOrderStatus.TO_PACK and card.paid_at is not None
    deadline = pack_by(card.paid_at) if waits and card.paid_at else None
    return {
        "order": card,
        "badge": Badge(text=capfirst(card.status_words), tone=tone(card.status)),
        "deadline": deadline_words(deadline, now) if deadline else "",
        "is_late": deadline is not None and deadline < now,
        "is_pick_up": card.shipping_method == ShippingMethod.PICK_UP,
    }


@require_safe
@for_managers
def order(request: HttpRequest, shop: Shop, order: int) -> HttpResponse:
    """One order, with where it goes."""
    return show(request, shop, find(request, shop, order))


@require_POST
@for_managers
def step(request: HttpRequest, shop: Shop, order: int) -> HttpResponse:
    """Packed, sent, received. The same step twice changes nothing; a step that no longer fits is said so."""
    find(request, shop, order)
    user_id, now = int(request.user.pk or 0), timezone.now()
    wanted = request.POST.get("langkah", "")
    try:
        match wanted:
            case "pack":
                services.pack(shop_order_id=order, user_id=user_id, now=now)
            case "send":
                number = request.POST.get("resi", "")
                services.send(shop_order_id=order, user_id=user_id, now=now, tracking_number=number)
            case "hand_over":
                services.hand_over(shop_order_id=order, user_id=user_id, now=now)
            case _:
                raise Http404
    except DomainError as refusal:
        return show(request, shop, find(request, shop, order), refused=refusal.sentence, status=refusal.status)
    if is_partial(request):
        return show(request, shop, find(request, shop, order))
    messages.success(request, _("Noted. The buyer sees it too."))
    return redirect("seller:order", shop.slug, order)


@require_POST
@for_managers
def cancel(request: HttpRequest, shop: Shop, order: int) -> HttpResponse:
    """The shop cannot deliver: its part is cancelled and the buyer's money goes back."""
    find(request, shop, order)
    reason = " ".join(request.POST.get("alasan", "").split())[:MOST_REASON]
    if len(reason) < LEAST_REASON:
        detail = find(request, shop, order)
        return show(request, shop, detail, refused=_("Say in a few words why; the buyer reads it."), status=422)
    try:
        cancel_shop_order(shop_order_id=order, user_id=int(request.user.pk or 0), reason=reason, now=timezone.now())
    except DomainError as refusal:
        return show(request, shop, find(request, shop, order), refused=refusal.sentence, status=refusal.status)
    messages.success(request, _("Cancelled. The buyer's money goes back."))
    return redirect("seller:order", shop.slug, order)


@require_safe
@for_managers
def slip(request: HttpRequest, shop: Shop, order: int) -> HttpResponse:
    """The slip that goes into the parcel: no price on a gift."""
    detail = find(request, shop, order)
    context = frame(shop) | {"detail": detail, "show_prices": not detail.contact.is_gift}
    return render(request, "seller/slip.html", context)


def find(request: HttpRequest, shop: Shop, key: int) -> ShopOrderDetail:
    """An order of this shop; any other does not exist."""
    detail = shop_order_detail(user_id=int(request.user.pk or 0), shop_order_id=key)
    if detail is None or detail.part.shop_id != shop.pk:
        raise Http404
    return detail


def show(
    request: HttpRequest, shop: Shop, detail: ShopOrderDetail, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """The order's page, or for htmx its changing part."""
    now = timezone.now()
    part = detail.part
    waits = part.status == ShopOrderStatus.TO_PACK and detail.paid_at is not None
    deadline = pack_by(detail.paid_at) if waits and detail.paid_at else None
    context = frame(shop, "orders") | {
        "detail": detail,
        "part": part,
        "contact": detail.contact,
        "badge": Badge(text=capfirst(part.status_words), tone=tone(part.status)),
        "is_pick_up": part.shipping_method == ShippingMethod.PICK_UP,
        "is_sent": part.shipping_method == ShippingMethod.FLAT_RATE,
        "deadline": deadline_words(deadline, now) if deadline else "",
        "is_late": deadline is not None and deadline < now,
        "steps": way(detail),
        "next": detail.steps[0] if detail.steps else "",
        "refused": refused,
        "may_cancel": part.status in (ShopOrderStatus.TO_PACK, ShopOrderStatus.PACKED),
        "is_erased": not detail.contact.name,
        "is_sample": part.is_sample,
    }
    template = "seller/_order.html" if is_partial(request) else "seller/order.html"
    return render(request, template, context, status=status)


def way(detail: ShopOrderDetail) -> list[Step]:
    """The parcel's way: what was done and when, what is next, what comes."""
    at = {event.after: event.at for event in detail.part.events}
    is_pick_up = detail.part.shipping_method == ShippingMethod.PICK_UP
    titles = {
        ShopOrderStatus.TO_PACK: _("Paid"),
        ShopOrderStatus.PACKED: _("Packed"),
        ShopOrderStatus.SENT: _("Ready to be picked up") if is_pick_up else _("Sent"),
        ShopOrderStatus.RECEIVED: _("Received by the buyer"),
    }
    if detail.part.status == ShopOrderStatus.CANCELLED:
        done = [Step(title=titles[status], state="done", at=at[status]) for status in WAY if status in at]
        return [*done, Step(title=_("Cancelled"), state="stop", at=at.get(ShopOrderStatus.CANCELLED))]
    status = ShopOrderStatus(detail.part.status)
    reached = WAY.index(status) if status in WAY else 0
    steps = []
    for place, step_status in enumerate(WAY):
        is_done = place <= reached
        state = "done" if is_done else "now" if place == reached + 1 else ""
        steps.append(Step(title=titles[step_status], state=state, at=at.get(step_status) if is_done else None))  # type: ignore[arg-type]
    return steps


def tone(status: str) -> Any:
    """The colour of a status."""
    return TONES.get(ShopOrderStatus(status), "")
