"""Placing an order: one transaction in which prices are frozen and everything is held, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import UUIDField
from django.utils.translation import gettext as _

from foundation.accounts.buyer import Buyer
from foundation.accounts.phones import e164
from foundation.codes import random_code
from foundation.compiled import Among, Compiled, CompiledDelete, Given, insert
from foundation.errors import DomainError, InvalidInput
from foundation.outbox.services import publish
from marketplace.carts.models import CartLine
from marketplace.inventory.services import Demand, Want, allowance_demands, buyer_marks, hold_within, refuse_exhausted
from marketplace.orders.models import (
    Contact,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    PriceRow,
    PriceRowKind,
    ShopOrder,
)
from marketplace.payouts.queries import rates_for_sale
from marketplace.payouts.services import freeze_shares
from marketplace.sales.services.confirming import confirm_free
from marketplace.sales.services.pricing import (
    CartChanged,
    NeedsOwnPayment,
    PricedLine,
    lock_lines,
    price_lines,
    refuse_mixed_money,
    seen_left,
)
from marketplace.shipping.models import ShippingMethod
from marketplace.shipping.queries import choices
from tourism.regions.models import Region, RegionLevel

__all__ = ["CartChanged", "CheckoutDetails", "DetailsMissing", "NeedsOwnPayment", "place"]

CODE_LETTERS = 8


class DetailsMissing(InvalidInput):
    """A field that this cart needs was left out or cannot be meant; ``field`` names it."""

    code = "details_missing"

    def __init__(self, sentence: str, *, field: str) -> None:
        self.field = field
        super().__init__(sentence)


@dataclass(frozen=True)
class CheckoutDetails:
    """What the buyer said at checkout. Phones as typed; they are stored in E.164."""

    name: str
    phone: str
    agreed_total: int
    email: str = ""
    # By shop: how its goods leave it, a ``ShippingMethod``. Shops that sell only tickets need none.
    shipping: Mapping[int, str] = field(default_factory=dict)
    recipient_name: str = ""
    recipient_phone: str = ""
    address: str = ""
    village_code: str = ""
    # Outside the province, instead of a village: city or regency, and province.
    locality: str = ""
    postal_code: str = ""
    note: str = ""
    is_gift: bool = False


def place(*, buyer: Buyer, checkout_key: UUID, details: CheckoutDetails, language: str, now: datetime) -> Order:
    """Turn the buyer's cart into one order that holds everything, or into nothing.

    A repeat with the same ``checkout_key`` returns the order that exists. The cart is emptied. An order of 0 rupiah
    is paid at once. Publishes ``order.placed``.

    :raises CartChanged: total or a line differs from what was agreed to, or the cart is empty.
    :raises PoolExhausted: a pool has fewer left than asked; nothing is held.
    :raises BuyerLimitReached: more than one person may have, counting earlier orders of this account or phone number.
    :raises NeedsOwnPayment: retribusi without a collection agreement, or shops of two merchant accounts.
    :raises DetailsMissing: a name, phone, address or shipping choice that this cart needs.
    """
    try:
        return _place(buyer, checkout_key, details, language, now)
    except (DomainError, IntegrityError):
        # An earlier click on the same button has emptied the cart, or a rival request with the same key was quicker.
        for existing in _of_form(key=checkout_key):
            return _own(existing, buyer)
        raise


_of_form = Compiled(lambda: Order.objects.filter(checkout_key=Given("key", UUIDField())))


@transaction.atomic
def _place(buyer: Buyer, checkout_key: UUID, details: CheckoutDetails, language: str, now: datetime) -> Order:
    rows = lock_lines(buyer)
    lines = price_lines(rows, now=now)
    refuse_mixed_money(lines, now=now)
    shipping = _shipping(lines, details)
    total = sum(line.amount for line in lines) + sum(amount for _method, amount in shipping.values())
    if total != details.agreed_total:
        raise CartChanged(_("The total has changed since you saw it. Please look through your cart again."))
    pools = [Demand(pool_id, line.id, line.quantity) for line in lines for pool_id in line.pool_ids]
    # When hundreds want the last place, most of them are told here, before a dozen rows are written in vain.
    refuse_exhausted(demands=pools, seen=seen_left(rows), now=now)
    contact = _contact(
        details, is_delivered=any(method == ShippingMethod.FLAT_RATE for method, _amount in shipping.values())
    )
    order = write_order(buyer, checkout_key, lines, shipping, total, contact, language, now)
    _take_out(lines=[row.pk for row in rows])
    publish(topic="order.placed", key=order.pk, now=now)
    wants = [Want(line.id, line.quantity, line.caps) for line in lines]
    own = allowance_demands(wants=wants, who=buyer_marks(user_id=buyer.user_id, phone=contact.phone))
    # Last, so that a pool that everybody wants is locked for two statements, not twenty.
    hold_within(demands=own + pools, until=order.lapses_at, now=now)
    if total == 0:
        confirm_free(order=order, now=now)
    return order


# Of the lines that were ordered: what was put in the cart meanwhile stays there.
_take_out = CompiledDelete(lambda: CartLine.objects.filter(Among("pk", "lines")))


def _own(order: Order, buyer: Buyer) -> Order:
    is_own = (order.user_id is not None and order.user_id == buyer.user_id) or (
        order.user_id is None and order.guest_key == buyer.guest_key != ""
    )
    if not is_own:
        raise CartChanged(_("This form has been used before. Please open your cart again."))
    return order


def _shipping(lines: list[PricedLine], details: CheckoutDetails) -> dict[int, tuple[str, int]]:
    """How each shop's goods leave it, and what that costs."""
    with_goods = {line.shop_id for line in lines if line.is_shipped}
    if not with_goods:
        return {}
    offered = choices(with_goods)
    chosen: dict[int, tuple[str, int]] = {}
    for shop_id in with_goods:
        method = details.shipping.get(shop_id, "")
        choice = next((one for one in offered.get(shop_id, ()) if one.method == method), None)
        if choice is None:
            raise DetailsMissing(_("Please choose how you want to receive the goods."), field="shipping")
        chosen[shop_id] = (str(choice.method), choice.amount)
    return chosen


