"""The till of a gate: counted, handed to the treasurer, and taken by the treasurer. What is a private shop's own stays."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.errors import DomainError, InvalidInput
from foundation.money import MOST_RUPIAH, rupiah
from marketplace.ledger import accounts
from marketplace.ledger.models import JournalKind
from marketplace.ledger.services import Transfer, post
from marketplace.sales.models import CashHandover, GateSale
from marketplace.sales.services.gate_sales import must_stand_at, reason_of
from marketplace.tickets.models import Gate


class HandoverRefused(DomainError):
    """The till cannot be handed over, or not be taken, like this."""

    code = "handover_refused"


def hand_over_cash(
    *, gate: Gate, by_id: int, nonce: UUID, expected: int, counted: int, note: str, now: datetime
) -> CashHandover:
    """Hand a gate's till to the treasurer: what was counted leaves it, and a difference is kept apart with its note.

    Of a private shop's till only retribusi goes to the treasurer, and comes first; the rest stays with the shop, which was
    owed so much less since it was sold, and bears what is missing of it.

    A repeat with the same nonce returns what was handed over.

    :param expected: what the page said there must be; whole rupiah, like ``counted``.
    :raises GateSaleRefused: not this person's gate.
    :raises HandoverRefused: there is nothing, something was sold meanwhile, or a sale without signal waits for a decision.
    :raises InvalidInput: an amount that cannot be meant, or a difference without a note.
    """
    must_stand_at(gate, by_id)
    known = _known(nonce, gate)
    if known is not None:
        return known
    try:
        return _hand_over(gate, by_id, nonce, expected, counted, note, now=now)
    except IntegrityError:
        known = _known(nonce, gate)
        if known is None:
            raise
        return known


@transaction.atomic
def _hand_over(
    gate: Gate, by_id: int, nonce: UUID, expected: int, counted: int, note: str, *, now: datetime
) -> CashHandover:
    # The gate's row queues two people who count the same till.
    Gate.objects.select_for_update().get(pk=gate.pk)
    if GateSale.objects.undecided().filter(gate=gate).exists():
        raise HandoverRefused(_("A sale without signal still waits for your decision. Decide about it first."))
    sales = list(GateSale.objects.in_till().filter(gate=gate).select_for_update().order_by("pk"))
    due = sum(sale.amount for sale in sales)
    if due != expected:
        raise HandoverRefused(
            _("Something was sold or taken back meanwhile: there must be %(amount)s in the till now.")
            % {"amount": rupiah(due)}
        )
    if not due and not counted:
        raise HandoverRefused(_("There is nothing in the till to hand over."))
    handover = CashHandover.objects.create(
        nonce=nonce,
        gate=gate,
        expected_amount=due,
        counted_amount=_amount(counted),
        own_amount=sum(sale.kept_amount for sale in sales),
        note=_explained(note, counted, due),
        handed_at=now,
        handed_by_id=by_id,
    )
    GateSale.objects.filter(pk__in=[sale.pk for sale in sales]).update(handover=handover)
    till, on_its_way = accounts.cash(gate.pk), accounts.cash_handed_over(gate.pk)
    moved, expected_there = handover.handed_amount, handover.due_amount
    _post(handover, "", source=on_its_way, target=till, moved=moved, expected=expected_there, now=now)
    return handover


@transaction.atomic
def take_cash_over(*, handover_id: int, by_id: int, amount: int, note: str, now: datetime) -> CashHandover:
    """The treasurer has the money of a till. A repeat with the same amount changes nothing.

    :param amount: what arrived, in whole rupiah.
    :raises CashHandover.DoesNotExist: there is none.
    :raises HandoverRefused: it was taken before with another amount, or by who handed it over, or it all stays with the shop.
    :raises InvalidInput: an amount that cannot be meant, or a difference without a note.
    """
    handover = (
        CashHandover.objects.select_for_update(of=("self",))
        .select_related("gate__shop__merchant_account")
        .get(pk=handover_id)
    )
    if handover.taken_at is not None:
        if handover.taken_amount == amount:
            return handover
        raise HandoverRefused(_("This money was taken before, with another amount."))
    if handover.handed_by_id == by_id:
        raise HandoverRefused(_("Who handed the money over does not take it: somebody else must."))
    if handover.own_amount and not handover.due_amount:
        raise HandoverRefused(_("All of this till is the shop's own: nothing of it goes to the treasurer."))
    on_the_way = handover.handed_amount
    handover.taken_amount = _amount(amount)
    handover.taken_note = _explained(note, amount, on_the_way)
    handover.taken_at, handover.taken_by_id = now, by_id
    handover.save()
    gate = handover.gate
    bank, on_its_way = accounts.bank(gate.shop.merchant_account.code), accounts.cash_handed_over(gate.pk)
    _post(handover, ":taken", source=bank, target=on_its_way, moved=amount, expected=on_the_way, now=now)
    return handover


def _post(
    handover: CashHandover, step: str, *, source: str, target: str, moved: int, expected: int, now: datetime
) -> None:
    """Empty ``target`` of what was expected there: what moved goes on to ``source``, the rest is a difference.

    Money enters the ledger from tills and banks, so what they hold stands below zero, and moves the other way round.
    """
    missing, difference = expected - moved, accounts.cash_difference(handover.gate_id)
    transfers = [
        Transfer(source, target, moved),
        Transfer(difference, target, missing) if missing > 0 else Transfer(target, difference, -missing),
    ]
    transfers = [transfer for transfer in transfers if transfer.amount]
    if transfers:
        post(kind=JournalKind.HANDOVER, reference=f"handover:{handover.pk}{step}", transfers=transfers, now=now)


def _known(nonce: UUID, gate: Gate) -> CashHandover | None:
    known = CashHandover.objects.filter(nonce=nonce).first()
    if known is not None and known.gate_id != gate.pk:
        raise HandoverRefused(_("This form was used at another gate. Please open the page again."))
    return known


def _amount(typed: int) -> int:
    if not 0 <= typed <= MOST_RUPIAH:
        raise InvalidInput(_("This amount cannot be meant."))
    return typed


def _explained(note: str, found: int, expected: int) -> str:
    """The note, which a difference must have."""
    return reason_of(note) if found != expected or note.strip() else ""
