"""Selling for cash at a gate: through the same quota as everybody else, with signal and without."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.buyer import Buyer
from foundation.clock import day_of
from foundation.errors import DomainError, InvalidInput
from foundation.money import MOST_RUPIAH
from marketplace.carts.models import CartLine
from marketplace.catalog.models import ChargeKind, ListingStatus, Variant
from marketplace.catalog.queries import price_on
from marketplace.inventory.models import Slot
from marketplace.inventory.queries.availability import why_closed
from marketplace.inventory.services import Demand, hold_within
from marketplace.orders.models import Contact, Order, OrderLine, OrderStatus
from marketplace.payments import services as payments
from marketplace.payments.models import Payment
from marketplace.sales.models import GateSale, GateSaleStatus
from marketplace.sales.services import journals
from marketplace.sales.services.confirming import confirm_free, confirm_paid
from marketplace.sales.services.deposits import deposited
from marketplace.sales.services.placing import write_order
from marketplace.sales.services.pricing import PricedLine, priced
from marketplace.sales.services.returning import take_back
from marketplace.shops.models import Shop, ShopKind, ShopStatus
from marketplace.tickets import services as tickets
from marketplace.tickets.models import Device, Gate, Ticket, Verdict
from marketplace.tickets.queries import listings_at
from tourism.destinations.queries import closures_between

# A school with its teachers; more at once is a slip of the finger.
MOST_PIECES = 500
# Of a hold that is confirmed in the same transaction.
_A_MOMENT = timedelta(minutes=1)
_LONGEST_NOTE = 200


class GateSaleRefused(DomainError):
    """It cannot be sold here and now, or not taken back; the sentence is for who stands at the gate."""

    code = "gate_sale_refused"


class TooLittleCash(GateSaleRefused):
    """Less was received than the tickets cost."""

    code = "too_little_cash"
    status = 422

    def __init__(self, *, amount: int, received: int) -> None:
        self.amount, self.received = amount, received
        super().__init__(_("That is not enough money: less was received than the tickets cost."))


@dataclass(frozen=True)
class Piece:
    """So many of one price category, at the price that the gate showed."""

    variant_id: int
    quantity: int
    price: int


@dataclass(frozen=True)
class OfflineSale:
    """A sale that a device queued: what was sold, what was received, when, and the nonce that names it."""

    nonce: UUID
    slot_id: int
    pieces: tuple[Piece, ...]
    received: int
    sold_at: datetime


def sell_at_gate(
    *,
    gate: Gate,
    by_id: int,
    nonce: UUID,
    slot_id: int,
    pieces: Sequence[Piece],
    received: int | None,
    now: datetime,
    device: Device | None = None,
    admit: bool = False,
) -> GateSale:
    """Sell tickets of today for cash: an order that is paid, its tickets, and the money in the gate's till; or nothing.

    A repeat with the same nonce returns the sale that exists. The buyer stays unknown.

    :param received: what the buyer gave, in whole rupiah; None for the exact amount.
    :param admit: let the people in at once.
    :raises PoolExhausted: fewer places are left than asked.
    :raises TooLittleCash: less was received than it costs.
    :raises GateSaleRefused: not this person's gate, a slot that is closed or of another day, another price than shown.
    :raises InvalidInput: no pieces, or too many.
    """
    must_stand_at(gate, by_id)
    known = _known(nonce, gate)
    if known is not None:
        return known
    sale = _draft(gate, by_id, nonce, slot_id, pieces, received, at=now, now=now, device=device)
    try:
        return _sell(sale, admit=admit, now=now)
    except IntegrityError:
        # The same form arrived twice at once: the other one was quicker, and ours was undone whole.
        known = _known(nonce, gate)
        if known is None:
            raise
        return known


def upload_gate_sales(
    *, gate: Gate, device: Device, by_id: int, sales: Sequence[OfflineSale], now: datetime
) -> list[GateSale]:
    """Record what a device sold without signal, oldest first, each in a transaction of its own. A repeat records nothing twice.

    The people are inside already. What cannot be sold any more is kept as REFUSED, for a person to decide; its money is
    in the till and in no account until then.

    :raises GateSaleRefused: not this person's gate, or a nonce that was used at another one.
    :raises InvalidInput: one of them cannot be meant; none is recorded.
    """
    must_stand_at(gate, by_id)
    drafts = [
        # A phone's clock may run ahead; nothing was sold in the future.
        _draft(
            gate,
            by_id,
            one.nonce,
            one.slot_id,
            one.pieces,
            one.received,
            at=min(one.sold_at, now),
            now=now,
            device=device,
        )
        for one in sorted(sales, key=lambda one: (one.sold_at, one.nonce))
    ]
    return [_record(draft, now=now) for draft in drafts]


def try_gate_sale_again(*, gate: Gate, sale_id: int, by_id: int, now: datetime) -> GateSale:
    """Sell after all what could not be recorded, now that there may be room. A repeat changes nothing.

    :raises GateSale.DoesNotExist: no sale of this gate.
    :raises DomainError: it still cannot be, and why.
    """
    must_stand_at(gate, by_id)
    with transaction.atomic():
        sale = GateSale.objects.select_for_update().get(pk=sale_id, gate=gate)
        if sale.status == GateSaleStatus.SOLD:
            return sale
        if sale.status != GateSaleStatus.REFUSED:
            raise GateSaleRefused(_("This sale was decided already."))
        sale.decided_at, sale.decided_by_id = now, by_id
        return _sell(sale, admit=True, now=now)


@transaction.atomic
def give_up_gate_sale(*, gate: Gate, sale_id: int, by_id: int, note: str, now: datetime) -> GateSale:
    """What could not be recorded was never sold: its money was given back, and why. A repeat changes nothing.

    :raises GateSale.DoesNotExist: no sale of this gate.
    :raises GateSaleRefused: it was recorded.
    :raises InvalidInput: no reason.
    """
    must_stand_at(gate, by_id)
    sale = GateSale.objects.select_for_update().get(pk=sale_id, gate=gate)
    if sale.status == GateSaleStatus.RETURNED:
        return sale
    if sale.status != GateSaleStatus.REFUSED:
        raise GateSaleRefused(_("This sale was decided already."))
    sale.move_to(GateSaleStatus.RETURNED, at=now, by_id=by_id, note=reason_of(note))
    return sale


def admit_gate_sale(*, gate: Gate, sale_id: int, by_id: int, now: datetime, device: Device | None = None) -> int:
    """Let in all people of a sale who are not inside yet; returns how many came in by this. A repeat lets in nobody.

    :raises GateSale.DoesNotExist: no sale of this gate.
    :raises GateSaleRefused: not this person's gate, or the sale was taken back.
    """
    must_stand_at(gate, by_id)
    sale = GateSale.objects.get(pk=sale_id, gate=gate)
    if sale.status != GateSaleStatus.SOLD:
        raise GateSaleRefused(_("This sale is not valid, so nobody is let in with it."))
    return _admit(sale, by_id=by_id, device=device, at=now, now=now)


@transaction.atomic
def void_gate_sale(*, gate: Gate, sale_id: int, by_id: int, reason: str, now: datetime) -> GateSale:
    """Take a wrong sale back on its day: places, tickets and ledger; the money was returned in cash. A repeat changes nothing.

    :raises GateSale.DoesNotExist: no sale of this gate.
    :raises GateSaleRefused: somebody came in with it, its day is over, or its money has left the gate.
    :raises InvalidInput: no reason.
    """
    must_stand_at(gate, by_id)
    order_id = GateSale.objects.values_list("order_id", flat=True).get(pk=sale_id, gate=gate)
    # One order of locks everywhere: order, sale, tickets, pools.
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    sale = GateSale.objects.select_for_update().get(pk=sale_id)
    if sale.status == GateSaleStatus.VOID:
        return sale
    if sale.status != GateSaleStatus.SOLD or order is None or order.status != OrderStatus.PAID:
        raise GateSaleRefused(_("This sale cannot be taken back any more."))
    note, lines = reason_of(reason), journals.lines_of(order)
    if day_of(sale.sold_at) != day_of(now):
        raise GateSaleRefused(_("A sale can be taken back on its own day only. Please ask the treasurer."))
    if sale.handover_id is not None or deposited([line.pk for line in lines]):
        raise GateSaleRefused(_("The money of this sale was handed over already. Please ask the treasurer."))
    # Under lock, so that nobody comes in while it is taken back.
    issued = Ticket.objects.filter(line__in=lines).select_for_update(of=("self",))
    if any(ticket.admitted for ticket in issued):
        raise GateSaleRefused(_("Somebody came in with this sale already, so it cannot be taken back."))
    payment = Payment.objects.select_related("merchant_account").filter(order=order).first()
    refund = None
    if payment is not None:
        refund = payments.give_back_cash(payment=payment, reason=note, by_id=by_id, now=now)
    quantities = {line.pk: line.quantity for line in lines}
    take_back(order=order, payment=payment, quantities=quantities, reason=note, now=now, by_id=by_id, made=refund)
    if refund is not None:
        journals.post_refund(refund, by_hand=False, now=now)
    sale.move_to(GateSaleStatus.VOID, at=now, by_id=by_id, note=note)
    return sale


def must_stand_at(gate: Gate, user_id: int) -> None:
    """Refuse whoever does not stand at this gate.

    :raises GateSaleRefused: so it is.
    """
    if not Gate.objects.staffed_by(user_id).filter(pk=gate.pk).exists():
        raise GateSaleRefused(_("This is not your gate."))


def reason_of(typed: str) -> str:
    """A reason as it is kept.

    :raises InvalidInput: none, or a story.
    """
    note = " ".join(typed.replace("\x00", "").split())
    if not note:
        raise InvalidInput(_("Please say why."))
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput(_("This is too long: at most %(most)d letters.") % {"most": _LONGEST_NOTE})
    return note


def _known(nonce: UUID, gate: Gate) -> GateSale | None:
    known = GateSale.objects.filter(nonce=nonce).first()
    if known is not None and known.gate_id != gate.pk:
        raise GateSaleRefused(_("This form was used at another gate. Please open the page again."))
    return known


def _draft(
    gate: Gate,
    by_id: int,
    nonce: UUID,
    slot_id: int,
    pieces: Sequence[Piece],
    received: int | None,
    *,
    at: datetime,
    now: datetime,
    device: Device | None,
) -> GateSale:
    """A sale as it was meant, unsaved.

    :raises InvalidInput: it cannot be meant.
    """
    wanted = [piece for piece in pieces if piece.quantity]
    amount = sum(piece.quantity * piece.price for piece in wanted)
    given = amount if received is None else received
    if not wanted:
        raise InvalidInput(_("Choose how many tickets."))
    if len({piece.variant_id for piece in wanted}) < len(wanted) or any(
        piece.quantity < 0 or piece.price < 0 for piece in wanted
    ):
        raise InvalidInput(_("This sale cannot be meant."))
    if sum(piece.quantity for piece in wanted) > MOST_PIECES:
        raise InvalidInput(_("At most %(most)d tickets at once.") % {"most": MOST_PIECES})
    if amount > MOST_RUPIAH or not 0 <= given <= MOST_RUPIAH:
        raise InvalidInput(_("This amount cannot be meant."))
    if given < amount:
        raise TooLittleCash(amount=amount, received=given)
    return GateSale(
        nonce=nonce,
        gate=gate,
        device=device,
        by_id=by_id,
        slot=Slot.objects.filter(pk=slot_id).first(),
        pieces=[[piece.variant_id, piece.quantity, piece.price] for piece in wanted],
        amount=amount,
        received_amount=given,
        sold_at=at,
        recorded_at=now,
    )


def _record(sale: GateSale, *, now: datetime) -> GateSale:
    """Sell what a device sold, or keep it as refused."""
    known = _known(sale.nonce, sale.gate)
    if known is not None:
        if known.status == GateSaleStatus.SOLD:
            # Sold with signal, and the answer was lost: the phone let them in.
            _admit(known, by_id=known.by_id, device=sale.device, at=known.sold_at, now=now)
        return known
    sale.was_offline = True
    try:
        try:
            return _sell(sale, admit=True, now=now)
        except DomainError as refusal:
            sale.pk, sale.order, sale.status, sale.kept_amount = None, None, GateSaleStatus.REFUSED, 0
            sale.refusal = refusal.sentence[:_LONGEST_NOTE]
            with transaction.atomic():
                sale.save(force_insert=True)
            return sale
    except IntegrityError:
        known = _known(sale.nonce, sale.gate)
        if known is None:
            raise
        return known


@transaction.atomic
def _sell(sale: GateSale, *, admit: bool, now: datetime) -> GateSale:
    """Make the order of a sale, paid in cash at the moment of the sale."""
    at, lines = sale.sold_at, _priced(sale)
    total = sum(line.amount for line in lines)
    # Nobody's: a guest whom no session can be.
    nobody = Buyer(user_id=None, guest_key=f"gate-{sale.nonce.hex}")
    sale.order = order = write_order(nobody, sale.nonce, lines, {}, total, Contact(), "id", at)
    payment = payments.take_cash(order=order, now=at) if total else None
    sale.status, sale.refusal = GateSaleStatus.SOLD, ""
    sale.kept_amount = _kept(sale.gate.shop, lines)
    sale.save()
    demands = [Demand(pool_id, line.id, line.quantity) for line in lines for pool_id in line.pool_ids]
    hold_within(demands=demands, until=now + _A_MOMENT, now=now)
    if payment is None:
        confirm_free(order=order, now=at)
    else:
        confirm_paid(order=order, payment=payment, now=at)
    if admit:
        _admit(sale, by_id=sale.by_id, device=sale.device, at=at, now=now)
    return sale


def _kept(shop: Shop, lines: Sequence[PricedLine]) -> int:
    """What of a sale stays with who stands at the gate: of a private shop all but retribusi, of an office nothing."""
    if shop.kind == ShopKind.DINAS:
        return 0
    return sum(line.amount for line in lines if line.charge_kind != ChargeKind.RETRIBUSI)


def _priced(sale: GateSale) -> list[PricedLine]:
    """The pieces of a sale as they were sold at its moment.

    :raises GateSaleRefused: this gate does not sell them then, or for another price.
    """
    slot, gate, day = sale.slot, sale.gate, day_of(sale.sold_at)
    offered = listings_at(gate).filter(status=ListingStatus.PUBLISHED, shop__status=ShopStatus.APPROVED)
    if slot is None or not offered.filter(pk=slot.listing_id).exists():
        raise GateSaleRefused(_("This ticket is not sold at this gate."))
    if slot.day != day:
        raise GateSaleRefused(_("A gate sells tickets of the same day only."))
    place = slot.listing.destination_id
    closures = (
        closures_between(destination_ids=[place], start=slot.starts_at, end=slot.ends_at).get(place, ())
        if place
        else ()
    )
    reason = why_closed(slot, closures, now=sale.sold_at)
    if reason:
        raise GateSaleRefused(reason)
    found = Variant.objects.filter(listing_id=slot.listing_id, is_active=True).select_related("listing__shop")
    variants = {variant.pk: variant for variant in found}
    prices, lines = price_on(variants.values(), slot.day), []
    for variant_id, quantity, price in sale.pieces:
        variant = variants.get(variant_id)
        if variant is None:
            raise GateSaleRefused(_("This ticket is not sold at this gate."))
        if prices[variant_id] != price:
            raise GateSaleRefused(
                _("The price of “%(title)s” has changed. Please open the page again.") % {"title": variant.name}
            )
        lines.append(priced(CartLine(variant=variant, slot=slot, quantity=quantity), price, day))
    return lines


def _admit(sale: GateSale, *, by_id: int, device: Device | None, at: datetime, now: datetime) -> int:
    """Admit the tickets of a sale that admitted nobody yet; returns how many did."""
    lines = OrderLine.objects.filter(shop_order__order=sale.order_id)
    waiting = Ticket.objects.filter(line__in=lines, admitted=0).order_by("pk")
    scans = [
        tickets.redeem(
            gate=sale.gate,
            device=device,
            scanned=code,
            by_id=by_id,
            # One scan of each ticket by its sale, however often it is asked for.
            nonce=f"{sale.nonce.hex}-{pk}",
            scanned_at=at,
            now=now,
            was_offline=sale.was_offline,
        )
        for pk, code in waiting.values_list("pk", "code")
    ]
    return sum(scan.verdict == Verdict.ADMITTED for scan in scans)
