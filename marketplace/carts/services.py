"""Filling a cart. A cart holds nothing back; placing the order does."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.buyer import Buyer
from foundation.errors import DomainError, InvalidInput
from marketplace.carts.judging import FEWER_TO_BE_HAD, NOTHING_TO_BE_HAD, Problem, Verdict, judge
from marketplace.carts.models import Cart, CartLine
from marketplace.carts.queries import loaded_lines
from marketplace.catalog.models import Variant
from marketplace.inventory.models import Slot

# More than any order takes: whoever asks for more is not shopping.
MOST_OF_ANYTHING = 500
MOST_LINES = 60


class CartError(DomainError):
    """Something that cannot go into a cart."""

    code = "cart"


class InvalidQuantity(InvalidInput):
    """A quantity that no order may have."""

    code = "invalid_quantity"

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(_("Choose a quantity from 1 to %(most)d.") % {"most": most})


class NotForSale(CartError):
    """Something that cannot be bought now, and why."""

    code = "not_for_sale"


class FewerLeft(CartError):
    """Fewer are left than would be in the cart."""

    code = "fewer_left"

    def __init__(self, *, left: int) -> None:
        self.left = left
        super().__init__(_("Only %(left)d left.") % {"left": left} if left else _("Sold out."))


class BuyerLimit(CartError):
    """One person may not have that many, counting what was ordered before."""

    code = "buyer_limit"
    status = 422


class LineNotFound(CartError):
    """No line of this buyer's cart."""

    code = "line_not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("This is no longer in your cart."))


class CartFull(CartError):
    """A cart with more lines than anybody could look through."""

    code = "cart_full"

    def __init__(self) -> None:
        super().__init__(_("Your cart is full. Order what is in it first."))


@transaction.atomic
def add_line(
    *, buyer: Buyer, variant_id: int, slot_id: int | None, quantity: int, now: datetime, day: date | None = None
) -> CartLine:
    """Put so many of a variant in the buyer's cart; what is already in it is added to.

    :param day: the day that was chosen beside the slot; one that is not the slot's was chosen after it, and its times
        were never shown.
    :raises InvalidQuantity: below 1 or above what one order may hold (422).
    :raises NotForSale: unknown, hidden, passed or closed, or no slot was chosen where one is needed.
    :raises FewerLeft: fewer are left than would be in the cart.
    :raises BuyerLimit: one person may not have that many.
    :raises CartFull: there are too many lines already.
    """
    check_quantity(quantity)
    variant = Variant.objects.select_related("listing__shop", "stock").filter(pk=variant_id).first()
    slot = Slot.objects.filter(pk=slot_id).first() if slot_id is not None else None
    if variant is None or (slot_id is not None and slot is None):
        raise NotForSale(_("This is no longer for sale."))
    if variant.listing.is_dated and (slot is None or day not in (None, slot.day)):
        raise NotForSale(_("Choose a day and a time first."))
    cart = open_cart(buyer, now=now)
    others = list(loaded_lines(cart.pk))
    line = next((other for other in others if (other.variant_id, other.slot_id) == (variant_id, slot_id)), None)
    if line is None:
        if len(others) >= MOST_LINES:
            raise CartFull
        line = CartLine(cart=cart, variant=variant, slot=slot, quantity=0, price_seen=variant.price, added_at=now)
    else:
        others.remove(line)
    line.quantity += quantity
    # Judged last: what is in the cart already has the first claim on a pool that both draw on.
    line.price_seen = acceptable([*others, line], user_id=buyer.user_id, now=now).price
    line.save()
    touch(cart, now=now)
    return line


@transaction.atomic
def change_quantity(*, buyer: Buyer, line_id: int, quantity: int, now: datetime) -> None:
    """Order more or fewer of a line; a price that has changed stays to be agreed to.

    :raises LineNotFound: no line of this buyer's cart (404).
    Raises as :func:`add_line` otherwise.
    """
    check_quantity(quantity)
    cart = open_cart(buyer, now=now)
    lines = list(loaded_lines(cart.pk))
    line = next((found for found in lines if found.pk == line_id), None)
    if line is None:
        raise LineNotFound
    lines.remove(line)
    line.quantity = quantity
    acceptable([*lines, line], user_id=buyer.user_id, now=now)
    line.save(update_fields=["quantity"])
    touch(cart, now=now)


@transaction.atomic
def remove_line(*, buyer: Buyer, line_id: int, now: datetime) -> None:
    """Take a line out; a repeat changes nothing."""
    cart = open_cart(buyer, now=now)
    CartLine.objects.filter(cart=cart, pk=line_id).delete()
    touch(cart, now=now)