def _contact(details: CheckoutDetails, *, is_delivered: bool) -> Contact:
    """The contact row, checked: what is needed is there, what is there can be meant."""
    contact = Contact(
        name=_text(details.name, 120, "name"),
        phone=e164(details.phone),
        email=_text(details.email, 254, "email"),
        recipient_name=_text(details.recipient_name, 120, "recipient_name"),
        recipient_phone=e164(details.recipient_phone) if details.recipient_phone.strip() else "",
        note=_text(details.note, 250, "note"),
        is_gift=details.is_gift,
    )
    if not contact.name:
        raise DetailsMissing(_("Please tell us your name."), field="name")
    if contact.email:
        try:
            validate_email(contact.email)
        except ValidationError as broken:
            raise DetailsMissing(_("This is not an e-mail address."), field="email") from broken
    if is_delivered:
        contact.address = _text(details.address, 250, "address")
        if not contact.address:
            raise DetailsMissing(_("Please tell us the street and house, or a landmark nearby."), field="address")
        contact.village = Region.objects.filter(code=details.village_code, level=RegionLevel.VILLAGE).first()
        contact.postal_code = _text(details.postal_code, 5, "postal_code")
        if contact.village is not None:
            contact.postal_code = contact.postal_code or contact.village.postal_code
        else:
            # Parcels go anywhere in the country; only the own province is known village by village.
            contact.locality = _text(details.locality, 120, "locality")
            if not contact.locality:
                raise DetailsMissing(
                    _("Please choose the nagari or kelurahan, or write the city and province."), field="village"
                )
            if not (
                len(contact.postal_code) == 5 and contact.postal_code.isdecimal() and contact.postal_code.isascii()
            ):
                raise DetailsMissing(_("A postal code has five digits."), field="postal_code")
    return contact


def _text(typed: str, longest: int, field: str) -> str:
    # A zero byte is no letter, and PostgreSQL would refuse it.
    text = " ".join(typed.replace("\x00", "").split())
    if len(text) > longest:
        raise DetailsMissing(_("This is too long: at most %(most)d letters.") % {"most": longest}, field=field)
    return text


def write_order(
    buyer: Buyer,
    checkout_key: UUID,
    lines: list[PricedLine],
    shipping: Mapping[int, tuple[str, int]],
    total: int,
    contact: Contact,
    language: str,
    now: datetime,
) -> Order:
    """Write an order with everything that its sale freezes; whoever calls holds what it draws on, in the same transaction."""
    payable_until = now + settings.PAYMENT_WINDOW
    order = Order(
        code=random_code(CODE_LETTERS),
        user_id=buyer.user_id,
        guest_key="" if buyer.user_id is not None else buyer.guest_key,
        checkout_key=checkout_key,
        merchant_account_id=lines[0].merchant_account_id,
        amount=total,
        language="en" if language == "en" else "id",
        placed_at=now,
        payable_until=payable_until,
        lapses_at=payable_until + settings.PAYMENT_GRACE,
    )
    insert(order)
    contact.order = order
    parts = [
        ShopOrder(order_id=order.pk, shop_id=shop_id, shipping_method=method, shipping_amount=amount)
        for shop_id in dict.fromkeys(line.shop_id for line in lines)
        for method, amount in [shipping.get(shop_id, ("", 0))]
    ]
    insert(*parts, OrderEvent(order_id=order.pk, after=OrderStatus.PLACED, at=now), contact)
    part_of_shop = {part.shop_id: part.pk for part in parts}
    rates = rates_for_sale(lines[0].sale_day, charge_kinds={line.charge_kind for line in lines})
    order_lines, rows, sold = [], [], []
    for line in lines:
        piece = rates.piece(
            line.price,
            kind=line.kind,
            charge_kind=line.charge_kind,
            region_id=line.region_id,
            shop_id=line.shop_id,
            listing_id=line.listing_id,
            category_id=line.category_id,
        )
        sold.append((line.id, line.quantity, piece))
        order_lines.append(
            OrderLine(
                id=line.id,
                shop_order_id=part_of_shop[line.shop_id],
                variant_id=line.variant_id,
                slot_id=line.slot_id,
                title_id=line.title_id,
                title_en=line.title_en,
                quantity=line.quantity,
                amount=line.amount,
                charge_kind=line.charge_kind,
                commission_rate=piece.commission_rate,
                commission_amount=piece.commission * line.quantity,
            )
        )
        rows.append(
            PriceRow(
                line_id=line.id,
                kind=PriceRowKind.UNIT,
                unit_amount=line.price,
                quantity=line.quantity,
                amount=line.amount,
            )
        )
    insert(*order_lines, *rows)
    freeze_shares(sold)
    return order
