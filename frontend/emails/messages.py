"""What is said when: each message by what it is about, in the language of whom it is for."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from foundation.clock import day_words
from foundation.money import rupiah
from foundation.site import site_name, site_short_name
from frontend.emails.channel import Channel, Message, to_mail, to_phone
from frontend.parts.order_access import ticket_token
from marketplace.catalog.models import DATED_KINDS, Listing, ListingStatus, Variant
from marketplace.inventory.models import Slot
from marketplace.inventory.queries import sales_by_day, stock_left
from marketplace.inventory.services.telling import LOW_STOCK
from marketplace.orders.links import order_token
from marketplace.orders.models import Order, OrderLine, ShopOrder, ShopOrderStatus
from marketplace.orders.queries import OrderView, order_view
from marketplace.payments.links import account_token
from marketplace.payments.queries import refund_view, refunds_of_order
from marketplace.payouts.models import Payout, PayoutStatus, Remittance, Settlement
from marketplace.payouts.queries import Payee, debt_of
from marketplace.sales.closing_queries import visit_offer, visit_token
from marketplace.sales.models import ClosedVisit, VisitStatus
from marketplace.shops.banks import bank_name
from marketplace.shops.models import Member, MemberRole
from marketplace.tickets.models import TicketStatus
from marketplace.tickets.queries import tickets_of_order

type Outgoing = tuple[Channel, Message]


def order_placed(order_id: int) -> Iterator[Outgoing]:
    """To the buyer: what was ordered, and where to pay it. Nothing once it is paid or given up."""
    order = _order(order_id)
    if order is None or not order.is_payable:
        return
    with override(order.language):
        subject = _("Order %(code)s: waiting for your payment") % {"code": order.code}
        context = {"order": order, "order_url": _order_url(order)}
        yield from _to_buyer(order, subject, "order_placed", context)


def order_paid(order_id: int) -> Iterator[Outgoing]:
    """To the buyer of goods: the payment came in. Who bought tickets hears of it with the tickets."""
    # Asked first: reading a whole order is dear, and most orders have tickets.
    if OrderLine.objects.filter(shop_order__order_id=order_id, variant__listing__kind__in=DATED_KINDS).exists():
        return
    order = _order(order_id)
    if order is None:
        return
    with override(order.language):
        subject = _("Order %(code)s: your payment came in") % {"code": order.code}
        yield from _to_buyer(order, subject, "order_paid", {"order": order, "order_url": _order_url(order)})


def tickets_issued(order_id: int) -> Iterator[Outgoing]:
    """To the buyer: the tickets, by a link that works on any phone and without signal once opened."""
    order = _order(order_id)
    if order is None:
        return
    with override(order.language):
        tickets = [ticket for ticket in tickets_of_order(order_id) if ticket.status == TicketStatus.VALID]
        if not tickets:
            return
        url = settings.SITE_ORIGIN + reverse("tickets:show", args=[ticket_token(order.code)])
        context = {"order": order, "tickets": tickets, "tickets_url": url, "order_url": _order_url(order)}
        subject = _("Your tickets: %(title)s") % {"title": tickets[0].title}
        yield from _to_buyer(order, subject, "tickets_issued", context)


def visit_offered(visit_id: int) -> Iterator[Outgoing]:
    """To the buyer of a visit that cannot take place: another date or the money, by a link. Nothing once it is decided."""
    yield from _about_visit(
        visit_id, VisitStatus.OFFERED, "visit_offered", gettext_lazy("Your visit cannot take place: %(title)s")
    )


def visit_kept(visit_id: int) -> Iterator[Outgoing]:
    """To the same buyer: it takes place after all."""
    yield from _about_visit(
        visit_id, VisitStatus.KEPT, "visit_kept", gettext_lazy("Your visit takes place after all: %(title)s")
    )


def visit_refunded(order_id: int) -> Iterator[Outgoing]:
    """To the buyer: the money of a closed date goes back."""
    order = _order(order_id)
    if order is None:
        return
    with override(order.language):
        refunds = refunds_of_order(order_id)
        if not refunds:
            return
        subject = _("Order %(code)s: your money goes back") % {"code": order.code}
        context = {"order": order, "refunds": refunds, "order_url": _order_url(order)}
        yield from _to_buyer(order, subject, "visit_refunded", context)


def account_wanted(refund_id: int) -> Iterator[Outgoing]:
    """To the buyer: where is money to go that the channel cannot return? Nothing once that is known."""
    refund = refund_view(refund_id)
    order_id = Order.objects.filter(payments__refunds=refund_id).values_list("pk", flat=True).first()
    order = _order(order_id) if order_id else None
    if refund is None or order is None or not refund.needs_account or refund.account_words:
        return
    with override(order.language):
        url = settings.SITE_ORIGIN + reverse("tickets:refund_account", args=[account_token(refund_id)])
        subject = _("Order %(code)s: where should your money go?") % {"code": order.code}
        yield from _to_buyer(order, subject, "account_wanted", {"order": order, "refund": refund, "account_url": url})


def _about_visit(visit_id: int, status: VisitStatus, template: str, title: Promise) -> Iterator[Outgoing]:
    found = ClosedVisit.objects.filter(pk=visit_id, status=status).values_list("order_id", flat=True).first()
    order = _order(found) if found else None
    if order is None:
        return
    with override(order.language):
        offer = visit_offer(visit_id=visit_id, now=timezone.now())
        if offer is None:
            return
        url = settings.SITE_ORIGIN + reverse("tickets:closed_visit", args=[visit_token(visit_id)])
        context = {"order": order, "offer": offer, "visit_url": url}
        yield from _to_buyer(order, str(title) % {"title": offer.title}, template, context)


def shop_order_opened(shop_order_id: int) -> Iterator[Outgoing]:
    """To those who run a shop: there is something to pack. No name or address of the buyer leaves by mail."""
    part = ShopOrder.objects.select_related("shop", "order").filter(pk=shop_order_id).first()
    if part is None or part.status != ShopOrderStatus.TO_PACK:
        return
    with override("id"):
        view = next(
            one for one in order_view(order_id=part.order_id, now=timezone.now()).shop_orders if one.id == part.pk
        )
        url = settings.SITE_ORIGIN + reverse("seller:order", args=[part.shop.slug, part.pk])
        subject = _("New order %(code)s to pack") % {"code": part.order.code}
        context = {"part": view, "code": part.order.code, "url": url}
        yield from _to_shop(part.shop_id, subject, "shop_order_opened", context)


def stock_low(pool_id: int) -> Iterator[Outgoing]:
    """To those who run a shop: few pieces are left, or none. Nothing once there are enough again, or it is not sold."""
    variant = (
        Variant.objects.select_related("listing__shop")
        .filter(stock__pool_id=pool_id, is_active=True, listing__status=ListingStatus.PUBLISHED)
        .first()
    )
    left = stock_left([variant.pk], timezone.now())[variant.pk] if variant else LOW_STOCK + 1
    if variant is None or left > LOW_STOCK:
        return
    with override("id"):
        listing = variant.listing
        title = " ".join(filter(None, (listing.title, variant.name)))
        subject = _("%(title)s: sold out") if left == 0 else _("%(title)s: only %(left)d left")
        url = settings.SITE_ORIGIN + reverse("seller:history", args=[listing.shop.slug, listing.pk])
        context = {"title": title, "left": left, "url": url}
        yield from _to_shop(listing.shop_id, subject % {"title": title, "left": left}, "stock_low", context)


def day_full(pool_id: int) -> Iterator[Outgoing]:
    """To those who run a shop: a day is sold out. One of its times alone is not told, nor what has room again."""
    now = timezone.now()
    slot = (
        Slot.objects.select_related("listing__shop")
        .filter(Q(pool_id=pool_id) | Q(day_pool_id=pool_id), closed_at=None)
        .filter(listing__status=ListingStatus.PUBLISHED)
        .order_by("pk")
        .first()
    )
    if slot is None:
        return
    (day,) = sales_by_day(listing_id=slot.listing_id, from_date=slot.day, until_date=slot.day, now=now)
    if day.left or day.has_passed:
        return
    with override("id"):
        listing = slot.listing
        words = {"title": listing.title, "day": day_words(slot.day, "id")}
        url = settings.SITE_ORIGIN + reverse("seller:day", args=[listing.shop.slug, listing.pk, slot.day.isoformat()])
        context: dict[str, object] = {**words, "sold": day.sold, "waiting": day.waiting, "url": url}
        yield from _to_shop(listing.shop_id, _("%(title)s: %(day)s is sold out") % words, "day_full", context)


def listing_blocked(listing_id: int) -> Iterator[Outgoing]:
    """To those who run a shop: the province does not let a thing be sold, and why."""
    listing = Listing.objects.select_related("shop").filter(pk=listing_id, status=ListingStatus.BLOCKED).first()
    if listing is None:
        return
    with override("id"):
        subject = _("%(title)s: blocked by the province") % {"title": listing.title}
        url = settings.SITE_ORIGIN + reverse("seller:listing", args=[listing.shop.slug, listing.pk])
        context: dict[str, object] = {"title": listing.title, "reason": listing.blocked_reason, "url": url}
        yield from _to_shop(listing.shop_id, subject, "listing_blocked", context)


def settlement_closed(settlement_id: int) -> Iterator[Outgoing]:
    """To those who run a shop: a period was closed, and what of it is paid out. What a party gets is not a shop's to read."""
    settlement = Settlement.objects.select_related("shop").filter(pk=settlement_id, party=None).first()
    if settlement is None:
        return
    with override("id"):
        shop = settlement.shop
        words = {"shop": shop.name, "from_day": day_words(settlement.from_date, "id")}
        words["until_day"] = day_words(settlement.until_date, "id")
        subject = _("%(shop)s: statement up to %(until_day)s") % words
        url = settings.SITE_ORIGIN + reverse("seller:statement", args=[shop.slug, settlement.pk])
        context: dict[str, object] = {**words, "amount": settlement.amount, "left": settlement.left_amount, "url": url}
        yield from _to_shop(shop.pk, subject, "settlement_closed", context)


