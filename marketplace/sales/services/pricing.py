"""The cart's lines as they would be sold now: still for sale, at which price, and whose money it is."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateField, QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.buyer import Buyer
from foundation.clock import day_of
from foundation.compiled import Among, Compiled, Given
from foundation.errors import DomainError
from foundation.money import MOST_RUPIAH
from marketplace.carts.models import CartLine
from marketplace.catalog.models import ChargeKind, ListingStatus
from marketplace.catalog.queries import prices_on
from marketplace.inventory.queries import Cap, caps_of, left_as_read, pools_of
from marketplace.inventory.queries.availability import why_closed
from marketplace.shops.models import CollectionAgreement, MerchantAccount, ShopStatus
from tourism.destinations.models import Closure
from tourism.destinations.queries import closures_between
from tourism.regions.models import Region


class CartChanged(DomainError):
    """What the buyer saw is no longer what the cart says: a price, a place, a total. The cart page shows what."""

    code = "cart_changed"


class NeedsOwnPayment(DomainError):
    """The cart mixes money that one merchant account may not take together."""

    code = "needs_own_payment"


# Of rows of six tables, what a sale needs: descriptions and addresses stay where they are.
_READ = (
    "cart__changed_at",
    "quantity",
    "price_seen",
    "variant__price",
    "variant__charge_kind",
    "variant__is_active",
    "variant__most_per_buyer",
    "variant__listing__kind",
    "variant__listing__status",
    "variant__listing__title_id",
    "variant__listing__title_en",
    "variant__listing__category_id",
    "variant__listing__most_per_order",
    "variant__listing__most_per_buyer",
    "variant__listing__most_per_buyer_a_day",
    "variant__listing__destination_id",
    "variant__listing__shop__status",
    "variant__listing__shop__region_id",
    "variant__listing__shop__merchant_account_id",
    "variant__stock__variant_id",
    "variant__stock__pool__capacity",
    "variant__stock__pool__taken",
    "slot__listing_id",
    "slot__pool__capacity",
    "slot__pool__taken",
    "slot__day_pool__capacity",
    "slot__day_pool__taken",
    "slot__day",
    "slot__starts_at",
    "slot__ends_at",
    "slot__closed_at",
)


@dataclass(frozen=True)
class PricedLine:
    """A line of the cart with all that its sale freezes."""

    variant_id: int
    slot_id: int | None
    pool_ids: tuple[int, ...]
    caps: tuple[Cap, ...]
    quantity: int
    price: int
    kind: str
    listing_id: int
    category_id: int
    charge_kind: str
    title_id: str
    title_en: str
    shop_id: int
    region_id: int
    merchant_account_id: int
    is_shipped: bool
    sale_day: date
    id: UUID = field(default_factory=uuid.uuid4)

    @property
    def amount(self) -> int:
        """Price times quantity."""
        return self.price * self.quantity


def _with_all_of_a_sale(lines: QuerySet[CartLine]) -> QuerySet[CartLine]:
    lines = lines.select_related(
        "cart", "variant__listing__shop", "variant__stock__pool", "slot__pool", "slot__day_pool"
    ).only(*_READ)
    # First the cart, as everybody who changes one does.
    return lines.select_for_update(of=("cart", "self"))


_of_account = Compiled(
    lambda: _with_all_of_a_sale(CartLine.objects.filter(cart__user=Given("user", BigIntegerField())))
)
_of_guest = Compiled(
    lambda: _with_all_of_a_sale(CartLine.objects.filter(cart__user=None, cart__guest_key=Given("key", CharField())))
)


def lock_lines(buyer: Buyer) -> list[CartLine]:
    """The lines of the buyer's cart, locked with it; none if there is no cart. One query.

    Two clicks on the same button queue here: the second finds that the lines are gone.
    """
    if buyer.user_id is not None:
        rows = _of_account(user=buyer.user_id)
    else:
        rows = _of_guest(key=buyer.guest_key) if buyer.guest_key else []
    # Few enough to be put in order here: the database's own ORDER BY costs as much as a statement of its own.
    return sorted(rows, key=attrgetter("pk"))


def price_lines(rows: Sequence[CartLine], *, now: datetime) -> list[PricedLine]:
    """The lines of a cart at the prices of now, in a fixed number of queries.

    :raises CartChanged: the cart is empty, or a line cannot be ordered as the buyer saw it.
    """
    if not rows:
        raise CartChanged(_("Your cart is empty."))
    today = day_of(now)
    prices = prices_on([row.variant for row in rows], {_day(row, today) for row in rows})
    closures = _closures(rows)
    lines = []
    for row in rows:
        if _is_gone(row, closures, now=now) or prices[_day(row, today)][row.variant_id] != row.price_seen:
            raise CartChanged(
                _("“%(title)s” has changed since you put it in your cart. Please look through your cart again.")
                % {"title": row.variant.listing.title}
            )
        lines.append(priced(row, row.price_seen, today))
    if sum(line.amount for line in lines) > MOST_RUPIAH:
        raise CartChanged(_("This is more than can be paid at once. Please order in several parts."))
    return lines


def seen_left(rows: Iterable[CartLine]) -> dict[int, int]:
    """How many were left of the pools that locked lines draw on when these were read, lapsed holds counted as taken."""
    return {pool_id: left for row in rows for pool_id, left in left_as_read(row.variant, row.slot).items()}


_agreements = Compiled(
    lambda: CollectionAgreement.objects.filter(
        Among("merchant_account", "accounts"),
        Among("region", "regions"),
        valid_from_date__lte=Given("day", DateField()),
        valid_until_date__gte=Given("day", DateField()),
    ).values_list("region_id")
)


def refuse_mixed_money(lines: list[PricedLine], *, now: datetime) -> None:
    """Let only money into one payment that one account may take together; no query where there is no retribusi.

    :raises NeedsOwnPayment: it has to be split, and why.
    """
    accounts = {line.merchant_account_id for line in lines}
    if len(accounts) > 1:
        raise NeedsOwnPayment(
            _(
                "These sellers are paid through different accounts, so a second payment is needed. Please order them one after the other."
            )
        )
    retribusi = {line.region_id for line in lines if line.charge_kind == ChargeKind.RETRIBUSI}
    if not retribusi:
        return
    agreed = {region_id for (region_id,) in _agreements(accounts=accounts, regions=retribusi, day=day_of(now))}
    if agreed.issuperset(retribusi):
        return
    # The region whose treasury owns the merchant account, if it is one's.
    treasury_of_id = MerchantAccount.objects.values_list("region_id", flat=True).get(pk__in=accounts)
    for region_id in retribusi:
        owns_account = treasury_of_id == region_id
        is_alone = all(other.region_id == region_id and other.charge_kind == ChargeKind.RETRIBUSI for other in lines)
        if region_id in agreed or (owns_account and is_alone):
            continue
        names = {"region": Region.objects.only("short_name").get(pk=region_id).short_name}
        raise NeedsOwnPayment(
            _(
                "The entrance fee of %(region)s is retribusi, which goes to its treasury alone, so a second payment is needed. Please order it apart from everything else."
            )
            % names
            if owns_account
            else _(
                "%(region)s has not agreed that its retribusi is collected together with other purchases. Please buy this ticket at the gate."
            )
            % names
        )


def _day(row: CartLine, today: date) -> date:
    return row.slot.day if row.slot else today


def _closures(rows: Sequence[CartLine]) -> Mapping[int, Sequence[Closure]]:
    dated = [(row.variant.listing.destination_id, row.slot) for row in rows if row.slot]
    places = {place for place, _slot in dated if place is not None}
    if not places:
        return {}
    start, end = min(slot.starts_at for _place, slot in dated), max(slot.ends_at for _place, slot in dated)
    return closures_between(destination_ids=sorted(places), start=start, end=end)


def _is_gone(row: CartLine, closures: Mapping[int, Sequence[Closure]], *, now: datetime) -> bool:
    """Whether a line cannot be ordered any more, whatever is left of it."""
    listing, slot = row.variant.listing, row.slot
    if (
        listing.status != ListingStatus.PUBLISHED
        or listing.shop.status != ShopStatus.APPROVED
        or not row.variant.is_active
    ):
        return True
    if row.quantity > listing.most_per_order or listing.is_dated != (slot is not None):
        return True
    if slot is None:
        return not hasattr(row.variant, "stock")
    closures_there = closures.get(listing.destination_id or 0, ())
    return slot.listing_id != listing.pk or bool(why_closed(slot, closures_there, now=now))


def priced(row: CartLine, price: int, today: date) -> PricedLine:
    """A line at this price with all that its sale freezes; its variant came with listing and shop."""
    variant, listing, shop = row.variant, row.variant.listing, row.variant.listing.shop
    return PricedLine(
        variant_id=variant.pk,
        slot_id=row.slot_id,
        pool_ids=pools_of(variant, row.slot),
        caps=caps_of(variant, row.slot),
        quantity=row.quantity,
        price=price,
        kind=listing.kind,
        listing_id=listing.pk,
        category_id=listing.category_id,
        charge_kind=variant.charge_kind,
        title_id=listing.title_id,
        title_en=listing.title_en,
        shop_id=shop.pk,
        region_id=shop.region_id,
        merchant_account_id=shop.merchant_account_id,
        is_shipped=not listing.is_dated,
        sale_day=today,
    )