@transaction.atomic
def accept_changes(*, buyer: Buyer, now: datetime) -> None:
    """Agree to what has changed: new prices, fewer where fewer are left, and to go on without what cannot be had."""
    cart = open_cart(buyer, now=now)
    lines = list(loaded_lines(cart.pk))
    gone = []
    for line, verdict in zip(lines, judge(lines, user_id=buyer.user_id, now=now), strict=True):
        line.price_seen = verdict.price
        if verdict.problem in NOTHING_TO_BE_HAD:
            gone.append(line.pk)
        elif verdict.problem in FEWER_TO_BE_HAD:
            line.quantity = verdict.most
    CartLine.objects.bulk_update(lines, ["price_seen", "quantity"])
    CartLine.objects.filter(pk__in=gone).delete()
    touch(cart, now=now)


@transaction.atomic
def adopt(*, user_id: int, guest_key: str, now: datetime) -> None:
    """Move a guest's cart to the account that signed in: lines are joined, nothing is lost. A repeat changes nothing."""
    guest_cart = Cart.objects.select_for_update().of_buyer(Buyer(user_id=None, guest_key=guest_key)).first()
    if guest_cart is None:
        return
    cart, _is_new = Cart.objects.get_or_create(user_id=user_id, defaults={"changed_at": now})
    Cart.objects.select_for_update().get(pk=cart.pk)
    here = {(line.variant_id, line.slot_id): line for line in CartLine.objects.filter(cart=cart)}
    for line in CartLine.objects.filter(cart=guest_cart).order_by("pk"):
        same = here.get((line.variant_id, line.slot_id))
        if same is None:
            line.cart = cart
            line.save(update_fields=["cart"])
        else:
            same.quantity += line.quantity
            same.price_seen = line.price_seen
            same.save(update_fields=["quantity", "price_seen"])
    guest_cart.delete()
    touch(cart, now=now)


def adopt_waiting(*, buyer: Buyer, now: datetime) -> None:
    """Adopt the cart that this buyer filled before signing in, if there is one; cart and checkout pages call it first."""
    if buyer.user_id is not None and buyer.guest_key:
        adopt(user_id=buyer.user_id, guest_key=buyer.guest_key, now=now)


@transaction.atomic
def empty(*, buyer: Buyer, now: datetime) -> None:
    """Take everything out: the order is placed."""
    for cart in Cart.objects.select_for_update().of_buyer(buyer):
        CartLine.objects.filter(cart=cart).delete()
        touch(cart, now=now)


def open_cart(buyer: Buyer, *, now: datetime) -> Cart:
    """The buyer's cart, made if there is none, locked: two clicks at once then queue.

    :raises LineNotFound: the buyer is nobody; see ``remembered_buyer_of``.
    """
    adopt_waiting(buyer=buyer, now=now)
    if buyer.user_id is not None:
        cart, _is_new = Cart.objects.get_or_create(user_id=buyer.user_id, defaults={"changed_at": now})
    elif buyer.guest_key:
        cart, _is_new = Cart.objects.get_or_create(user=None, guest_key=buyer.guest_key, defaults={"changed_at": now})
    else:
        raise LineNotFound
    return Cart.objects.select_for_update().get(pk=cart.pk)


def touch(cart: Cart, *, now: datetime) -> None:
    """Note when a cart was last changed."""
    Cart.objects.filter(pk=cart.pk).update(changed_at=now)


def check_quantity(quantity: int) -> None:
    """Refuse a quantity that cannot be meant.

    :raises InvalidQuantity: below 1, or more than any order takes.
    """
    if not 1 <= quantity <= MOST_OF_ANYTHING:
        raise InvalidQuantity(most=MOST_OF_ANYTHING)


def acceptable(lines: list[CartLine], *, user_id: int | None, now: datetime) -> Verdict:
    """The verdict on the last of the lines, if nothing keeps it from being in the cart.

    :raises InvalidQuantity: more than one order may hold.
    :raises NotForSale: hidden, passed or closed.
    :raises FewerLeft: fewer are left.
    :raises BuyerLimit: one person may not have that many.
    """
    verdict = judge(lines, user_id=user_id, now=now)[-1]
    match verdict.problem:
        case Problem.HIDDEN | Problem.PASSED | Problem.CLOSED:
            raise NotForSale(verdict.sentence)
        case Problem.TOO_MANY:
            raise InvalidQuantity(most=lines[-1].variant.listing.most_per_order)
        case Problem.HAD_ALL | Problem.TOO_MANY_FOR_ONE:
            raise BuyerLimit(verdict.sentence)
        case Problem.SOLD_OUT | Problem.FEWER_LEFT:
            raise FewerLeft(left=verdict.most)
    return verdict