def payout_ended(payout_id: int) -> Iterator[Outgoing]:
    """To those who run a shop: the bank paid it, or sent it back, or it was held back. Of the account only its last digits."""
    payout = (
        Payout.objects.select_related("settlement__shop", "bank_account")
        .filter(pk=payout_id, settlement__party=None, status__in=_TOLD_PAYOUTS)
        .first()
    )
    if payout is None:
        return
    with override("id"):
        shop = payout.settlement.shop
        words = {"shop": shop.name, "amount": rupiah(payout.amount)}
        subject = {
            PayoutStatus.DONE: _("%(shop)s: %(amount)s was paid out"),
            PayoutStatus.HELD: _("%(shop)s: %(amount)s waits"),
        }.get(PayoutStatus(payout.status), _("%(shop)s: %(amount)s came back from the bank"))
        account = f"{bank_name(payout.bank_account.bank)} …{payout.bank_account.ending}"
        url = settings.SITE_ORIGIN + reverse("seller:money", args=[shop.slug])
        context: dict[str, object] = {**words, "status": payout.status, "account": account, "url": url}
        yield from _to_shop(shop.pk, subject % words, "payout_ended", context)


def remittance_recorded(remittance_id: int) -> Iterator[Outgoing]:
    """To those who run a shop: what it transferred has come in, and what it still owes. A party's is not a shop's to read."""
    remittance = Remittance.objects.select_related("shop").filter(pk=remittance_id, party=None).first()
    if remittance is None:
        return
    with override("id"):
        shop = remittance.shop
        words = {"shop": shop.name, "amount": rupiah(remittance.amount)}
        subject = _("%(shop)s: your %(amount)s has come in") % words
        url = settings.SITE_ORIGIN + reverse("seller:money", args=[shop.slug])
        context: dict[str, object] = {
            **words,
            "day": day_words(remittance.received_on_date, "id"),
            "reference": remittance.bank_reference,
            "left": debt_of(Payee(shop.pk)),
            "url": url,
        }
        yield from _to_shop(shop.pk, subject, "remittance_recorded", context)


_TOLD_PAYOUTS = (PayoutStatus.DONE, PayoutStatus.FAILED, PayoutStatus.HELD)


def _order(order_id: int) -> OrderView | None:
    language = Order.objects.filter(pk=order_id).values_list("language", flat=True).first()
    if language is None:
        return None
    with override(language):
        return order_view(order_id=order_id, now=timezone.now())


def _order_url(order: OrderView) -> str:
    return settings.SITE_ORIGIN + reverse("tickets:order", args=[order_token(order.code)])


def _to_buyer(order: OrderView, subject: str, template: str, context: dict[str, object]) -> Iterator[Outgoing]:
    yield from _to(order.contact.email, order.contact.phone, subject, template, context)


def _to_shop(shop_id: int, subject: str, template: str, context: dict[str, object]) -> Iterator[Outgoing]:
    members = Member.objects.filter(shop_id=shop_id, role__in=(MemberRole.OWNER, MemberRole.STAFF))
    for email, phone in members.order_by("pk").values_list("user__email", "user__phone"):
        yield from _to(email or "", phone or "", subject, template, context)


def _to(email: str, phone: str, subject: str, template: str, context: dict[str, object]) -> Iterator[Outgoing]:
    if not (email or phone):
        return
    context = context | {"subject": subject, "site_name": site_name(), "site_short_name": site_short_name()}
    blocks = render_to_string(f"emails/{template}.txt", context).split("\n\n")
    # Without the blank lines that template tags left behind.
    text = "\n\n".join(block.strip() for block in blocks if block.strip())
    if email:
        yield to_mail(), Message(email, subject, text, render_to_string(f"emails/{template}.html", context))
    else:
        yield to_phone(), Message(phone, subject, text)
